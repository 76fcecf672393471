#include "dsl/syntax/samples.h"

#include <algorithm>
#include <array>

namespace journey::syntax {
namespace {

using K = BlockKind;

constexpr std::array kSamples = {
    Sample{K::file, "language", "the language line", "language 1"},
    Sample{K::file, "use", "a `use`", "use \"shop.journey\""},
    Sample{K::file, "workspace", "a workspace",
           "workspace shop {\n  time zone \"Asia/Shanghai\"\n}"},
    Sample{K::file, "profile", "the profile", "profile user {\n  email string pii\n}"},
    Sample{K::file, "event", "an event", "event order_paid {\n  order_id string required\n}"},
    Sample{K::file, "channel", "a channel", "channel email {\n  address user.email\n}"},
    Sample{K::file, "consent", "a consent group",
           "consent offers \"Offers\" {\n  channels email, sms\n}"},
    Sample{K::file, "frequency", "a frequency policy",
           "frequency gentle {\n  at most 2 sms per week\n}"},
    Sample{K::file, "quiet", "a quiet policy", "quiet night {\n  from 21:30 to 09:00 local\n}"},
    Sample{K::file, "webhook", "a webhook",
           "webhook mint_coupon {\n  post \"https://api.shop.example/coupons\"\n  sends sku, "
           "percent\n  gives code string required\n}"},
    Sample{K::file, "fetch", "a fetch",
           "fetch weather {\n  get \"https://api.example.com/weather?city={{ user.city }}\"\n  "
           "cache 10 minutes\n}"},
    Sample{K::file, "catalogue", "a catalogue",
           "catalogue products {\n  file \"data/products.csv\"\n  key sku\n  title string\n  "
           "price money CNY\n}"},
    Sample{K::file, "template", "a template",
           "template welcome_hello email marketing {\n  subject \"Welcome\"\n}"},
    Sample{K::file, "segment", "a segment", "segment vips \"Our best\" = user.tier is \"pro\""},
    Sample{K::file, "band", "a band",
           "band orders of count(order_paid within 2 years) {\n  1 below 2\n  2 below 5\n  3 "
           "otherwise\n}"},
    Sample{K::file, "snippet", "a snippet",
           "snippet remind(message: push template, gap: duration) {\n  wait gap\n  send push "
           "message\n}"},
    Sample{K::file, "journey", "a journey",
           "journey welcome \"Welcome\" {\n  version 1\n  enter when signed_up\n  do { send email "
           "welcome_hello }\n}"},
    Sample{K::file, "test", "a test", "test \"she gets the mail\" of welcome {\n  …\n}"},

    Sample{K::profile, "", "a property",
           "email string pii\ntier one of \"free\", \"pro\" default \"free\"\nprice money CNY"},
    Sample{K::event, "", "a property",
           "email string pii\ntier one of \"free\", \"pro\" default \"free\"\nprice money CNY"},
    Sample{K::event, "dwell", "a `dwell`",
           "dwell by page_ping on view_id every 15s ends with page_left"},

    Sample{K::workspace, "time", "a time zone", "time zone \"Asia/Shanghai\""},
    Sample{K::workspace, "currency", "a currency", "currency CNY"},
    Sample{K::workspace, "locale", "a locale", "locale \"zh-CN\""},
    Sample{K::workspace, "week", "the week's start", "week starts Monday"},
    Sample{K::workspace, "holdout", "a holdout", "holdout 5%"},
    Sample{K::workspace, "blast", "a blast limit", "blast limit 10000 per day"},
    Sample{K::workspace, "canary", "a canary", "canary 100 for 30 minutes stop above 5%"},

    Sample{K::channel, "address", "an address", "address user.email"},
    Sample{K::channel, "from", "a sender's address", "from \"Shop <hello@mail.shop.example>\""},
    Sample{K::channel, "sender", "a sender", "sender \"SHOP\""},
    Sample{K::channel, "rate", "a rate", "rate 200 per second"},
    Sample{K::channel, "max", "a length", "max length 70"},

    Sample{K::consent, "channels", "the channels", "channels email, sms"},
    Sample{K::consent, "basis", "a basis", "basis opt in\nbasis double opt in\nbasis opt out"},
    Sample{K::consent, "about", "an `about`", "about \"News, twice a month\""},

    Sample{K::frequency, "at", "a limit", "at most 2 sms per week\nat most 6 messages per 168h"},
    Sample{K::frequency, "counts", "a `counts`", "counts marketing"},
    Sample{K::frequency, "when", "a `when full`",
           "when full skip\nwhen full hold up to 2 days\nwhen full give way up to 2 days"},

    Sample{K::quiet, "from", "quiet hours", "from 21:30 to 09:00 local"},
    Sample{K::quiet, "on", "an `on`", "on sms, push"},
    Sample{K::quiet, "then", "a `then`", "then hold\nthen skip"},
    Sample{K::quiet, "if", "an `if no zone`",
           "if no zone use \"Asia/Shanghai\"\nif no zone skip\nif no zone hold"},
    Sample{K::quiet, "spread", "a `spread over`", "spread over 1 hour"},

    Sample{K::webhook, "post", "a `post`", "post \"https://api.shop.example/coupons\""},
    Sample{K::webhook, "sends", "a `sends`", "sends sku, percent"},
    Sample{K::webhook, "gives", "a `gives`", "gives code string required\ngives expires instant"},
    Sample{K::webhook, "timeout", "a `timeout`", "timeout 5s"},
    Sample{K::webhook, "retry", "a `retry`", "retry 3 times"},

    Sample{K::fetch, "get", "a `get`",
           "get \"https://api.example.com/weather?city={{ user.city }}\""},
    Sample{K::fetch, "cache", "a `cache`", "cache 10 minutes"},
    Sample{K::fetch, "timeout", "a `timeout`", "timeout 2s"},
    Sample{K::fetch, "when", "a `when it fails`", "when it fails skip\nwhen it fails blank"},

    Sample{K::catalogue, "file", "a file", "file \"data/products.csv\""},
    Sample{K::catalogue, "key", "a key", "key sku"},
    Sample{K::catalogue, "", "a column", "title string\nprice money CNY"},

    Sample{K::band, "", "a row of a band", "5 below 14 days\n1 otherwise"},

    Sample{K::moves, "", "a line here", "second_mail moves to stories\nothers stay"},

    Sample{K::template_decl, "consent", "a consent", "consent offers"},
    Sample{K::template_decl, "subject", "a subject", "subject \"Welcome, {{ first_name }}\""},
    Sample{K::template_decl, "title", "a title", "title \"Still thinking it over?\""},
    Sample{K::template_decl, "body", "a body", "body \"Use {{ code }} today.\""},
    Sample{K::template_decl, "file", "a file", "file \"templates/welcome.html\""},
    Sample{K::template_decl, "needs", "a `needs`",
           "needs code string required\nneeds first_name string default \"there\""},
    Sample{K::template_decl, "attach", "an `attach`", "attach \"files/terms.pdf\""},
    Sample{K::template_decl, "inline", "an `inline`", "inline \"images/logo.png\" as logo"},
    Sample{K::template_decl, "unsubscribe", "an `unsubscribe`",
           "unsubscribe automatic\nunsubscribe in body"},

    Sample{K::journey, "version", "a version", "version 3"},
    Sample{K::journey, "about", "an `about`", "about \"Four touches in two weeks\""},
    Sample{K::journey, "owner", "an owner", "owner \"crm@shop.example\""},
    Sample{K::journey, "enter", "an `enter`",
           "enter when signed_up\nenter when order_paid where total >= CNY 100\nenter when "
           "count(order_paid within 30 days) reaches 3\nenter when joining vips\nenter every "
           "Monday at 08:00 local for vips\nenter yearly on user.birthday at 09:30 local for "
           "vips"},
    Sample{K::journey, "only", "an `only if`", "only if user.email is present"},
    Sample{K::journey, "reenter", "a `reenter`",
           "reenter never\nreenter after 30 days\nreenter after 3 days per trigger.sku\nreenter "
           "once per trigger.order_id"},
    Sample{
        K::journey, "while", "a `while running`",
        "while running ignore\nwhile running restart\nwhile running queue\nwhile running parallel"},
    Sample{K::journey, "goal", "a goal", "goal bought when order_paid within 14 days, then exit"},
    Sample{K::journey, "exit", "an `exit`",
           "exit when account_closed\nexit when leaving vips\nexit if user.tier is \"pro\""},
    Sample{K::journey, "frequency", "a `frequency`", "frequency gentle"},
    Sample{K::journey, "quiet", "a `quiet`", "quiet night"},
    Sample{K::journey, "expires", "an `expires`", "expires after 21 days"},
    Sample{K::journey, "priority", "a priority", "priority 10"},
    Sample{K::journey, "rate", "a rate", "rate 5000 per hour"},
    Sample{K::journey, "key", "a key", "key trigger.order_id"},
    Sample{K::journey, "time", "a time zone", "time zone user.time_zone"},
    Sample{K::journey, "from", "a `from version`",
           "from version 2 {\n  second_mail moves to stories\n  others stay\n}"},
    Sample{K::journey, "do", "the steps", "do {\n  send email welcome_hello\n}"},
    Sample{K::journey, "lasts", "a `lasts`", "enter when product_viewed lasts 90s"},
    Sample{K::journey, "unless", "an `unless`",
           "enter when product_viewed lasts 90s unless add_to_cart"},
    Sample{K::journey, "within", "a `within`",
           "goal bought when order_paid within 14 days, then exit"},

    Sample{K::steps, "send", "a `send`",
           "send email welcome_hello\nsend push cart_coupon with { code: trigger.code } valid for "
           "24h"},
    Sample{K::steps, "wait", "a `wait`",
           "wait 2 days\nwait until 10:00 local\nwait until Tuesday at 10:00 local\nwait until "
           "trigger.date - 1 day at 10:00 local\nwait at most 1 day { on clicked of mail { … } }"},
    Sample{K::steps, "if", "an `if`", "if did(order_paid since entry) { … } else { … }"},
    Sample{K::steps, "else", "an `else`", "if user.tier is \"pro\" {\n  …\n} else {\n  …\n}"},
    Sample{K::steps, "choose", "a `choose`",
           "choose {\n  when user.tier is \"pro\" { … }\n  otherwise { … }\n}"},
    Sample{K::steps, "split", "a `split`", "split uplift {\n  10% holdout\n  90% reach { … }\n}"},
    Sample{
        K::steps, "experiment", "an experiment",
        "experiment subject_line {\n  holdout 5%\n  arm plain 50% { … }\n  arm emoji 50% { … }\n}"},
    Sample{K::steps, "let", "a `let`", "let total = count(order_paid within 30 days)"},
    Sample{K::steps, "set", "a `set`", "set user.tier = \"plus\""},
    Sample{K::steps, "add", "an `add tag`", "add tag \"vip\""},
    Sample{K::steps, "remove", "a `remove tag`", "remove tag \"vip\""},
    Sample{K::steps, "call", "a `call`",
           "call mint_coupon with { percent: 10 } as coupon\n  else { stop as no_coupon }"},
    Sample{K::steps, "emit", "an `emit`", "emit coupon_sent { percent: 10 }"},
    Sample{K::steps, "run", "a `run`", "run win_back with { reason: \"quiet\" }"},
    Sample{K::steps, "include", "an `include`", "include remind(message: nudge, gap: 6 days)"},
    Sample{
        K::steps, "repeat", "a `repeat`",
        "repeat at most 3 times until did(order_paid since entry) {\n  wait 2 days\n  send email "
        "reminder\n}"},
    Sample{K::steps, "stop", "a `stop`", "stop\nstop as bought"},
    Sample{K::steps, "note", "a note", "note \"why this is here\""},
    Sample{K::steps, "valid", "how long a send is valid",
           "send sms reminder valid for 24h\nsend push wish valid until 20:00 local"},
    Sample{K::steps, "first", "a `send first of`",
           "send first of {\n  push cart_push\n  sms cart_sms\n}"},
    Sample{K::steps, "best", "a `send best`",
           "send best for order_paid within 3 days worth 12.00 {\n  email cart_mail\n  sms "
           "cart_sms\n}"},
    Sample{K::steps, "retry", "a `retry`", "send email receipt retry for 12h"},
    Sample{K::steps, "without", "a `without`", "send sms receipt_sms without quiet"},

    Sample{K::wait_arms, "on", "an `on`",
           "on clicked of mail { stop }\non order_paid where total > CNY 100 { stop }"},
    Sample{K::wait_arms, "when", "a `when`", "when user.tier is \"pro\" { stop }"},
    Sample{K::wait_arms, "timeout", "a `timeout`", "timeout\ntimeout { send email reminder }"},

    Sample{K::sends, "", "a channel and its template",
           "push cart_push\nsms cart_sms with { code: trigger.code } valid for 2h"},

    Sample{K::choices, "when", "a `when`", "when user.tier is \"pro\" { … }"},
    Sample{K::choices, "otherwise", "an `otherwise`", "otherwise { … }"},

    Sample{K::split_arms, "", "an arm", "10% holdout\n90% reach { send email reminder }"},

    Sample{K::experiment, "holdout", "a holdout", "holdout 5%"},
    Sample{K::experiment, "sample", "a sample", "sample 20%"},
    Sample{K::experiment, "arm", "an arm", "arm plain 50% { send email spring_sale }"},
    Sample{K::experiment, "winner", "a winner",
           "winner by clicked per delivered after 4h\n  needs 500 per arm\n  confidence 95%\n  "
           "otherwise plain"},
    Sample{K::experiment, "needs", "a winner's `needs`",
           "winner by clicked per delivered after 4h needs 500 per arm"},
    Sample{K::experiment, "confidence", "a winner's `confidence`",
           "winner by clicked per delivered after 4h confidence 95%"},
    Sample{K::experiment, "otherwise", "a winner's `otherwise`",
           "winner by clicked per delivered after 4h otherwise plain"},

    Sample{K::test, "start", "a `start`", "start 2026-03-02 09:00 in \"Asia/Shanghai\""},
    Sample{K::test, "given", "a `given`",
           "given user { email: \"a@example.com\" }\ngiven consent newsletter, offers\ngiven "
           "history order_paid at -2 days\ngiven webhook mint_coupon gives { code: \"TEN\" }\n"
           "given fetch weather gives { temperature: 7 }\ngiven fetch weather fails\n"
           "given user in holdout"},
    Sample{K::test, "at", "an `at`",
           "at +2 days signed_up { source: \"web\" }\nat +2 days expect sent email "
           "welcome_tips\nat +2 days clicked of mail\nat +30 days expect nothing sent"},
    Sample{K::test, "every", "an `every`", "every 15s until +90s page_ping { view_id: \"v1\" }"},
};

constexpr std::array kForeign = {
    Foreign{K::steps, "end", "stop", true},
    Foreign{K::steps, "finish", "stop", false},
    Foreign{K::steps, "return", "stop", false},
    Foreign{K::steps, "exit", "stop", false},
    Foreign{K::steps, "delay", "wait", false},
    Foreign{K::steps, "sleep", "wait", false},
    Foreign{K::steps, "pause", "wait", false},
    Foreign{K::steps, "switch", "choose", false},
    Foreign{K::steps, "elif", "else if", false},
    Foreign{K::steps, "elsif", "else if", false},
    Foreign{K::steps, "email", "send email", false},
    Foreign{K::steps, "sms", "send sms", false},
    Foreign{K::steps, "push", "send push", false},
    Foreign{K::steps, "tag", "add tag", false},
    Foreign{K::steps, "var", "let", false},
    Foreign{K::steps, "const", "let", true},
    Foreign{K::steps, "loop", "repeat at most 3 times", false},
    Foreign{K::steps, "for", "repeat at most 3 times", false},
    Foreign{K::steps, "foreach", "repeat at most 3 times", false},
    Foreign{K::steps, "while", "repeat at most 3 times", false},
    Foreign{K::steps, "webhook", "call", false},
    Foreign{K::steps, "http", "call", false},
    Foreign{K::steps, "fetch", "call", false},
    Foreign{K::steps, "post", "call", false},
    Foreign{K::steps, "track", "emit", false},
    Foreign{K::steps, "fire", "emit", false},
    Foreign{K::steps, "raise", "emit", false},
    Foreign{K::steps, "start", "run", false},
    Foreign{K::steps, "enrol", "run", false},
    Foreign{K::steps, "enroll", "run", false},
    Foreign{K::steps, "insert", "include", false},
    Foreign{K::steps, "发送", "send", true},
    Foreign{K::steps, "等待", "wait", true},
    Foreign{K::steps, "如果", "if", true},
    Foreign{K::steps, "否则", "else", true},
    Foreign{K::steps, "停止", "stop", true},
    Foreign{K::steps, "结束", "stop", true},
    Foreign{K::journey, "当", "enter when", false},
    Foreign{K::journey, "进入", "enter when", false},
    Foreign{K::journey, "目标", "goal", true},
    Foreign{K::journey, "退出", "exit", false},
    Foreign{K::file, "旅程", "journey", true},
    Foreign{K::file, "人群", "segment", false},
    Foreign{K::file, "模板", "template", false},
    Foreign{K::file, "测试", "test", true},
    Foreign{K::frequency, "max", "at most", false},
    Foreign{K::frequency, "limit", "at most", false},
    Foreign{K::quiet, "between", "from", false},
    Foreign{K::file, "hook", "webhook", false},
    Foreign{K::file, "endpoint", "webhook", false},
    Foreign{K::file, "score", "band", false},
    Foreign{K::file, "macro", "snippet", false},
    Foreign{K::file, "function", "snippet", false},
    Foreign{K::file, "def", "snippet", false},
    Foreign{K::file, "import", "use", false},
    Foreign{K::file, "campaign", "journey", false},
    Foreign{K::file, "workflow", "journey", false},
    Foreign{K::file, "flow", "journey", false},
    Foreign{K::file, "audience", "segment", false},
    Foreign{K::file, "user", "profile user", false},
    Foreign{K::journey, "trigger", "enter when", false},
    Foreign{K::journey, "when", "enter when", false},
    Foreign{K::journey, "on", "enter when", false},
    Foreign{K::journey, "every", "enter every", true},
    Foreign{K::journey, "yearly", "enter yearly", true},
    Foreign{K::journey, "once", "enter once", true},
    Foreign{K::journey, "joining", "enter when joining", true},
    Foreign{K::journey, "schedule", "enter every", false},
    Foreign{K::journey, "cron", "enter every", false},
    Foreign{K::journey, "migrate", "from version", false},
    Foreign{K::journey, "steps", "do", false},
    Foreign{K::journey, "if", "only if", false},
    Foreign{K::webhook, "url", "post", false},
    Foreign{K::webhook, "get", "post", false},
    Foreign{K::webhook, "put", "post", false},
    Foreign{K::webhook, "needs", "sends", false},
    Foreign{K::webhook, "takes", "sends", false},
    Foreign{K::webhook, "body", "sends", false},
    Foreign{K::webhook, "returns", "gives", false},
    Foreign{K::webhook, "answers", "gives", false},
    Foreign{K::webhook, "response", "gives", false},
    Foreign{K::fetch, "url", "get", false},
    Foreign{K::fetch, "post", "get", false},
    Foreign{K::fetch, "retry", "when it fails", false},
    Foreign{K::fetch, "gives", "get", false},
    Foreign{K::experiment, "variant", "arm", false},
    Foreign{K::experiment, "control", "holdout", false},
    Foreign{K::experiment, "test", "sample", false},
    Foreign{K::experiment, "metric", "winner by", false},
    Foreign{K::choices, "else", "otherwise", true},
    Foreign{K::choices, "default", "otherwise", false},
    Foreign{K::choices, "case", "when", false},
    Foreign{K::wait_arms, "otherwise", "timeout", false},
    Foreign{K::wait_arms, "else", "timeout", false},
};

}  // namespace

std::span<const Sample> samples() {
    return kSamples;
}

const Sample* find_sample(BlockKind in, std::string_view word) {
    const auto at = std::find_if(kSamples.begin(), kSamples.end(), [&](const Sample& one) {
        return one.in == in && one.word == word;
    });
    return at == kSamples.end() ? nullptr : &*at;
}

std::span<const Foreign> foreign_words() {
    return kForeign;
}

std::string_view place_of(BlockKind kind) {
    switch (kind) {
        case K::file:
            return "the file";
        case K::workspace:
            return "a workspace";
        case K::profile:
            return "the profile";
        case K::event:
            return "an event's properties";
        case K::channel:
            return "a channel";
        case K::consent:
            return "a consent group";
        case K::frequency:
            return "a frequency policy";
        case K::quiet:
            return "a quiet policy";
        case K::webhook:
            return "a webhook";
        case K::fetch:
            return "a fetch";
        case K::catalogue:
            return "a catalogue";
        case K::template_decl:
            return "a template";
        case K::band:
            return "a band";
        case K::moves:
            return "who moves where";
        case K::journey:
            return "the head of a journey";
        case K::steps:
            return "the steps of a journey";
        case K::wait_arms:
            return "the arms of a wait";
        case K::choices:
            return "the choices of a `choose`";
        case K::split_arms:
            return "the arms of a split";
        case K::experiment:
            return "an experiment";
        case K::sends:
            return "the channels of a `send`";
        case K::test:
            return "a test";
        case K::nothing:
            break;
    }
    return "this";
}

std::string_view line_of(BlockKind kind) {
    switch (kind) {
        case K::file:
            return "A declaration";
        case K::steps:
            return "A step";
        case K::profile:
        case K::event:
            return "A property";
        case K::wait_arms:
        case K::split_arms:
            return "An arm";
        case K::choices:
            return "A choice";
        case K::workspace:
        case K::channel:
        case K::consent:
        case K::frequency:
        case K::quiet:
        case K::webhook:
        case K::fetch:
        case K::catalogue:
        case K::template_decl:
        case K::band:
        case K::journey:
        case K::moves:
        case K::experiment:
        case K::sends:
        case K::test:
        case K::nothing:
            break;
    }
    return "A line here";
}

}  // namespace journey::syntax
