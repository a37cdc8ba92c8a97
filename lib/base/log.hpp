// Structured logs: a constant message and fields, one JSON line each. Pure folders do not log; they
// give reasons, and whoever performs a step logs them.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres {

enum class LogLevel { debug, info, warn, error };

std::string_view to_string(LogLevel level);
Result<LogLevel> parse_log_level(std::string_view text);

// {"ts":"...","level":"info","msg":"step performed", ...fields} and a newline. `fields` is an
// object.
std::string format_log_line(Instant now, LogLevel level, std::string_view message,
                            const Json& fields);

// Writes lines of at least `least` to `sink`. `now` is asked once a line.
class Log {
public:
    using Sink = std::function<void(std::string_view line)>;

    Log(LogLevel least, std::function<Instant()> now, Sink sink);

    void write(LogLevel level, std::string_view message, const Json& fields) const;
    void debug(std::string_view message, const Json& fields) const {
        write(LogLevel::debug, message, fields);
    }
    void info(std::string_view message, const Json& fields) const {
        write(LogLevel::info, message, fields);
    }
    void warn(std::string_view message, const Json& fields) const {
        write(LogLevel::warn, message, fields);
    }
    void error(std::string_view message, const Json& fields) const {
        write(LogLevel::error, message, fields);
    }

private:
    LogLevel least_;
    std::function<Instant()> now_;
    Sink sink_;
};

}  // namespace bestgres
