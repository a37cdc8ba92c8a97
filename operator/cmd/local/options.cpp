#include "operator/cmd/local/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace bestgres::cmd::local {
namespace {

struct Command {
    std::string_view name;
    std::size_t arguments;
};

constexpr std::array<Command, 7> commands = {{{"up", 0},
                                              {"down", 0},
                                              {"status", 0},
                                              {"stop-node", 1},
                                              {"start-node", 1},
                                              {"stop-api", 0},
                                              {"start-api", 0}}};

Result<int> number_of(const std::string& flag, const std::string& text, int highest) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > highest) {
        return Error{
            fmt::format("{} takes a number from 0 to {}, not \"{}\"", flag, highest, text)};
    }
    return value;
}

// Sets one flag that takes a value; false when there is no such flag.
Result<bool> set_flag(Options& options, const std::string& flag, const std::string& value) {
    const std::map<std::string, std::string*> texts = {{"--dir", &options.directory},
                                                       {"--pod-network", &options.pod_network},
                                                       {"--service-cidr", &options.service_cidr},
                                                       {"--patroni-4", &options.patroni_4},
                                                       {"--images", &options.images},
                                                       {"--namespace", &options.ns}};
    const auto text = texts.find(flag);
    if (text != texts.end()) {
        *text->second = value;
        return true;
    }
    if (flag == "--port") {
        const Result<int> port = number_of(flag, value, 65535);
        BG_TRY(port);
        options.port = static_cast<std::uint16_t>(*port);
        return true;
    }
    if (flag == "--nodes") {
        const Result<int> nodes = number_of(flag, value, 100);
        BG_TRY(nodes);
        options.nodes = *nodes;
        return true;
    }
    return false;
}

Result<Done> check_command(const Options& options) {
    const auto* known = std::find_if(commands.begin(), commands.end(), [&](const Command& one) {
        return one.name == options.command;
    });
    if (known == commands.end()) {
        return Error{
            fmt::format("\"{}\" is not a command of bestgres local\n{}", options.command, usage())};
    }
    if (options.arguments.size() != known->arguments) {
        return Error{fmt::format("local {} takes {} arguments, not {}\n{}", options.command,
                                 known->arguments, options.arguments.size(), usage())};
    }
    return Done{};
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments, const std::string& home) {
    Options options;
    options.directory = home + "/.bestgres/local";
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        const std::string& word = arguments[at];
        if (word == "--without-operator") {
            options.without_operator = true;
        } else if (word.rfind("--", 0) == 0) {
            const std::string value = at + 1 < arguments.size() ? arguments[at + 1] : "";
            if (value.empty()) {
                return Error{fmt::format("{} needs a value\n{}", word, usage())};
            }
            const Result<bool> known = set_flag(options, word, value);
            BG_TRY(known);
            if (!*known) {
                return Error{fmt::format("there is no flag {}\n{}", word, usage())};
            }
            ++at;
        } else if (options.command.empty()) {
            options.command = word;
        } else {
            options.arguments.push_back(word);
        }
    }
    BG_TRY(check_command(options));
    return options;
}

std::string usage() {
    return "usage: bestgres local up [--dir DIR] [--port N] [--nodes N] [--namespace NS] "
           "[--without-operator]\n"
           "                         [--patroni-4 FOLDER] [--images FILE] [--pod-network A.B] "
           "[--service-cidr CIDR]\n"
           "       bestgres local down | status | stop-api | start-api [--dir DIR]\n"
           "       bestgres local stop-node | start-node NODE [--dir DIR]";
}

}  // namespace bestgres::cmd::local
