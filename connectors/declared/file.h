#pragma once
// The room's own: what a provider file says, after reading.

#include "connectors/declared/declared.h"
#include "engine/render/render.h"

namespace journey::connectors::declared {

/// "body.SendStatusSet.0.Code": names and places in lists.
struct Path {
    std::vector<std::string> steps;
};
/// Null when something on the way is not there.
const Value* at_path(const Record& root, const Path& path);
Path path_of(std::string_view text);
/// As it goes into a form or a header: texts as they are, numbers in digits, lists as JSON.
std::string text_of(const Value& value);

/// A text of the file. `{{ name }}` alone keeps its type (a list stays a list); anything else is
/// Liquid and yields text.
class Pattern {
  public:
    Pattern() = default;
    /// `invalid`: the sentence names the mistake. Only names of `known` may be used.
    static Result<Pattern> parse(const std::string& source, std::span<const std::string> known);
    bool given() const { return !std::holds_alternative<std::monostate>(kind_); }
    bool is_fixed() const { return std::holds_alternative<std::string>(kind_); }
    /// The top-level names it uses.
    const std::vector<std::string>& names() const { return names_; }
    Result<Value> value(const Record& data) const;
    Result<std::string> text(const Record& data) const;

  private:
    std::variant<std::monostate, std::string, Path, std::shared_ptr<const render::Template>> kind_;
    std::vector<std::string> names_;
};

/// A JSON document of the file with patterns in it. What comes out empty is left out, with the
/// object or list it leaves empty; what the file itself says is never left out.
struct Tree {
    Value fixed;      // when nothing else is set
    Pattern pattern;  // of a leaf
    std::vector<std::pair<std::string, Tree>> members;
    std::vector<Tree> items;
    bool is_object = false;
    bool is_list = false;
    Pattern when;          // `$when`: left out when this is empty
    Pattern each;          // `$each`: `as` for each of it
    std::vector<Tree> as;  // one, with `each`
};
/// Missing: to be left out.
Result<Value> evaluate(const Tree& tree, const Record& data);

using Fields = std::vector<std::pair<std::string, Pattern>>;

/// Where a request goes. Every part is encoded by its place.
struct Target {
    Pattern whole;   // an address that is a setting as a whole
    Pattern origin;  // "https://email.{{ settings.region }}.amazonaws.com"
    std::vector<Pattern> path;
};

enum class BodyKind : std::uint8_t { none, json, form };

struct Call {
    std::string method = "POST";
    Target url;
    Fields query;
    Fields headers;
    BodyKind body = BodyKind::none;
    Tree json;
    Fields form;
};

/// How requests are proved ours; `parts` by the words of the file ("key id").
struct Auth {
    std::string kind;  // "" = none
    std::map<std::string, Pattern, std::less<>> parts;
};

/// Every one must hold: what stands at the path is one of the texts ("isv.*": begins so; "*":
/// anything but empty; "": empty or absent).
struct Where {
    std::vector<std::pair<Path, std::vector<std::string>>> all;
    bool holds(const Record& data) const;
};

enum class Outcome : std::uint8_t { accepted, rejected, retry, pause, perhaps };

/// One of the statuses, and what stands in the answer.
struct Condition {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> statuses;  // from, to; empty = any 2xx
    Where where;
    bool holds(std::uint32_t status, const Record& data) const;
};

struct AnswerRule {
    Condition condition;
    Outcome outcome = Outcome::accepted;
    Micros after{0};
    std::string because;
};

struct Answer {
    std::vector<AnswerRule> rules;
    Pattern id;    // of an accepted message
    Pattern code;  // what the provider calls what went wrong
};

/// An access token that is asked for before sending.
struct TokenSpec {
    Call call;
    Auth auth;
    Pattern assertion_key;  // a service account's key file: the request carries a signed assertion
    Pattern scope;
    Pattern value;
    Pattern expires_in;  // seconds
    std::string header;  // where requests carry it: a header …
    std::string prefix;
    std::string query;             // … or a field of the query
    std::vector<Condition> stale;  // answers that say that the token does not count
};

/// What a message must be like.
struct Demands {
    enum class Address : std::uint8_t { phone, mail, any, none };
    Address to = Address::any;
    std::vector<std::string> parts;  // "text", "subject": must not be empty
    struct Limit {
        std::string part;  // "text", "title", "request"
        std::size_t most = 0;
        bool characters = false;
    };
    std::vector<Limit> limits;
    bool templates = false;  // the text is JSON: {"template", "params"}
};

/// How a call of the provider proves itself.
struct Proof {
    std::string kind;  // "hmac", "ecdsa", "basic", "secret", "reference"
    std::vector<Pattern> secrets;
    std::string hash = "sha256";
    std::string key_form = "text";  // or "base64"
    std::string encoding = "hex";   // of the signature, or "base64"
    std::string prefix;             // of the signature: "sha256=", "v1,"
    Pattern over;
    Pattern given;
    Pattern user;
    Pattern timestamp;
    Micros age{std::chrono::minutes(5)};
};

struct ReceiptRule {
    Where where;
    std::optional<model::ReceiptKind> kind;  // nothing: to be passed over
    Pattern detail;
};

struct Receipts {
    bool given = false;
    std::string
        reader;  // one of connectors/inbound, with `proof.secrets`; then nothing below counts
    bool form = false;
    Proof proof;
    Pattern each;
    Pattern inner;  // JSON inside a text
    Pattern token;
    Pattern provider_id;
    Pattern id;
    Pattern at;
    std::string zone;  // "+08:00", of times that name none
    Pattern url;
    std::vector<ReceiptRule> rules;
    struct Text {
        Where where;
        Pattern from, to, body, id, at;
        std::optional<Proof> proof;  // instead of the receipts' own
    };
    std::optional<Text> text;
    std::uint32_t answer_status = 200;
    std::string answer_type;
    std::string answer_body;
};

struct Provider {
    Facts facts;
    Demands demands;
    Call call;
    Auth auth;
    std::optional<TokenSpec> token;
    Answer answer;
    Receipts receipts;
};

}  // namespace journey::connectors::declared
