#include "connectors/fake/fake.h"

#include <charconv>
#include <fmt/format.h>

namespace journey::connectors::fake {
namespace {

struct Named {
    Behaviour behaviour;
    std::string_view name;
};

constexpr std::array<Named, 12> kNames{{
    {Behaviour::ok, "ok"},
    {Behaviour::too_many, "too_many"},
    {Behaviour::server_error, "server_error"},
    {Behaviour::reject, "reject"},
    {Behaviour::unauthorized, "unauthorized"},
    {Behaviour::accept_then_close, "accept_then_close"},
    {Behaviour::close_before, "close_before"},
    {Behaviour::hang, "hang"},
    {Behaviour::slow, "slow"},
    {Behaviour::trickle, "trickle"},
    {Behaviour::huge, "huge"},
    {Behaviour::garbage, "garbage"},
}};

}  // namespace

std::optional<Behaviour> behaviour_named(std::string_view name) {
    for (const Named& one : kNames) {
        if (one.name == name) return one.behaviour;
    }
    return std::nullopt;
}

std::string_view name_of(Behaviour behaviour) {
    return kNames[static_cast<std::size_t>(behaviour)].name;
}

Result<Script> Script::parse(std::string_view text) {
    Script script;
    double total = 0;
    while (!text.empty()) {
        const std::size_t end = text.find(',');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        const std::size_t equal = pair.find('=');
        const auto behaviour = behaviour_named(pair.substr(0, equal));
        double odds = -1;
        if (equal != std::string_view::npos) {
            std::from_chars(pair.data() + equal + 1, pair.data() + pair.size(), odds);
        }
        if (!behaviour || !(odds >= 0 && odds <= 1)) {
            return error(ErrorCode::invalid,
                         fmt::format("\"{}\" is no behaviour with its probability; write "
                                     "too_many=0.01,server_error=0.005",
                                     pair));
        }
        total += odds;
        script.odds.emplace_back(*behaviour, odds);
    }
    if (total > 1) return error(ErrorCode::invalid, "the script's probabilities exceed 1 together");
    return script;
}

}  // namespace journey::connectors::fake
