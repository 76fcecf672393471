#include "dsl/sema/test_places.h"

#include "dsl/sema/unread.h"

namespace journey::sema {

const Experiment* TestPlaces::find_experiment(const ast::Name& name) {
    if (!cx_.find(Kind::experiment, name)) return nullptr;
    const auto found = cx_.experiments.find(name.text);
    return found == cx_.experiments.end() ? nullptr : &found->second;
}

void TestPlaces::pick(const ast::Name& experiment, const ast::Name& arm) {
    const Experiment* found = find_experiment(experiment);
    if (found == nullptr) return;
    if (std::find(found->arms.begin(), found->arms.end(), arm.text) == found->arms.end()) {
        cx_.report(with_near_names(
            Diagnostic::error("J0104", "UNKNOWN ARM", arm.span,
                              tick(experiment.text) + " has no arm called " + tick(arm.text) + "."),
            arm.text, arm.span, found->arms));
        return;
    }
    cx_.note("arm", experiment.text, arm.text, arm.span);
    GivenArm& given = given_arm(experiment.text);
    if (given.holdout || !given.arm.empty()) {
        contradiction(experiment, arm.span);
        return;
    }
    given.arm = arm.text;
}

GivenArm& TestPlaces::given_arm(const std::string& experiment) {
    for (GivenArm& given : test_.arms) {
        if (given.experiment == experiment) return given;
    }
    GivenArm fresh;
    fresh.experiment = experiment;
    test_.arms.push_back(std::move(fresh));
    return test_.arms.back();
}

void TestPlaces::contradiction(const ast::Name& experiment, Span span) {
    cx_.report(Diagnostic::error("J0105", "SAID TWICE", span,
                                 "This test has already said where " + tick(experiment.text) +
                                     " puts this person.")
                   .and_help("keep one of the lines; `puts user in rest` and `picks` go "
                             "together"));
}

void TestPlaces::put(const ast::Name& experiment, const ast::Name& place) {
    const Experiment* found = find_experiment(experiment);
    if (found == nullptr) return;
    const std::vector<std::string> places = {"holdout", "rest", "sample"};
    if (std::find(places.begin(), places.end(), place.text) == places.end()) {
        cx_.report(with_near_names(
            Diagnostic::error("J0104", "UNKNOWN PLACE", place.span,
                              "A person is in the `holdout`, in the `sample` or in the `rest`, "
                              "not in " +
                                  tick(place.text) + ".")
                .and_help("to say which arm it is: `given experiment " + experiment.text +
                          " picks …`"),
            place.text, place.span, places));
        return;
    }
    const bool holdout = place.text == "holdout";
    if (holdout ? !found->holdout : !found->sample) {
        const Declared* declared = cx_.peek(Kind::experiment, experiment.text);
        if (declared != nullptr && unread(cx_, declared->span, place.text)) return;
        cx_.report(Diagnostic::error(
            "J0104", holdout ? "NO HOLDOUT" : "NO SAMPLE", place.span,
            tick(experiment.text) + " has no " + (holdout ? "holdout." : "sample.")));
        return;
    }
    const bool known = std::any_of(test_.arms.begin(), test_.arms.end(), [&](const auto& one) {
        return one.experiment == experiment.text;
    });
    GivenArm& given = given_arm(experiment.text);
    if (placed_.contains(experiment.text) || (known && holdout)) {
        contradiction(experiment, place.span);
        return;
    }
    placed_.insert(experiment.text);
    given.holdout = holdout;
    given.rest = place.text == "rest";
}

void TestPlaces::hold_out(Span span) {
    if (cx_.schema().workspace.holdout == 0) {
        cx_.report(Diagnostic::error("J0104", "NO HOLDOUT", span, "The workspace has no holdout.")
                       .and_help("add a line like `holdout 5%` to the workspace"));
        return;
    }
    if (test_.held_out) {
        cx_.report(Diagnostic::error("J0105", "SAID TWICE", span,
                                     "This test says twice that its person is in the holdout.")
                       .and_help("keep one of them"));
    }
    test_.held_out = true;
}

void TestPlaces::settle() {
    for (GivenArm& given : test_.arms) {
        if (given.holdout || given.rest || !given.arm.empty()) continue;
        given.arm = cx_.experiments[given.experiment].arms.front();
    }
}

}  // namespace journey::sema
