#pragma once
// What came out of a project's tests, for a person, a program and a CI system.

#include "engine/app/test_coverage.h"
#include "engine/app/test_trial.h"

namespace journey::app {

struct TestReport {
    struct One {
        const sema::TestCase* test = nullptr;
        std::string journey;
        TrialResult result;
    };
    std::vector<One> tests;  // in the order of the files
    std::vector<Coverage> coverage;
    translate::Speech say;
    std::size_t passed() const;
    std::size_t failed() const { return tests.size() - passed(); }
};

std::string text_of(const TestReport::One& one, const translate::Speech& say);
std::string text_of(const Coverage& coverage, const translate::Speech& say);
Value json_of(const TestReport& report);
/// JUnit XML as Jenkins, GitLab and GitHub's actions read it: a suite for each journey. Without
/// times: tests run under virtual time, and the same project gives the same bytes.
std::string junit_of(const TestReport& report);

}  // namespace journey::app
