// Command lines, read in the same way by every program: "--flag value" or "--flag=value", switches,
// words, and --help.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lib/base/log.hpp"
#include "lib/base/result.hpp"

namespace bestgres {

// Takes a flag's value; its error is told behind the name of the flag.
using FlagSetter = std::function<Result<Done>(const std::string& value)>;

FlagSetter into(std::string& target);
// A number from 0 to `highest`.
FlagSetter into(int& target, int highest);
FlagSetter into(std::uint16_t& port);
FlagSetter into(LogLevel& level);

struct Flags {
    std::map<std::string, FlagSetter> values;  // "--port"
    std::map<std::string, bool*> switches;     // "--offline"
};

struct CommandLine {
    std::vector<std::string> words;  // what is no flag, in order
    bool help = false;               // --help or -h: the rest was not read

    bool operator==(const CommandLine&) const = default;
};

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments,
                                       const Flags& flags);

}  // namespace bestgres
