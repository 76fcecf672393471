#include "engine/calendar/zone.h"

#include <algorithm>

namespace journey::calendar {
namespace {

// What people write and the database does not have: its zones bear the name of one city each.
struct Known {
    std::string_view city;
    std::string_view zone;
};
constexpr auto kCities = std::to_array<Known>({
    {"beijing", "Asia/Shanghai"},
    {"peking", "Asia/Shanghai"},
    {"shenzhen", "Asia/Shanghai"},
    {"guangzhou", "Asia/Shanghai"},
    {"canton", "Asia/Shanghai"},
    {"hangzhou", "Asia/Shanghai"},
    {"chengdu", "Asia/Shanghai"},
    {"wuhan", "Asia/Shanghai"},
    {"nanjing", "Asia/Shanghai"},
    {"xian", "Asia/Shanghai"},
    {"tianjin", "Asia/Shanghai"},
    {"suzhou", "Asia/Shanghai"},
    {"qingdao", "Asia/Shanghai"},
    {"xiamen", "Asia/Shanghai"},
    {"dalian", "Asia/Shanghai"},
    {"china", "Asia/Shanghai"},
    {"hongkong", "Asia/Hong_Kong"},
    {"macao", "Asia/Macau"},
    {"kaohsiung", "Asia/Taipei"},
    {"taiwan", "Asia/Taipei"},
    {"osaka", "Asia/Tokyo"},
    {"kyoto", "Asia/Tokyo"},
    {"nagoya", "Asia/Tokyo"},
    {"yokohama", "Asia/Tokyo"},
    {"busan", "Asia/Seoul"},
    {"mumbai", "Asia/Kolkata"},
    {"bombay", "Asia/Kolkata"},
    {"delhi", "Asia/Kolkata"},
    {"new_delhi", "Asia/Kolkata"},
    {"bangalore", "Asia/Kolkata"},
    {"bengaluru", "Asia/Kolkata"},
    {"chennai", "Asia/Kolkata"},
    {"madras", "Asia/Kolkata"},
    {"hyderabad", "Asia/Kolkata"},
    {"calcutta", "Asia/Kolkata"},
    {"saigon", "Asia/Ho_Chi_Minh"},
    {"hanoi", "Asia/Ho_Chi_Minh"},
    {"rangoon", "Asia/Yangon"},
    {"abu_dhabi", "Asia/Dubai"},
    {"jeddah", "Asia/Riyadh"},
    {"tel_aviv", "Asia/Jerusalem"},
    {"munich", "Europe/Berlin"},
    {"hamburg", "Europe/Berlin"},
    {"frankfurt", "Europe/Berlin"},
    {"cologne", "Europe/Berlin"},
    {"stuttgart", "Europe/Berlin"},
    {"geneva", "Europe/Zurich"},
    {"basel", "Europe/Zurich"},
    {"bern", "Europe/Zurich"},
    {"milan", "Europe/Rome"},
    {"turin", "Europe/Rome"},
    {"naples", "Europe/Rome"},
    {"barcelona", "Europe/Madrid"},
    {"valencia", "Europe/Madrid"},
    {"lyon", "Europe/Paris"},
    {"marseille", "Europe/Paris"},
    {"manchester", "Europe/London"},
    {"edinburgh", "Europe/London"},
    {"glasgow", "Europe/London"},
    {"rotterdam", "Europe/Amsterdam"},
    {"kiev", "Europe/Kyiv"},
    {"saint_petersburg", "Europe/Moscow"},
    {"boston", "America/New_York"},
    {"washington", "America/New_York"},
    {"miami", "America/New_York"},
    {"philadelphia", "America/New_York"},
    {"atlanta", "America/New_York"},
    {"houston", "America/Chicago"},
    {"dallas", "America/Chicago"},
    {"austin", "America/Chicago"},
    {"san_francisco", "America/Los_Angeles"},
    {"seattle", "America/Los_Angeles"},
    {"las_vegas", "America/Los_Angeles"},
    {"san_diego", "America/Los_Angeles"},
    {"montreal", "America/Toronto"},
    {"ottawa", "America/Toronto"},
    {"rio_de_janeiro", "America/Sao_Paulo"},
    {"brasilia", "America/Sao_Paulo"},
    {"canberra", "Australia/Sydney"},
});

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
    // A city that we know is meant; what is only spelt like it would be a guess.
    if (!near.empty()) return near;
    for (const std::string& zone : did_you_mean(name, zone_names()))
        add(zone);
    return near;
}

}  // namespace journey::calendar
