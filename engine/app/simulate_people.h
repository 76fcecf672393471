#pragma once
// journey simulate with people: generated ones, or those of a data directory.

#include "engine/app/commands.h"

namespace journey::app {

struct ForecastOptions {
    std::string project;
    std::string data_directory;  // "": nobody is there yet
    std::uint32_t people = 0;    // generated
    std::uint32_t days = 30;
    std::uint64_t seed = 1;
    std::vector<std::string> rates;     // "signed_up=0.1/day"
    std::string habits;                 // YAML
    std::vector<std::string> consents;  // what generated people have given; empty: most of them
    std::vector<std::string> costs;     // "sms=0.05"
    std::vector<std::string> answers;   // "0.9", "mint_coupon=0.9"
    std::string start;                  // RFC 3339, or a date where the workspace is
    std::string svg;                    // file
    std::string sends_csv;              // file: every send, one a line
    bool json = false;
};
int forecast_command(const ForecastOptions& options);

}  // namespace journey::app
