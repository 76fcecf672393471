// The examples that messages and the reference show are right where they stand.

#include "dsl/syntax/syntax.h"

#include <catch2/catch.hpp>
#include <map>

namespace journey::syntax {
namespace {

/// What stands around a line of the place; `%` is where it goes.
const std::map<std::string_view, std::string_view>& frames() {
    static const std::map<std::string_view, std::string_view> all = {
        {"the file", "%"},
        {"a workspace", "workspace shop {\n%\n}"},
        {"the profile", "profile user {\n%\n}"},
        {"an event's properties", "event order_paid {\n%\n}"},
        {"a channel", "channel email {\n%\n}"},
        {"a consent group", "consent offers \"Offers\" {\n%\n}"},
        {"a frequency policy", "frequency gentle {\n%\n}"},
        {"a quiet policy", "quiet night {\n%\n}"},
        {"a catalogue", "catalogue products {\n%\n}"},
        {"a fetch", "fetch weather {\n%\n}"},
        {"a webhook", "webhook mint {\n%\n}"},
        {"a template", "template hello email marketing {\n%\n}"},
        {"a band", "band orders of count(order_paid ever) {\n%\n}"},
        {"who moves where", "journey j \"J\" {\nfrom version 2 {\n%\n}\ndo { stop }\n}"},
        {"the head of a journey", "journey j \"J\" {\n%\ndo { stop }\n}"},
        {"the steps of a journey", "journey j \"J\" {\ndo {\n%\n}\n}"},
        {"the arms of a wait", "journey j \"J\" {\ndo {\nwait at most 1 day {\n%\n}\n}\n}"},
        {"the choices of a `choose`", "journey j \"J\" {\ndo {\nchoose {\n%\n}\n}\n}"},
        {"the arms of a split", "journey j \"J\" {\ndo {\nsplit s {\n%\n}\n}\n}"},
        {"the channels of a `send`", "journey j \"J\" {\ndo {\nsend first of {\n%\n}\n}\n}"},
        {"an experiment", "journey j \"J\" {\ndo {\nexperiment e {\n%\n}\n}\n}"},
        {"a test", "test \"t\" of j {\n%\n}"},
    };
    return all;
}

std::string in_its_place(const Shown& shown) {
    // `…` stands for more lines: those of a test, or steps.
    std::string text(shown.examples);
    for (std::size_t at = text.find("…"); at != std::string::npos; at = text.find("…", at))
        text.replace(at, std::string_view("…").size(),
                     shown.place == "the file" ? "start 2026-03-02 09:00 in \"UTC\"" : "stop");
    std::string whole(frames().at(shown.place));
    return whole.replace(whole.find('%'), 1, text);
}

}  // namespace

TEST_CASE("every example that messages show can be read where it is shown", "[samples]") {
    REQUIRE(examples().size() > 80);
    for (const Shown& shown : examples()) {
        const std::string text = "language 1\n" + in_its_place(shown) + "\n";
        if (shown.examples == "language 1") continue;  // stands at the top already
        CAPTURE(shown.place, shown.reading, text);
        // The frame of a head has its steps already.
        const bool twice_do = shown.examples.substr(0, 4) == "do {";
        source::SourceSet sources;
        Diagnostics diagnostics;
        const auto id = sources.add("sample.journey", text, diagnostics);
        parse_file(sources, *id, diagnostics);
        INFO(render(sources, diagnostics));
        if (!twice_do) CHECK(diagnostics.empty());
    }
}

}  // namespace journey::syntax
