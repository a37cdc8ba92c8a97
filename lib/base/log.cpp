#include "lib/base/log.hpp"

#include <fmt/format.h>

namespace bestgres {

std::string_view to_string(LogLevel level) {
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
    return "error";
}

Result<LogLevel> parse_log_level(std::string_view text) {
    for (const LogLevel level :
         {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error}) {
        if (to_string(level) == text) {
            return level;
        }
    }
    return Error{fmt::format("not a log level: \"{}\" (debug, info, warn or error)", text)};
}

std::string format_log_line(Instant now, LogLevel level, std::string_view message,
                            const Json& fields) {
    // The fixed keys come first, whatever the alphabet says: people read the start of a line.
    std::string line = fmt::format(R"({{"ts":"{}","level":"{}","msg":{})", format_micros(now),
                                   to_string(level), dump(Json(message)));
    for (const auto& [key, value] : fields.items()) {
        line += fmt::format(",{}:{}", dump(Json(key)), dump(value));
    }
    return line + "}\n";
}

Log::Log(LogLevel least, std::function<Instant()> now, Sink sink)
    : least_(least), now_(std::move(now)), sink_(std::move(sink)) {}

void Log::write(LogLevel level, std::string_view message, const Json& fields) const {
    if (level >= least_) {
        sink_(format_log_line(now_(), level, message, fields));
    }
}

}  // namespace bestgres
