#pragma once
// Structured log lines: events with fields, noun first, one JSON object a line on stderr.
// Ids, never addresses or bodies. Time comes from the Clock, so a simulated log is the same twice.

#include "engine/base/time.h"
#include "engine/base/value.h"

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace journey {

enum class LogLevel : unsigned char { debug, info, warn, error };

struct LogField {
    std::string_view name;
    Value value;
};

/// Thread safe. `sink` gets one finished line without its newline.
class Logger {
  public:
    using Sink = std::function<void(LogLevel, std::string_view line)>;
    Logger(const Clock& clock, Sink sink, LogLevel least = LogLevel::info);
    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const;
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) const;
    void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const;
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) const;

    /// Drops everything; for tests that do not look at the log.
    static Logger& silent();
    /// Writes to stderr through spdlog.
    static Sink stderr_sink();

  private:
    void write(LogLevel level, std::string_view event,
               std::initializer_list<LogField> fields) const;
    const Clock& clock_;
    Sink sink_;
    LogLevel least_;
};

}  // namespace journey
