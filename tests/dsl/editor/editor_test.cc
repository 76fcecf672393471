#include "dsl/editor/editor.h"

#include <algorithm>
#include <catch2/catch.hpp>

namespace journey::editor {
namespace {

constexpr const char* kShop = R"(language 1
workspace shop {
  time zone "Asia/Shanghai"
}
profile user {
  email string pii
  first_name string pii
  tier one of "free", "plus", "pro"
}
event signed_up {
  source string required
}
event order_paid {
  order_id string required
  total money CNY required
}
channel email {
  address user.email
  from "Shop <hello@shop.example>"
}
consent offers "Offers" {
  channels email
  basis opt in
}
template welcome_hello email marketing {
  consent offers
  subject "Welcome, {{ first_name }}"
  body "Dear {{ first_name }}, you are {{ user.tier }}"
  needs first_name string default "there"
  unsubscribe automatic
}
segment vips "Our best" = user.tier is "pro"
)";

constexpr const char* kWelcome = R"(language 1
use "shop.journey"

journey welcome "欢迎" {
  version 1
  enter when signed_up where source is "web"
  only if user.email is present
  reenter never
  goal bought when order_paid within 14 days, then exit
  do {
    hello: send email welcome_hello with { first_name: user.first_name default "there" }
    let paid = count(order_paid where total > CNY 10 within 30 days)
    wait at most 1 day {
      on clicked of hello {
        stop as bought
      }
      timeout
    }
    if user in vips and paid > 1 {
      send email welcome_hello
    }
  }
}

test "she gets the mail" of welcome {
  start 2026-03-02 09:00 in "Asia/Shanghai"
  given user { email: "a@shop.example", tier: "pro" }
  given consent offers
  at +0s signed_up { source: "web" }
  at +1m expect sent email welcome_hello with { first_name: "there" }
  at +1m expect waiting at hello
}
)";

/// The texts with the one `|` of the second taken out: where it stood.
struct Desk {
    Project project;
    FileId shop;
    FileId file;
    std::uint32_t at = 0;
    explicit Desk(std::string welcome, const std::string& name = "welcome.journey") {
        const std::size_t bar = welcome.find('|');
        if (bar != std::string::npos) {
            welcome.erase(bar, 1);
            at = static_cast<std::uint32_t>(bar);
        }
        shop = project.put("shop.journey", kShop);
        file = project.put(name, welcome);
    }
    std::vector<std::string> labels() {
        std::vector<std::string> all;
        for (const Completion& one : project.complete(file, at).items)
            all.push_back(one.label);
        return all;
    }
};

/// kWelcome with `|` put before or after `mark`.
std::string marked(const std::string& before, const std::string& after) {
    std::string text = kWelcome;
    const std::size_t at = text.find(before + after);
    REQUIRE(at != std::string::npos);
    return text.insert(at + before.size(), "|");
}
/// kWelcome with a line of its own in place of the first line that has `mark`.
std::string with_line(const std::string& mark, const std::string& line) {
    std::string text = kWelcome;
    const std::size_t at = text.find(mark);
    REQUIRE(at != std::string::npos);
    const std::size_t begin = text.rfind('\n', at) + 1;
    return text.replace(begin, text.find('\n', at) - begin, line);
}

bool has(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

TEST_CASE("the example of these tests has no mistakes that matter", "[editor]") {
    Desk desk(kWelcome);
    for (const Diagnostic& one : desk.project.diagnostics()) {
        CAPTURE(one.code, one.before);
        CHECK(one.severity != source::Severity::error);
    }
}

TEST_CASE("a name is found with its kind and its owner", "[editor]") {
    struct Row {
        const char* before;
        const char* after;
        const char* kind;
        const char* owner;
        const char* name;
        std::size_t places;  // with the declaration
    };
    const std::vector<Row> rows = {
        {"enter when sign", "ed_up", "event", "", "signed_up", 3},
        {"where sou", "rce", "property", "signed_up", "source", 3},
        {"send email welcome", "_hello with", "template", "", "welcome_hello", 4},
        {"clicked of he", "llo", "label", "welcome", "hello", 3},
        {"and pa", "id > 1", "local", "welcome", "paid", 2},
        {"user in v", "ips", "segment", "", "vips", 2},
        {"with { first", "_name: user", "variable", "welcome_hello", "first_name", 5},
        {"given consent off", "ers", "consent group", "", "offers", 3},
        {"of wel", "come {", "journey", "", "welcome", 2},
        {"only if user.em", "ail", "property", "user", "email", 4},
        {"goal bou", "ght", "goal", "welcome", "bought", 1},
    };
    for (const Row& row : rows) {
        CAPTURE(row.before);
        Desk desk(marked(row.before, row.after));
        const auto symbol = desk.project.symbol_at(desk.file, desk.at);
        REQUIRE(symbol);
        CHECK(symbol->kind == row.kind);
        CHECK(symbol->owner == row.owner);
        CHECK(symbol->name == row.name);
        CHECK(symbol->declared);
        CHECK(desk.project.references(*symbol).size() == row.places);
        const auto targets = desk.project.definitions_at(desk.file, desk.at);
        REQUIRE(targets.size() == 1);
        CHECK(desk.project.sources().slice(targets[0]) == row.name);
    }
}

TEST_CASE("renaming writes the new name everywhere and leaves no new mistake", "[editor]") {
    struct Row {
        const char* before;
        const char* after;
        const char* to;
        std::size_t files;
    };
    const std::vector<Row> rows = {{"enter when sign", "ed_up", "registered", 2},
                                   {"send email welcome", "_hello with", "hi", 2},
                                   {"clicked of he", "llo", "greeting", 1},
                                   {"with { first", "_name: user", "given_name", 2},
                                   {"where sou", "rce", "来源", 2},
                                   {"user in v", "ips", "best", 2}};
    for (const Row& row : rows) {
        CAPTURE(row.before, row.to);
        Desk desk(marked(row.before, row.after));
        const std::size_t mistakes = desk.project.diagnostics().size();
        const Renaming made = desk.project.rename(desk.file, desk.at, row.to);
        CHECK(made.refused == "");
        REQUIRE(made.files.size() == row.files);
        for (const FileEdits& file : made.files) {
            const source::Source& source = desk.project.sources().at(file.file);
            std::string text = source.text();
            for (auto edit = file.edits.rbegin(); edit != file.edits.rend(); ++edit)
                text.replace(edit->span.begin, edit->span.size(), edit->text);
            desk.project.put(std::string(source.name()), text);
        }
        CHECK(desk.project.diagnostics().size() == mistakes);
    }
}

TEST_CASE("a rename that cannot be right is refused with the reason", "[editor]") {
    const auto refused = [](const char* before, const char* after, const char* to) {
        Desk desk(marked(before, after));
        return desk.project.rename(desk.file, desk.at, to).refused;
    };
    CHECK(refused("enter when sign", "ed_up", "order_paid") ==
          "There is a event called `order_paid` already.");
    CHECK(refused("enter when sign", "ed_up", "two words").find("cannot be a name") !=
          std::string::npos);
    CHECK(refused("on cli", "cked", "pressed") ==
          "`clicked` is built in; its name cannot be changed.");
    CHECK(refused("re", "enter never", "x") == "There is no name of this project here.");
}

TEST_CASE("hovering tells what a thing is", "[editor]") {
    struct Row {
        const char* before;
        const char* after;
        const char* says;
    };
    const std::vector<Row> rows = {
        {"enter when sign", "ed_up", "event signed_up {\n  source string required\n}"},
        {"where sou", "rce", "**property** `source` of `signed_up`: text, always there"},
        {"only if user.em", "ail", "of the person: text, may be missing"},
        {"wait ", "at most", ""},
        {"    wa", "it at most", "in the steps of a journey"},
        {"on cli", "cked", "Built in."},
        {"CNY", " 10", "is money (CNY)"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.before);
        Desk desk(marked(row.before, row.after));
        const auto hover = desk.project.hover(desk.file, desk.at);
        if (*row.says == '\0') continue;
        REQUIRE(hover);
        CAPTURE(hover->markdown);
        CHECK(hover->markdown.find(row.says) != std::string::npos);
    }
}

TEST_CASE("completion offers what fits there", "[editor]") {
    struct Row {
        const char* label;
        std::string text;
        std::vector<std::string> offered;
        std::vector<std::string> not_offered;
    };
    const std::vector<Row> rows = {
        {"a step",
         with_line("let paid", "    |"),
         {"send", "wait", "if", "choose", "stop"},
         {"version", "enter", "signed_up"}},
        {"half a step", with_line("let paid", "    se|"), {"send", "set"}, {"enter"}},
        {"a head clause",
         with_line("reenter", "  |"),
         {"reenter", "goal", "exit", "only"},
         {"send", "wait"}},
        {"a declaration",
         std::string("language 1\n|\n"),
         {"journey", "event", "template", "use"},
         {"send"}},
        {"events that start it",
         with_line("enter when", "  enter when |"),
         {"signed_up", "order_paid"},
         {"welcome_hello", "hello"}},
        {"channels", with_line("let paid", "    send |"), {"email"}, {"welcome_hello"}},
        {"templates of a channel",
         with_line("let paid", "    send email |"),
         {"welcome_hello"},
         {"signed_up"}},
        {"properties of the person",
         with_line("only if", "  only if user.| is present"),
         {"email", "first_name", "tier"},
         {"source"}},
        {"properties of the trigger",
         with_line("let paid", "    let x = trigger.|"),
         {"source", "time"},
         {"tier", "total"}},
        {"properties inside where",
         with_line("let paid", "    let x = did(order_paid where |)"),
         {"total", "order_id"},
         {"source", "tier"}},
        {"properties inside the trigger's where",
         with_line("enter when", "  enter when signed_up where so|"),
         {"source"},
         {"total"}},
        {"labels", with_line("on clicked", "      on clicked of | {"), {"hello"}, {"signed_up"}},
        {"segments", with_line("if user in", "    if user in | {"), {"vips"}, {"hello"}},
        {"values of a choice",
         with_line("if user in", "    if user.tier is | {"),
         {"\"free\"", "\"plus\"", "\"pro\""},
         {}},
        {"locals in an expression",
         with_line("if user in", "    if | {"),
         {"paid", "user", "trigger", "did"},
         {}},
        {"events inside a question",
         with_line("let paid", "    let x = count(|)"),
         {"signed_up", "order_paid"},
         {"hello"}},
        {"journeys of a test", with_line("test \"she", "test \"x\" of | {"), {"welcome"}, {"vips"}},
        {"consent groups", with_line("given consent", "  given consent |"), {"offers"}, {"email"}},
        {"labels in tests",
         with_line("expect waiting", "  at +1m expect waiting at |"),
         {"hello"},
         {"vips"}},
        {"what a test expects",
         with_line("expect waiting", "  at +1m expect |"),
         {"sent", "entered", "nothing"},
         {}},
        {"data of an event in a test",
         with_line("at +0s", "  at +0s signed_up { | }"),
         {"source"},
         {"total"}},
        {"variables of a send",
         with_line("hello: send", "    send email welcome_hello with { | }"),
         {"first_name"},
         {"source"}},
    };
    for (const Row& row : rows) {
        Desk desk(row.text);
        const auto labels = desk.labels();
        std::string all;
        for (const std::string& one : labels)
            all += one + " ";
        CAPTURE(row.label, all);
        for (const std::string& wanted : row.offered) {
            CAPTURE(wanted);
            CHECK(has(labels, wanted));
        }
        for (const std::string& wrong : row.not_offered) {
            CAPTURE(wrong);
            CHECK(!has(labels, wrong));
        }
    }
}

TEST_CASE("nothing is offered in a comment or a text", "[editor]") {
    CHECK(Desk(with_line("let paid", "    # se|")).labels().empty());
    CHECK(Desk(with_line("version 1", "  about \"se|\"")).labels().empty());
}

TEST_CASE("YAML files share names, completion and renaming", "[editor]") {
    const std::string yaml =
        "language: 1\nuse: [shop.journey]\njourney: hi\ntitle: Hi\nversion: 1\nenter:\n  when: "
        "signed_up\nreenter: never\ndo:\n  - send: email welcome_hello\n    id: mail\n";
    Desk desk(yaml, "hi.journey.yaml");
    const auto at = static_cast<std::uint32_t>(yaml.find("signed_up") + 3);
    const auto symbol = desk.project.symbol_at(desk.file, at);
    REQUIRE(symbol);
    CHECK(symbol->name == "signed_up");
    CHECK(desk.project.rename(desk.file, at, "registered").files.size() == 2);
    std::string typing = yaml;
    Desk other(typing.insert(typing.find("welcome_hello"), "|"), "hi.journey.yaml");
    CHECK(has(other.labels(), "welcome_hello"));
}

TEST_CASE("only a text that changed is read again, and the rest is checked with it", "[editor]") {
    Desk desk(kWelcome);
    const std::size_t before = desk.project.diagnostics().size();
    std::string shop = kShop;
    shop.replace(shop.find("event signed_up"), 15, "event joined_us");
    desk.project.put("shop.journey", shop);
    const auto& now = desk.project.diagnostics();
    CHECK(std::any_of(now.begin(), now.end(), [&](const Diagnostic& one) {
        return one.code == "J0101" && one.span.file == desk.file;
    }));
    desk.project.put("shop.journey", kShop);
    CHECK(desk.project.diagnostics().size() == before);
    desk.project.remove("shop.journey");
    CHECK(desk.project.diagnostics().size() > before);
    desk.project.put("shop.journey", kShop);
    CHECK(desk.project.diagnostics().size() == before);
}

TEST_CASE("the outline names declarations and what is inside", "[editor]") {
    Desk desk(kWelcome);
    const auto items = desk.project.outline(desk.file);
    REQUIRE(items.size() == 2);
    CHECK(items[0].kind == "journey");
    CHECK(items[0].name == "welcome");
    std::vector<std::string> children;
    for (const OutlineItem& one : items[0].children)
        children.push_back(one.kind + " " + one.name);
    CHECK(children == std::vector<std::string>{"goal bought", "label hello", "local paid"});
}

TEST_CASE("colours cover names, keywords and literals without overlapping", "[editor]") {
    Desk desk(kWelcome);
    const auto all = desk.project.colours(desk.file);
    const std::string& text = desk.project.sources().at(desk.file).text();
    std::uint32_t end = 0;
    for (const Coloured& one : all) {
        CHECK(one.span.begin >= end);
        end = one.span.end;
    }
    const auto colour = [&](const std::string& word, std::size_t from = 0) {
        const std::size_t at = text.find(word, from);
        for (const Coloured& one : all) {
            if (one.span.begin == at) return static_cast<int>(one.colour);
        }
        return -1;
    };
    CHECK(colour("journey welcome") == static_cast<int>(Colour::keyword));
    CHECK(colour("signed_up") == static_cast<int>(Colour::event));
    CHECK(colour("source is") == static_cast<int>(Colour::property));
    CHECK(colour("14 days") == static_cast<int>(Colour::number));
    CHECK(colour("hello: send") == static_cast<int>(Colour::label));
    CHECK(colour("count(") == static_cast<int>(Colour::function));
}

TEST_CASE("every place of every prefix can be asked without harm", "[editor][hostile]") {
    const std::string whole = kWelcome;
    for (std::size_t length = 0; length <= whole.size(); length += 7) {
        Desk desk(whole.substr(0, length));
        const auto at = static_cast<std::uint32_t>(length);
        desk.project.complete(desk.file, at);
        desk.project.hover(desk.file, at);
        desk.project.symbol_at(desk.file, at);
        desk.project.colours(desk.file);
        desk.project.outline(desk.file);
        desk.project.formatted(desk.file);
    }
    for (const std::string& odd :
         {std::string(2000, '{'), std::string("\xFF\xFE\x00", 3), std::string(2 << 20, 'a'),
          std::string("}}}}\n") + whole, std::string(500, '(')}) {
        Desk desk(odd);
        desk.project.complete(desk.file, 400);
        desk.project.hover(desk.file, 0);
        CHECK(!desk.project.diagnostics().empty());
    }
}

}  // namespace
}  // namespace journey::editor
