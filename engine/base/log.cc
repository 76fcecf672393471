#include "engine/base/log.h"

#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace journey {
namespace {

std::string_view name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            return "error";
    }
    return "unknown";
}

spdlog::level::level_enum spdlog_level(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

}  // namespace

Logger::Logger(const Clock& clock, Sink sink, LogLevel least)
    : clock_(clock), sink_(std::move(sink)), least_(least) {}

void Logger::debug(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::debug, event, fields);
}

void Logger::info(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::info, event, fields);
}

void Logger::warn(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::warn, event, fields);
}

void Logger::error(std::string_view event, std::initializer_list<LogField> fields) const {
    write(LogLevel::error, event, fields);
}

void Logger::write(LogLevel level, std::string_view event,
                   std::initializer_list<LogField> fields) const {
    if (level < least_ || !sink_) return;
    Record line;
    line.reserve(fields.size() + 3);
    line.push_back({"at", clock_.now()});
    line.push_back({"level", name_of(level)});
    line.push_back({"event", event});
    for (const LogField& field : fields) {
        // A field may not take the place of the line's own three.
        const bool taken = find(line, field.name) != nullptr;
        line.push_back(
            {taken ? std::string(field.name) + "_" : std::string(field.name), field.value});
    }
    sink_(level, to_json(line));
}

Logger& Logger::silent() {
    // Holds no state that anybody could see: not the kind of global that STYLE forbids.
    static const ManualClock kClock{Instant{}};
    static Logger logger(kClock, nullptr);
    return logger;
}

Logger::Sink Logger::stderr_sink() {
    auto target = std::make_shared<spdlog::logger>(
        "journey", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    target->set_pattern("%v");
    target->set_level(spdlog::level::trace);
    return [target](LogLevel level, std::string_view line) {
        target->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
    };
}

}  // namespace journey
