// What recipients decide themselves, by the links in their messages:
//   /u/TOKEN  GET asks, POST unsubscribes (RFC 8058: also without anybody looking)
//   /p/TOKEN  GET shows topics and channels, POST changes them: save, stop everything, undo.
//             With the token that /u/ gives, which mail programs and archives see, things can only
//             be switched off there, and what was switched off just now comes back once more
//   /s/TOKEN  GET asks, POST confirms a consent that somebody asked for (double opt-in)
// A GET never changes anything: mail scanners follow links. A token holds no address, only who and
// which message; whoever has it reads that mailbox.
//
//   link forged, person unknown or gone   404
//   request to confirm over, or made for
//   an address that is theirs no more     410
//   storage or queue in trouble           503, and nothing was changed

#include "connectors/inbound/inbound.h"
#include "engine/http/api.h"
#include "engine/http/client_address.h"
#include "engine/http/pages.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::http {
namespace {

namespace inbound = connectors::inbound;

constexpr std::string_view kPage = "preferences page";
/// What the token of a page is bound to that only withdraws.
constexpr std::string_view kWithdraws = "withdraws";
constexpr std::string_view kConfirmed = "double opt-in";
constexpr Micros kConfirmWithin = std::chrono::hours(24 * 7);
constexpr Micros kUndoWithin = std::chrono::hours(1);
constexpr std::size_t kUserAgentMost = 300;
constexpr int kMovesMost = 5;

std::string_view header_of(const Request& request, std::string_view name) {
    for (const auto& [known, value] : request.headers) {
        if (known == name) return value;
    }
    return "";
}

const Record* record_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    return value == nullptr ? nullptr : value->as<Record>();
}
std::string text_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    const auto* text = value == nullptr ? nullptr : value->as<std::string>();
    return text == nullptr ? "" : *text;
}
bool flag_in(const Record& record, std::string_view name) {
    const Value* value = find(record, name);
    return value != nullptr && value->as<bool>() != nullptr && *value->as<bool>();
}

std::string hex_of(const model::AddressKey& key) {
    return to_hex({reinterpret_cast<const char*>(key.bytes.data()), key.bytes.size()});
}

/// One call of one link, on its way through the engine and back.
class Visit : public std::enable_shared_from_this<Visit> {
  public:
    Visit(const HttpOptions& options, runtime::Engine& engine,
          std::shared_ptr<const ir::Program> program, const Request& request, inbound::Token token,
          bool only_withdraws, Respond respond)
        : options_(options),
          engine_(engine),
          program_(std::move(program)),
          token_(token),
          person_(token.person),
          only_withdraws_(only_withdraws),
          body_(request.body),
          accept_language_(header_of(request, "accept-language")),
          user_agent_(std::string(header_of(request, "user-agent")).substr(0, kUserAgentMost)),
          address_(client_address(request.peer, header_of(request, "x-forwarded-for"),
                                  options.trusted_proxies)),
          respond_(std::move(respond)) {}

    // To unsubscribe nobody needs to be known: the link alone says what is meant.
    void show_unsubscribe() {
        known_or_not_ = true;
        know([](Visit& it) { it.respond_(unsubscribe_page(it.look(), it.preferences())); });
    }
    void unsubscribe() {
        known_or_not_ = true;
        know([](Visit& it) { it.do_unsubscribe(); });
    }
    void show_preferences() {
        know([](Visit& it) { it.tell(PreferencesPage::Said::nothing, {}); });
    }
    void change_preferences() {
        know([](Visit& it) { it.do_change(); });
    }
    /// `address`: where the link went, as its token is bound to it.
    void show_confirm(std::string consent, std::string_view address) {
        consent_ = std::move(consent);
        link_went_to_ = address;
        know([](Visit& it) { it.do_confirm(false); });
    }
    void confirm(std::string consent, std::string_view address) {
        consent_ = std::move(consent);
        link_went_to_ = address;
        know([](Visit& it) { it.do_confirm(true); });
    }

  private:
    using Next = void (*)(Visit&);

    /// Goes on once the person is known; who is known by another id by now is that one.
    void know(Next next, int moves = 0) {
        const auto take = [self = shared_from_this(), next, moves](
                              const std::string& json,
                              const std::vector<core::TimelineItem>& story) {
            const auto value = value_from_json(json);
            const auto* profile = value ? value.value().as<Record>() : nullptr;
            if (profile == nullptr || !self->program_) return self->go_on_without(next);
            const std::string to = text_in(*profile, "moved_to");
            if (!to.empty() && moves == kMovesMost) return self->go_on_without(next);
            self->profile_ = *profile;
            self->look_for_message(story);
            if (to.empty()) return next(*self);
            self->person_ = model::person_id_of(to);
            self->know(next, moves + 1);
        };
        engine_.ask_timeline(person_, take);
    }
    void look_for_message(const std::vector<core::TimelineItem>& story) {
        const Value key(model::format_key(token_.key));
        message_known_ = std::any_of(story.begin(), story.end(), [&](const auto& item) {
            const Value* one = find(item.fields, "key");
            return one != nullptr && *one == key;
        });
    }
    void go_on_without(Next next) {
        profile_.clear();
        known_or_not_ ? next(*this) : respond_(dead_link_page(look()));
    }

    // ---- what is known

    PageLook look() const {
        std::string said;
        if (const Record* attributes = record_in(profile_, "attributes")) {
            for (const char* name : {"language", "locale", "lang"}) {
                if (said.empty()) said = text_in(*attributes, name);
            }
        }
        const Language language = language_of(said, accept_language_, options_.pages.language);
        std::string brand = options_.pages.name;
        if (brand.empty() && program_) brand = program_->workspace.name;
        return {options_.pages, std::move(brand), language};
    }
    std::string preferences() const {
        return "/p/" +
               inbound::sign_token(options_.link_secret,
                                   {inbound::Purpose::preferences, token_.person, token_.key},
                                   only_withdraws_ ? kWithdraws : std::string_view());
    }
    bool granted(const ir::Consent& consent) const {
        const Record* consents = record_in(profile_, "consents");
        const Record* one = consents == nullptr ? nullptr : record_in(*consents, consent.name);
        return one == nullptr ? consent.basis == ir::Basis::opt_out : flag_in(*one, "granted");
    }
    /// Since when the person has been asked to confirm; nothing: not asked, or too long ago.
    std::optional<Instant> asked_since(const std::string& consent) const {
        const Record* pending = record_in(profile_, "to_confirm");
        const Record* one = pending == nullptr ? nullptr : record_in(*pending, consent);
        if (one == nullptr) return std::nullopt;
        const auto at = parse_instant(text_in(*one, "at"));
        if (!at || at.value() + kConfirmWithin < engine_.clock().now()) return std::nullopt;
        return at.value();
    }
    std::vector<std::string> granted_topics() const {
        std::vector<std::string> names;
        if (!program_ || profile_.empty()) return names;
        for (const ir::Consent& consent : program_->consents) {
            if (granted(consent)) names.push_back(consent.name);
        }
        return names;
    }
    std::pair<std::string, std::string> title_of(const ir::Consent& consent) const {
        const bool chinese = look().language == Language::zh;
        std::string title = consent.title.empty() ? consent.name : consent.title;
        const auto said = options_.pages.topics.find(consent.name);
        if (said == options_.pages.topics.end()) return {title, ""};
        const TopicText& text = said->second;
        const auto pick = [&](const std::string& own, const std::string& zh,
                              const std::string& otherwise) {
            if (chinese && !zh.empty()) return zh;
            return own.empty() ? otherwise : own;
        };
        return {pick(text.title, text.title_zh, title), pick(text.about, text.about_zh, "")};
    }
    std::vector<TopicLine> topics() const {
        std::vector<TopicLine> lines;
        for (const ir::Consent& consent : program_->consents) {
            auto [title, about] = title_of(consent);
            const bool on = granted(consent);
            if (only_withdraws_ && !on) continue;
            lines.push_back({consent.name, std::move(title), std::move(about), on,
                             !on && asked_since(consent.name).has_value()});
        }
        return lines;
    }
    /// Those by which the person can be reached at all; one alone is no choice.
    std::vector<ChannelLine> channels() const {
        std::vector<ChannelLine> lines;
        const Record* attributes = record_in(profile_, "attributes");
        for (const ir::Channel& channel : program_->channels) {
            if (channel.address_field == ir::kNone || attributes == nullptr) continue;
            if (find(*attributes, program_->profile[channel.address_field].name) == nullptr)
                continue;
            lines.push_back(line_of(channel));
        }
        return lines.size() > 1 ? lines : std::vector<ChannelLine>{};
    }
    ChannelLine line_of(const ir::Channel& channel) const {
        const bool chinese = look().language == Language::zh;
        ChannelLine line{channel.name, channel.name, true, false};
        if (channel.kind == ir::ChannelKind::email) line.title = chinese ? "邮件" : "E-mail";
        if (channel.kind == ir::ChannelKind::sms) line.title = chinese ? "短信" : "Text messages";
        if (channel.kind == ir::ChannelKind::push)
            line.title = chinese ? "推送通知" : "Notifications of the app";
        const bool several =
            std::count_if(program_->channels.begin(), program_->channels.end(),
                          [&](const ir::Channel& one) { return one.kind == channel.kind; }) > 1;
        if (several) line.title += " (" + channel.name + ")";
        const Record* suppressed = record_in(profile_, "suppressed");
        if (suppressed == nullptr) return line;
        for (const std::string& scope : {channel.name, std::string("every channel")}) {
            const Record* why = record_in(*suppressed, scope);
            if (why == nullptr) continue;
            line.on = false;
            line.stopped = line.stopped || text_in(*why, "reason") != kPage;
        }
        return line;
    }

    // ---- what is changed

    void add(model::CommandBody body) {
        model::Command command;
        command.person = person_;
        command.event_time = engine_.clock().now();
        command.body = std::move(body);
        changes_.push_back(std::move(command));
    }
    std::string proof(const std::string& text, std::optional<Instant> asked_at) const {
        Record out{{"page", Value(options_.public_url + "/" +
                                  (asked_at ? std::string("s") : std::string("p")))},
                   {"ip", Value(address_)},
                   {"user_agent", Value(user_agent_)},
                   {"text", Value(text)},
                   {"text_sha256", Value(to_hex(view_of(sha256(text))))},
                   {"message", Value(model::format_key(token_.key))}};
        if (asked_at) out.push_back({"asked_at", Value(format_instant(*asked_at))});
        if (asked_at && !link_went_to_.empty()) out.push_back({"address", Value(link_went_to_)});
        return to_json(Value(std::move(out)));
    }
    void set_topic(const ir::Consent& consent, bool on) {
        const auto [title, about] = title_of(consent);
        const std::string text = about.empty() ? title : title + "\n" + about;
        add(model::ConsentChange{consent.name, on, std::string(kPage), proof(text, std::nullopt)});
    }
    void unsubscribed() {
        model::Receipt receipt;
        receipt.kind = model::ReceiptKind::unsubscribed;
        receipt.at = engine_.clock().now();
        add(model::ReceiptArrived{token_.key, std::move(receipt)});
    }
    /// What the person is told is true by then.
    void submit(std::function<void(Visit&)> then) {
        if (changes_.empty()) return then(*this);
        const bool reserved = true;
        const auto done = [self = shared_from_this(), then](const Result<void>& result) {
            if (result) return then(*self);
            self->respond_(failed_page(self->look(), problem_of(result.error())));
        };
        auto taken =
            engine_.submit(std::exchange(changes_, {}), runtime::AckWhen::applied, reserved, done);
        if (!taken) respond_(failed_page(look(), problem_of(taken.error())));
    }
    void tell(PreferencesPage::Said said, Undo undo) {
        PreferencesPage page;
        page.topics = topics();
        page.channels = channels();
        page.said = said;
        page.undo = std::move(undo);
        page.action = preferences();
        respond_(preferences_page(look(), page));
    }

    /// What an undo of a page that only withdraws is bound to.
    static std::string bond_of(const Undo& undo, std::int64_t until) {
        std::string out = "undo " + std::to_string(until) + (undo.address ? "+" : "-");
        for (const auto* names : {&undo.topics, &undo.channels}) {
            std::vector<std::string> all = *names;
            std::sort(all.begin(), all.end());
            for (const std::string& name : all)
                out.append(1, '\0').append(name);
            out += '\n';
        }
        return out;
    }
    void seal(Undo& undo) const {
        if (!only_withdraws_ || undo.empty()) return;
        const std::int64_t until = micros_of(engine_.clock().now() + kUndoWithin);
        undo.seal = std::to_string(until) + "." +
                    inbound::sign_token(options_.link_secret,
                                        {inbound::Purpose::preferences, token_.person, token_.key},
                                        bond_of(undo, until));
    }
    bool is_sealed(const Undo& undo) const {
        const std::size_t dot = undo.seal.find('.');
        std::int64_t until = 0;
        const auto read =
            std::from_chars(undo.seal.data(), undo.seal.data() + undo.seal.size(), until);
        if (dot == std::string::npos || read.ptr != undo.seal.data() + dot ||
            until < micros_of(engine_.clock().now()))
            return false;
        const auto token =
            inbound::verify_token(options_.link_secret, std::string_view(undo.seal).substr(dot + 1),
                                  inbound::Purpose::preferences, bond_of(undo, until));
        return token && token->person == token_.person && token->key == token_.key;
    }

    void do_unsubscribe() {
        topics_before_ = granted_topics();
        unsubscribed();
        // A message so old that nobody knows of what it was: then of everything.
        for (const std::string& name : topics_before_) {
            if (!message_known_)
                set_topic(program_->consents[ir::find_named(program_->consents, name)], false);
        }
        submit([](Visit& it) { it.know([](Visit& after) { after.tell_unsubscribed(); }); });
    }
    void tell_unsubscribed() {
        Undo undo;
        std::vector<std::string> titles;
        if (profile_.empty()) topics_before_.clear();
        for (const std::string& name : topics_before_) {
            const ir::Index index = ir::find_named(program_->consents, name);
            if (granted(program_->consents[index])) continue;
            undo.topics.push_back(name);
            titles.push_back(title_of(program_->consents[index]).first);
        }
        undo.address = undo.topics.empty() && !profile_.empty();
        seal(undo);
        respond_(unsubscribed_page(look(), titles, undo, preferences()));
    }

    void do_change() {
        const auto form = connectors::parse_form(body_);
        if (!form) return tell(PreferencesPage::Said::nothing, {});
        const auto has = [&](std::string_view name, std::string_view value) {
            return std::any_of(form->begin(), form->end(), [&](const auto& field) {
                return field.first == name && field.second == value;
            });
        };
        if (has("do", "stop")) return stop_everything();
        if (has("do", "undo")) {
            Undo wanted;
            for (const auto& [name, value] : *form) {
                if (name == "topic") wanted.topics.push_back(value);
                if (name == "channel") wanted.channels.push_back(value);
                if (name == "seal") wanted.seal = value;
            }
            wanted.address = has("address", "1");
            if (only_withdraws_ && !is_sealed(wanted))
                return tell(PreferencesPage::Said::nothing, {});
            return undo(has, wanted.address);
        }
        if (!has("do", "save")) return tell(PreferencesPage::Said::nothing, {});
        Undo undo;
        for (const ir::Consent& consent : program_->consents) {
            const bool on = has("topic", consent.name);
            if (on == granted(consent) || (on && only_withdraws_)) continue;
            set_topic(consent, on);
            if (!on) undo.topics.push_back(consent.name);
        }
        for (const ChannelLine& channel : channels()) {
            const bool on = has("channel", channel.name);
            if (channel.stopped || on == channel.on || (on && only_withdraws_)) continue;
            add(model::Suppress{channel.name, !on, std::string(kPage)});
            if (!on) undo.channels.push_back(channel.name);
        }
        finish(PreferencesPage::Said::saved, std::move(undo));
    }
    void stop_everything() {
        Undo undo;
        for (const ir::Consent& consent : program_->consents) {
            if (!granted(consent)) continue;
            set_topic(consent, false);
            undo.topics.push_back(consent.name);
        }
        unsubscribed();  // of what has no topic, and so that journeys hear of it
        undo.address = true;
        finish(PreferencesPage::Said::stopped, std::move(undo));
    }
    template <typename Has>
    void undo(const Has& has, bool address) {
        for (const ir::Consent& consent : program_->consents) {
            if (has("topic", consent.name) && !granted(consent)) set_topic(consent, true);
        }
        for (const ChannelLine& channel : channels()) {
            if (has("channel", channel.name) && !channel.on && !channel.stopped)
                add(model::Suppress{channel.name, false, std::string(kPage)});
        }
        if (address) return release_address();
        finish(PreferencesPage::Said::undone, {});
    }
    /// Only what this very message's link had put on the list.
    void release_address() {
        const auto questions = own_addresses();
        engine_.ask_addresses(questions, [self = shared_from_this(), questions](
                                             const std::vector<runtime::AddressAnswer>& answers) {
            model::SuppressAddresses change;
            change.suppressed = false;
            change.source = kPage;
            const std::string ours = "message " + model::format_key(self->token_.key);
            for (std::size_t i = 0; i < answers.size(); ++i) {
                const auto& listed = answers[i].listed;
                if (!listed || !listed->suppressed || listed->source != ours ||
                    listed->reason != model::name_of(model::ReceiptKind::unsubscribed))
                    continue;
                change.items.push_back({questions[i].scope, answers[i].key, "undone on the page",
                                        self->engine_.clock().now()});
            }
            if (!change.items.empty()) {
                model::Command command;
                command.event_time = self->engine_.clock().now();
                command.body = std::move(change);
                self->changes_.push_back(std::move(command));
            }
            self->finish(PreferencesPage::Said::undone, {});
        });
    }
    void finish(PreferencesPage::Said said, Undo undo) {
        said_ = said;
        undo_ = std::move(undo);
        submit([](Visit& it) {
            it.know([](Visit& after) {
                after.seal(after.undo_);
                after.tell(after.said_, std::move(after.undo_));
            });
        });
    }

    /// Of each channel by which the person has one.
    std::vector<runtime::AddressQuestion> own_addresses() const {
        std::vector<runtime::AddressQuestion> questions;
        const Record* attributes = record_in(profile_, "attributes");
        for (const ir::Channel& channel : program_->channels) {
            if (channel.address_field == ir::kNone || attributes == nullptr) continue;
            const std::string address =
                text_in(*attributes, program_->profile[channel.address_field].name);
            if (!address.empty())
                questions.push_back(
                    {std::string(core::scope_of(channel.kind)), channel.kind, address});
        }
        return questions;
    }
    /// Whoever reads the mailbox that the link went to speaks for nobody else: the address must
    /// still be the person's.
    void do_confirm(bool now) {
        if (link_went_to_.empty()) return go_on_confirming(now);
        engine_.ask_addresses(
            own_addresses(),
            [self = shared_from_this(), now](const std::vector<runtime::AddressAnswer>& answers) {
                const bool theirs = std::any_of(answers.begin(), answers.end(),
                                                [&](const runtime::AddressAnswer& one) {
                                                    return hex_of(one.key) == self->link_went_to_;
                                                });
                theirs ? self->go_on_confirming(now) : self->respond_(expired_page(self->look()));
            });
    }
    void go_on_confirming(bool now) {
        const ir::Index index = ir::find_named(program_->consents, consent_);
        if (index == ir::kNone) return respond_(dead_link_page(look()));
        const ir::Consent& consent = program_->consents[index];
        const auto [title, about] = title_of(consent);
        if (granted(consent)) return respond_(confirmed_page(look(), title, preferences()));
        const auto asked = asked_since(consent_);
        if (!asked) return respond_(expired_page(look()));
        if (!now) return respond_(confirm_page(look(), title, about));
        add(model::ConsentChange{consent.name, true, std::string(kConfirmed),
                                 proof(agreement_text(look(), title, about), asked)});
        submit([](Visit& it) {
            const auto& confirmed =
                it.program_->consents[ir::find_named(it.program_->consents, it.consent_)];
            it.respond_(confirmed_page(it.look(), it.title_of(confirmed).first, it.preferences()));
        });
    }

    const HttpOptions& options_;
    runtime::Engine& engine_;
    const std::shared_ptr<const ir::Program> program_;
    const inbound::Token token_;
    model::PersonId person_;  // by now
    const bool only_withdraws_;
    Record profile_;
    bool message_known_ = false;
    bool known_or_not_ = false;  // the page works without a profile
    std::string body_;
    std::string accept_language_;
    std::string user_agent_;
    std::string address_;
    Respond respond_;
    std::string consent_;
    std::string link_went_to_;  // key of an address, in hex; "": to none
    std::vector<model::Command> changes_;
    std::vector<std::string> topics_before_;
    PreferencesPage::Said said_ = PreferencesPage::Said::nothing;
    Undo undo_;
};

}  // namespace

void Api::recipient(const Admission& admission, const Request& request, Respond respond) {
    const Endpoint endpoint = admission.route->endpoint;
    const bool confirms = endpoint == Endpoint::confirm_page || endpoint == Endpoint::confirm;
    const bool unsubscribes =
        endpoint == Endpoint::unsubscribe_page || endpoint == Endpoint::unsubscribe;
    const auto purpose = confirms       ? inbound::Purpose::confirm
                         : unsubscribes ? inbound::Purpose::unsubscribe
                                        : inbound::Purpose::preferences;
    // The consent, and behind an "@" where the link went.
    const std::string bond = form_value(request.query, "c").value_or("");
    const std::size_t at = std::min(bond.rfind('@'), bond.size());
    const std::string consent = bond.substr(0, at);
    const std::string address = at < bond.size() ? bond.substr(at + 1) : "";
    auto token = inbound::verify_token(options_.link_secret, admission.parameter, purpose,
                                       confirms ? std::string_view(bond) : "");
    bool only_withdraws = unsubscribes;
    if (!token && purpose == inbound::Purpose::preferences) {
        token =
            inbound::verify_token(options_.link_secret, admission.parameter, purpose, kWithdraws);
        only_withdraws = true;
    }
    const core::CatalogPtr catalog = engine_.catalog();
    const auto program = catalog ? core::live_program(catalog) : nullptr;
    if (!token) {
        const std::string brand =
            options_.pages.name.empty() && program ? program->workspace.name : options_.pages.name;
        const Language language =
            language_of("", header_of(request, "accept-language"), options_.pages.language);
        return respond(dead_link_page({options_.pages, brand, language}));
    }
    const auto visit = std::make_shared<Visit>(options_, engine_, program, request, *token,
                                               only_withdraws, std::move(respond));
    switch (endpoint) {
        case Endpoint::unsubscribe_page:
            return visit->show_unsubscribe();
        case Endpoint::unsubscribe:
            return visit->unsubscribe();
        case Endpoint::preferences_page:
            return visit->show_preferences();
        case Endpoint::preferences:
            return visit->change_preferences();
        case Endpoint::confirm_page:
            return visit->show_confirm(consent, address);
        case Endpoint::confirm:
            return visit->confirm(consent, address);
        default:
            ENSURE(false, "an endpoint that is no recipient's");
    }
}

}  // namespace journey::http
