//   the group, as the plan shows it now    people
//   goes on, or stays on its version       any number: nothing of theirs changes
//   moves, stops, restarts, undecided      none in the plan: more; beyond the margin: more
#include "engine/plan/plan.h"

#include <algorithm>

namespace journey::plan {
namespace {

constexpr std::uint64_t kMarginPeople = 10;
constexpr std::uint64_t kMarginPart = 10;  // a tenth

bool is_acted_on(Fate fate) {
    return fate != Fate::goes_on && fate != Fate::stays;
}

const JourneyPlan* journey_in(const Plan& plan, const std::string& name) {
    const auto found = std::find_if(plan.journeys.begin(), plan.journeys.end(),
                                    [&](const JourneyPlan& one) { return one.name == name; });
    return found == plan.journeys.end() ? nullptr : &*found;
}

std::uint64_t people_then(const JourneyPlan* then, const Group& now) {
    if (then == nullptr) return 0;
    for (const Group& group : then->groups) {
        if (group.version == now.version && group.step == now.step) return group.people;
    }
    return 0;
}

}  // namespace

bool beyond_margin(std::uint64_t then, std::uint64_t now) {
    return now > then && now - then > std::max(kMarginPeople, then / kMarginPart);
}

Since since(const Plan& then, const Plan& now) {
    Since out;
    for (const JourneyPlan& journey : now.journeys) {
        if (journey.kind == Kind::unchanged) continue;
        const JourneyPlan* before = journey_in(then, journey.name);
        const std::uint64_t inside = before == nullptr ? 0 : before->inside;
        if (inside != journey.inside) out.inside.push_back({journey.name, inside, journey.inside});
        for (const Group& group : journey.groups) {
            const std::uint64_t people = people_then(before, group);
            if (!is_acted_on(group.fate)) continue;
            if (people == 0 || beyond_margin(people, group.people))
                out.more.push_back({journey.name, group, people});
        }
    }
    return out;
}

}  // namespace journey::plan
