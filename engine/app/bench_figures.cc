#include "engine/app/bench_figures.h"

#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <functional>
#include <sys/resource.h>
#include <unistd.h>

namespace journey::app {
namespace {

using Figure = std::optional<double>;

/// The median over those runs that have the figure.
Figure over(const Case& one, const std::function<Figure(const Measured&)>& figure) {
    std::vector<double> values;
    for (const Measured& run : one.runs) {
        if (const Figure value = figure(run)) values.push_back(*value);
    }
    return values.empty() ? Figure{} : Figure{median(std::move(values))};
}

Figure rate_of(const Case& one) {
    return over(one, [](const Measured& run) { return Figure{run.per_second}; });
}
Figure bare_of(const Case& one) {
    return over(one, [](const Measured& run) {
        return run.bare_per_second > 0 ? Figure{run.bare_per_second} : Figure{};
    });
}
/// Of the two of each run, which shared the machine's mood.
Figure ratio_of(const Case& one) {
    return over(one, [](const Measured& run) {
        return run.bare_per_second > 0 ? Figure{run.per_second / run.bare_per_second} : Figure{};
    });
}

std::optional<Latency> latency_of(const Case& one) {
    const auto part = [&](double Latency::*field) {
        return over(one, [&](const Measured& run) {
            return run.latency ? Figure{(*run.latency).*field} : Figure{};
        });
    };
    const Figure p50 = part(&Latency::p50);
    if (!p50) return std::nullopt;
    Latency all{*p50, *part(&Latency::p99), *part(&Latency::p999), 0};
    for (const Measured& run : one.runs)
        all.max = std::max(all.max, run.latency ? run.latency->max : 0.0);
    return all;
}

Value value_of(const Figure& figure) {
    return figure ? Value(*figure) : Value();
}

std::vector<std::pair<std::string, double>> more_of(const Case& one) {
    std::vector<std::pair<std::string, double>> out;
    if (one.runs.empty()) return out;
    for (const auto& [name, first] : one.runs.front().more) {
        const Figure middle = over(one, [&name = name](const Measured& run) {
            for (const auto& [other, value] : run.more) {
                if (other == name) return Figure{value};
            }
            return Figure{};
        });
        out.emplace_back(name, middle.value_or(first));
    }
    return out;
}

Value to_value(const Case& one) {
    Record record;
    put(record, "case", one.name);
    put(record, "unit", one.unit);
    put(record, "per_second", value_of(rate_of(one)));
    Value latency;
    if (const auto all = latency_of(one)) {
        latency = Record{{"of", Value(one.latency_of)},
                         {"p50_us", Value(all->p50)},
                         {"p99_us", Value(all->p99)},
                         {"p999_us", Value(all->p999)},
                         {"max_us", Value(all->max)}};
    }
    put(record, "latency", std::move(latency));
    put(record, "cpu_us", value_of(over(one, [](const Measured& run) { return run.cpu_micros; })));
    put(record, "memory_bytes",
        value_of(over(one, [](const Measured& run) { return run.memory_bytes; })));
    put(record, "disk_bytes",
        value_of(over(one, [](const Measured& run) { return run.disk_bytes; })));
    const Figure bare = bare_of(one);
    put(record, "bare",
        bare ? Value(Record{{"what", Value(one.bare)}, {"per_second", Value(*bare)}}) : Value());
    put(record, "ratio", value_of(ratio_of(one)));
    Record more;
    for (const auto& [name, value] : more_of(one))
        put(more, name, Value(value));
    put(record, "more", Value(std::move(more)));
    return Value(std::move(record));
}

/// Three digits that matter, thousands apart: 1,234,000 · 15,230 · 8.41.
std::string short_number(double value) {
    if (value >= 1000) {
        std::string digits = fmt::format("{:.0f}", value);
        for (std::size_t at = digits.size(); at > 3; at -= 3)
            digits.insert(at - 3, ",");
        return digits;
    }
    if (value >= 100) return fmt::format("{:.0f}", value);
    return value >= 10 ? fmt::format("{:.1f}", value) : fmt::format("{:.2f}", value);
}

std::string short_time(double micros) {
    if (micros >= 1e6) return short_number(micros / 1e6) + " s";
    return micros >= 1000 ? short_number(micros / 1000) + " ms" : short_number(micros) + " us";
}

void print(const Case& one) {
    fmt::print("{}\n", one.name);
    fmt::print("  {} {}/s", short_number(rate_of(one).value_or(0)), one.unit);
    if (const Figure bare = bare_of(one)) {
        fmt::print(", {:.2f} of {} ({}/s)", ratio_of(one).value_or(0), one.bare,
                   short_number(*bare));
    }
    fmt::print("\n");
    if (const auto all = latency_of(one)) {
        fmt::print("  {}: p50 {}, p99 {}, p99.9 {}, max {}\n", one.latency_of, short_time(all->p50),
                   short_time(all->p99), short_time(all->p999), short_time(all->max));
    }
    std::vector<std::string> each;
    const auto cpu = over(one, [](const Measured& run) { return run.cpu_micros; });
    const auto memory = over(one, [](const Measured& run) { return run.memory_bytes; });
    const auto disk = over(one, [](const Measured& run) { return run.disk_bytes; });
    if (cpu) each.push_back("CPU " + short_time(*cpu));
    if (memory) each.push_back("memory " + short_number(*memory) + " B");
    if (disk) each.push_back("disk " + short_number(*disk) + " B");
    if (!each.empty()) fmt::print("  each: {}\n", fmt::join(each, ", "));
    for (const auto& [name, value] : more_of(one)) {
        std::string words = name;
        std::replace(words.begin(), words.end(), '_', ' ');
        fmt::print("  {}: {}\n", words, short_number(value));
    }
}

double seconds_of(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}
double cpu_seconds(int who) {
    rusage used{};
    ::getrusage(who, &used);
    return seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) return 0;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::optional<Latency> latency_of(std::vector<std::uint32_t>& values, double in_a_micro) {
    if (values.empty()) return std::nullopt;
    std::sort(values.begin(), values.end());
    const auto at = [&](double share) {
        const auto index = static_cast<std::size_t>(share * static_cast<double>(values.size()));
        return static_cast<double>(values[std::min(values.size() - 1, index)]) / in_a_micro;
    };
    return Latency{at(0.5), at(0.99), at(0.999), at(1.0)};
}

Value to_value(const Report& report) {
    std::size_t runs = 0;
    List cases;
    for (const Case& one : report.cases) {
        runs = std::max(runs, one.runs.size());
        cases.push_back(to_value(one));
    }
    return Value(Record{{"scenario", Value(report.scenario)},
                        {"what", Value(report.what)},
                        {"runs", Value(static_cast<std::int64_t>(runs))},
                        {"cases", Value(std::move(cases))}});
}

void print(const Report& report, bool json) {
    if (json) {
        fmt::print("{}\n", to_json(to_value(report)));
        return;
    }
    std::size_t runs = 0;
    for (const Case& one : report.cases)
        runs = std::max(runs, one.runs.size());
    fmt::print("{}: {} (median of {})\n", report.scenario, report.what, runs);
    for (const Case& one : report.cases)
        print(one);
}

double process_cpu_seconds() {
    return cpu_seconds(RUSAGE_SELF);
}
double thread_cpu_seconds() {
    return cpu_seconds(RUSAGE_THREAD);
}

std::uint64_t resident_now() {
    std::ifstream in("/proc/self/statm");
    std::uint64_t pages = 0;
    std::uint64_t resident = 0;
    in >> pages >> resident;
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::uint64_t bytes_below(const std::string& directory) {
    std::uint64_t bytes = 0;
    std::error_code problem;
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory, problem)) {
        const std::uintmax_t size = file.is_regular_file(problem) ? file.file_size(problem) : 0;
        if (!problem) bytes += size;
    }
    return bytes;
}

}  // namespace journey::app
