#include "lib/base/command_line.hpp"

#include <charconv>
#include <optional>

namespace bestgres {
namespace {

Result<int> parse_number(const std::string& text, int highest) {
    int value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || stop != end || value < 0 || value > highest) {
        return Error{"it takes a number from 0 to " + std::to_string(highest) + ", not \"" + text +
                     "\""};
    }
    return value;
}

// "--flag=value" in two parts.
struct Flag {
    std::string name;
    std::optional<std::string> value = std::nullopt;
};

Flag flag_of(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    if (equals == std::string::npos) {
        return {.name = argument};
    }
    return {.name = argument.substr(0, equals), .value = argument.substr(equals + 1)};
}

}  // namespace

FlagSetter into(std::string& target) {
    return [&target](const std::string& value) -> Result<Done> {
        target = value;
        return Done{};
    };
}

FlagSetter into(int& target, int highest) {
    return [&target, highest](const std::string& value) -> Result<Done> {
        const Result<int> number = parse_number(value, highest);
        BG_TRY(number);
        target = *number;
        return Done{};
    };
}

FlagSetter into(std::uint16_t& port) {
    return [&port](const std::string& value) -> Result<Done> {
        const Result<int> number = parse_number(value, UINT16_MAX);
        BG_TRY(number);
        port = static_cast<std::uint16_t>(*number);
        return Done{};
    };
}

FlagSetter into(LogLevel& level) {
    return [&level](const std::string& value) -> Result<Done> {
        const Result<LogLevel> parsed = parse_log_level(value);
        BG_TRY(parsed);
        level = *parsed;
        return Done{};
    };
}

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments,
                                       const Flags& flags) {
    CommandLine line;
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        if (arguments[at] == "--help" || arguments[at] == "-h") {
            line.help = true;
            return line;
        }
        // A lone "-" is a word: it names the standard input.
        if (!arguments[at].starts_with('-') || arguments[at] == "-") {
            line.words.push_back(arguments[at]);
            continue;
        }
        Flag flag = flag_of(arguments[at]);
        if (const auto found = flags.switches.find(flag.name); found != flags.switches.end()) {
            if (flag.value) {
                return Error{flag.name + " takes no value"};
            }
            *found->second = true;
            continue;
        }
        const auto found = flags.values.find(flag.name);
        if (found == flags.values.end()) {
            return Error{"there is no flag " + flag.name};
        }
        if (!flag.value && at + 1 == arguments.size()) {
            return Error{flag.name + " needs a value"};
        }
        const std::string value = flag.value ? *flag.value : arguments[++at];
        if (Result<Done> set = found->second(value); !set.ok()) {
            return std::move(set).error().within(flag.name);
        }
    }
    return line;
}

}  // namespace bestgres
