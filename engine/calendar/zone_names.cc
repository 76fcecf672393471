#include "engine/calendar/zone.h"

#include <algorithm>

namespace journey::calendar {
namespace {

// What people write and the database does not have: its zones bear the name of one city each.
struct Known {
    std::string_view city;
    std::string_view zone;
};
constexpr std::array<Known, 20> kCities{{
    {"beijing", "Asia/Shanghai"},       {"shenzhen", "Asia/Shanghai"},
    {"guangzhou", "Asia/Shanghai"},     {"hangzhou", "Asia/Shanghai"},
    {"chengdu", "Asia/Shanghai"},       {"china", "Asia/Shanghai"},
    {"munich", "Europe/Berlin"},        {"hamburg", "Europe/Berlin"},
    {"frankfurt", "Europe/Berlin"},     {"geneva", "Europe/Zurich"},
    {"milan", "Europe/Rome"},           {"barcelona", "Europe/Madrid"},
    {"boston", "America/New_York"},     {"washington", "America/New_York"},
    {"miami", "America/New_York"},      {"san_francisco", "America/Los_Angeles"},
    {"seattle", "America/Los_Angeles"}, {"mumbai", "Asia/Kolkata"},
    {"delhi", "Asia/Kolkata"},          {"osaka", "Asia/Tokyo"},
}};

std::string folded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c >= 'A' && c <= 'Z') {
            out += static_cast<char>(c - 'A' + 'a');
        } else {
            out += c == ' ' || c == '-' ? '_' : c;
        }
    }
    return out;
}

std::string_view city_of(std::string_view name) {
    return name.substr(name.rfind('/') + 1);
}

}  // namespace

std::vector<std::string> zone_names_near(std::string_view name) {
    constexpr std::size_t kMost = 3;
    std::vector<std::string> near;
    const auto add = [&](std::string_view zone) {
        const bool known = std::find(near.begin(), near.end(), zone) != near.end();
        if (!known && near.size() < kMost) near.emplace_back(zone);
    };
    const std::string wanted = folded(name);
    const std::string_view city = city_of(wanted);
    for (const std::string& zone : zone_names()) {
        if (folded(zone) == wanted) add(zone);
    }
    for (const Known& known : kCities) {
        if (known.city == city) add(known.zone);
    }
    for (const std::string& zone : zone_names()) {
        const std::string other = folded(zone);
        // Of the old names that mean the same place ("PRC", "US/Eastern") the ones with a region
        // are shown.
        if (other.find('/') != std::string::npos && city_of(other) == city) add(zone);
    }
    for (const std::string& zone : did_you_mean(name, zone_names()))
        add(zone);
    return near;
}

}  // namespace journey::calendar
