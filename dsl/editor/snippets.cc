#include "dsl/editor/snippets.h"

#include <array>

namespace journey::editor {
namespace {

constexpr std::string_view kFile = "the file";
constexpr std::string_view kHead = "the head of a journey";
constexpr std::string_view kSteps = "the steps of a journey";
constexpr std::string_view kTest = "a test";

constexpr std::array kSnippets = {
    Snippet{kFile, "journey …", "a journey with its first send",
            "journey ${1:name} \"${2:Title}\" {\n  version 1\n  enter when ${3:event}\n  reenter "
            "never\n  do {\n    send email ${4:template}\n    $0\n  }\n}"},
    Snippet{kFile, "event …", "an event with a property",
            "event ${1:name} {\n  ${2:property} ${3:string}\n}"},
    Snippet{kFile, "segment …", "a group of people",
            "segment ${1:name} \"${2:Title}\" = ${0:user.tier is \"pro\"}"},
    Snippet{kFile, "template … email", "an email",
            "template ${1:name} email marketing {\n  consent ${2:group}\n  subject "
            "\"${3:Subject}\"\n  body \"${0:Text}\"\n}"},
    Snippet{
        kFile, "test …", "a test of a journey",
        "test \"${1:what happens}\" of ${2:journey} {\n  start ${3:2026-03-02 09:00} in "
        "\"${4:UTC}\"\n  given user { $5 }\n  at +0s ${6:event}\n  at +1 day expect ${0:no more "
        "sends}\n}"},
    Snippet{kHead, "enter when …", "who starts it", "enter when ${1:event}"},
    Snippet{kHead, "goal …", "what it is for",
            "goal ${1:name} when ${2:event} within ${3:14 days}, then exit"},
    Snippet{kSteps, "send …", "a message", "send ${1:email} ${2:template}"},
    Snippet{kSteps, "wait …", "some time", "wait ${1:2 days}"},
    Snippet{kSteps, "wait until …", "a moment", "wait until ${1:10:00} local"},
    Snippet{kSteps, "wait at most …", "an event, but not for ever",
            "wait at most ${1:1 day} {\n  on ${2:event} {\n    $0\n  }\n  timeout\n}"},
    Snippet{kSteps, "if … else …", "two ways", "if ${1:condition} {\n  $2\n} else {\n  $0\n}"},
    Snippet{kSteps, "choose …", "several ways",
            "choose {\n  when ${1:condition} {\n    $2\n  }\n  otherwise {\n    $0\n  }\n}"},
    Snippet{kSteps, "experiment …", "which of two is better",
            "experiment ${1:name} {\n  holdout ${2:5%}\n  arm ${3:a} 50% {\n    $4\n  }\n  arm "
            "${5:b} 50% {\n    $0\n  }\n}"},
    Snippet{kTest, "at … expect sent …", "a message that must go out",
            "at +${1:1 day} expect sent ${2:email} ${0:template}"},
};

}  // namespace

std::span<const Snippet> snippets() {
    return kSnippets;
}

}  // namespace journey::editor
