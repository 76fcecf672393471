#include "engine/app/traffic.h"

#include <cmath>
#include <fmt/format.h>

namespace journey::app {
namespace {

constexpr const char* kNames[] = {"Ada",  "小王",  "Lena", "Noor",  "Mei",  "Tom",  "李娜",
                                  "Ines", "Kofi",  "Yuki", "张伟",  "Sara", "Omar", "Elif",
                                  "Liam", "Ana",   "陈静", "Jonas", "Zoe",  "Ravi", "Maya",
                                  "Hugo", "Chloé", "刘洋", "Igor"};

struct Home {
    const char* zone;
    int utc_hours;  // about; only for when people are awake
    const char* dial;
};
constexpr Home kHomes[] = {{"Asia/Shanghai", 8, "+8613"},        {"Asia/Shanghai", 8, "+8615"},
                           {"Europe/Berlin", 1, "+4917"},        {"America/New_York", -5, "+1212"},
                           {"America/Los_Angeles", -8, "+1310"}, {"Asia/Tokyo", 9, "+8190"},
                           {"Europe/London", 0, "+4477"},        {"Australia/Sydney", 10, "+6141"}};
constexpr const char* kCategories[] = {"shoes", "coats", "books", "tea", "bags"};
constexpr const char* kCourses[] = {"cpp", "watercolour", "sourdough", "mandarin"};

enum Act {
    visit_shop,
    view_more,
    leave_page,
    put_in_cart,
    pay,
    send_back,
    watch_lesson,
    enrol,
    sign_up,
    newcomer,
    close
};

constexpr Micros kDay = std::chrono::hours(24);

Micros part_of(Micros whole, double share) {
    return Micros{static_cast<std::int64_t>(static_cast<double>(whole.count()) * share)};
}

}  // namespace

struct ShopTraffic::Shopper {
    std::string id;
    std::string name;
    const Home* home = nullptr;
    double eagerness = 1;
    std::string sku;  // the one being looked at
    std::string view;
    std::uint32_t lessons = 0;
    std::string course;
    std::string last_order;
    std::int64_t last_total = 0;
};

ShopTraffic::ShopTraffic(const TrafficOptions& options, Instant start)
    : options_(options), rng_(options.seed) {
    for (std::uint32_t i = 0; i < options_.people; ++i)
        add_shopper(start, false, opening_);
    plan(start + part_of(kDay, rng_.unit() / std::max(1.0, options_.newcomers_per_day)), 0,
         newcomer);
}

ShopTraffic::~ShopTraffic() = default;

void ShopTraffic::plan(Instant at, std::uint32_t shopper, int what, std::uint64_t detail) {
    due_.push({at, order_++, shopper, what, detail});
}

void ShopTraffic::add_shopper(Instant at, bool is_newcomer, std::vector<TrafficItem>& out) {
    const auto number = static_cast<std::uint32_t>(shoppers_.size());
    Shopper shopper;
    shopper.id = fmt::format("u{:05}", number + 1);
    shopper.name = kNames[rng_.below(std::size(kNames))];
    shopper.home = &kHomes[rng_.below(std::size(kHomes))];
    shopper.eagerness = 0.2 + 1.6 * rng_.unit();
    Record traits{{"email", Value(fmt::format("{}@people.example", shopper.id))},
                  {"first_name", Value(shopper.name)},
                  {"time_zone", Value(shopper.home->zone)}};
    if (rng_.chance(0.7))
        put(traits, "phone",
            Value(fmt::format("{}{:07}", shopper.home->dial, rng_.below(10'000'000))));
    if (rng_.chance(0.75)) put(traits, "push_token", Value(fmt::format("token-{}", shopper.id)));
    const Record call{{"type", Value("identify")},
                      {"userId", Value(shopper.id)},
                      {"messageId", Value(fmt::format("demo-{}-{}", options_.seed, message_++))},
                      {"traits", Value(std::move(traits))}};
    out.push_back({at, to_json(Value(call)), false});
    for (const char* consent : {"newsletter", "offers"}) {
        if (!rng_.chance(0.85)) continue;
        const Record given{{"userId", Value(shopper.id)},
                           {"consent", Value(consent)},
                           {"granted", Value(true)},
                           {"confirmed", Value(true)},  // nobody reads these mailboxes
                           {"source", Value("sign-up form")}};
        out.push_back({at, to_json(Value(given)), true});
    }
    shoppers_.push_back(shopper);
    if (is_newcomer) plan(at + std::chrono::seconds(30), number, sign_up);
    plan(next_visit(shoppers_.back(), at), number, visit_shop);
    if (rng_.chance(0.15)) plan(next_visit(shoppers_.back(), at), number, watch_lesson);
}

Instant ShopTraffic::next_visit(const Shopper& shopper, Instant from) {
    // Exponential gaps, then moved into the waking hours of the person's own day.
    const double mean_days = 1.0 / (options_.visits_per_day * shopper.eagerness);
    Instant at = from + part_of(kDay, -std::log(1.0 - rng_.unit()) * mean_days);
    const auto local = at + std::chrono::hours(shopper.home->utc_hours);
    const auto since_midnight = local - std::chrono::floor<std::chrono::days>(local);
    if (since_midnight < std::chrono::hours(8))
        at += std::chrono::hours(8) - since_midnight + part_of(std::chrono::hours(3), rng_.unit());
    return at;
}

void ShopTraffic::track(Instant at, const Shopper& shopper, std::string_view event,
                        Record properties, std::vector<TrafficItem>& out) {
    const Record call{{"type", Value("track")},
                      {"userId", Value(shopper.id)},
                      {"event", Value(event)},
                      {"messageId", Value(fmt::format("demo-{}-{}", options_.seed, message_++))},
                      {"properties", Value(std::move(properties))}};
    out.push_back({at, to_json(Value(call)), false});
}

void ShopTraffic::visit(const Due& due, std::vector<TrafficItem>& out) {
    Shopper& shopper = shoppers_[due.shopper];
    shopper.sku =
        fmt::format("{}-{}", kCategories[rng_.below(std::size(kCategories))], 1 + rng_.below(40));
    shopper.view = fmt::format("{}-v{}", shopper.id, order_);
    track(due.at, shopper, "Product Viewed",
          {{"sku", Value(shopper.sku)},
           {"view_id", Value(shopper.view)},
           {"category", Value(shopper.sku.substr(0, shopper.sku.find('-')))},
           {"price", Value(static_cast<double>(30 + rng_.below(400)))}},
          out);
    const auto glance = std::chrono::seconds(10 + rng_.below(70));
    const auto stay = std::chrono::seconds(100 + rng_.below(500));
    const double fate = rng_.unit();
    if (fate < 0.45) {
        plan(due.at + glance, due.shopper, leave_page);
        if (rng_.chance(0.4))
            plan(due.at + glance + std::chrono::seconds(5), due.shopper, view_more);
    } else if (fate < 0.75) {
        plan(due.at + stay, due.shopper, put_in_cart);
    } else {
        plan(due.at + stay, due.shopper, leave_page);
    }
}

void ShopTraffic::act(const Due& due, std::vector<TrafficItem>& out) {
    if (due.what == newcomer) {
        add_shopper(due.at, true, out);
        const double gap =
            -std::log(1.0 - rng_.unit()) / std::max(0.01, options_.newcomers_per_day);
        plan(due.at + part_of(kDay, gap), 0, newcomer);
        return;
    }
    Shopper& shopper = shoppers_[due.shopper];
    switch (due.what) {
        case sign_up:
            track(due.at, shopper, "Signed Up",
                  {{"source", Value(rng_.chance(0.8) ? "web" : "import")}}, out);
            break;
        case visit_shop:
            plan(next_visit(shopper, due.at), due.shopper, visit_shop);
            visit(due, out);
            break;
        case view_more:
            visit(due, out);
            break;
        case leave_page:
            track(due.at, shopper, "Page Left", {{"view_id", Value(shopper.view)}}, out);
            break;
        case put_in_cart:
            track(due.at, shopper, "Add To Cart",
                  {{"sku", Value(shopper.sku)}, {"quantity", Value(1)}}, out);
            if (rng_.chance(0.55))
                plan(due.at + std::chrono::seconds(60 + rng_.below(1200)), due.shopper, pay);
            break;
        case pay: {
            shopper.last_order = fmt::format("o{:06}", ++sold_);
            shopper.last_total = static_cast<std::int64_t>(30 + rng_.below(900));
            track(due.at, shopper, "Order Paid",
                  {{"order_id", Value(shopper.last_order)},
                   {"total", Value(static_cast<double>(shopper.last_total))},
                   {"skus", Value(List{Value(shopper.sku)})}},
                  out);
            if (rng_.chance(0.12))
                plan(due.at + part_of(kDay, 2 + 6 * rng_.unit()), due.shopper, send_back);
            break;
        }
        case send_back:
            track(due.at, shopper, "Order Returned",
                  {{"order_id", Value(shopper.last_order)},
                   {"total", Value(static_cast<double>(shopper.last_total))}},
                  out);
            break;
        case watch_lesson:
            if (shopper.course.empty()) shopper.course = kCourses[rng_.below(std::size(kCourses))];
            track(due.at, shopper, "Lesson Watched",
                  {{"course_id", Value(shopper.course)},
                   {"lesson_id", Value(fmt::format("{}", ++shopper.lessons))},
                   {"minutes", Value(static_cast<std::int64_t>(5 + rng_.below(30)))}},
                  out);
            if (shopper.lessons < 6)
                plan(due.at + part_of(kDay, 0.5 + 2 * rng_.unit()), due.shopper, watch_lesson);
            if (shopper.lessons == 3 && rng_.chance(0.3))
                plan(due.at + part_of(kDay, 1.5 * rng_.unit()), due.shopper, enrol);
            break;
        case enrol:
            track(due.at, shopper, "Enrolled", {{"course_id", Value(shopper.course)}}, out);
            break;
        default:
            break;
    }
}

std::vector<TrafficItem> ShopTraffic::happen_until(Instant until) {
    std::vector<TrafficItem> out = std::exchange(opening_, {});
    while (!due_.empty() && due_.top().at <= until) {
        const Due due = due_.top();
        due_.pop();
        act(due, out);
    }
    return out;
}

}  // namespace journey::app
