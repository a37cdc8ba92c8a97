#include "operator/cmd/simulate/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "scenarios/relations/relation.hpp"
#include "scenarios/workloads/catalogue.hpp"

namespace bestgres::cmd::simulate {
namespace {

struct Flag {
    std::string_view name;
    std::vector<std::string_view> commands;
    bool takes_value = true;
};

const std::vector<Flag>& flags() {
    static const std::vector<Flag> all = {
        {"--seed", {"simulate"}},
        {"--seeds", {"simulate"}},
        {"--for", {"simulate"}},
        {"--from", {"simulate", "explore"}},
        {"--workload", {"simulate"}},
        {"--faults", {"simulate"}},
        {"--jobs", {"simulate", "crash-points"}},
        {"--twice", {"simulate"}, false},
        {"--guided", {"simulate"}, false},
        {"--per-site", {"crash-points"}},
        {"--attempts", {"shrink", "simulate", "crash-points"}},
        {"--events", {"explore"}},
        {"--states", {"explore"}},
        {"--dir", {"simulate", "crash-points", "explore"}},
        {"--to", {"shrink"}},
        {"--report", {"replay"}},
    };
    return all;
}

Result<std::uint64_t> number_of(const std::string& flag, const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) {
        return Error{fmt::format("{} takes a whole number, not \"{}\"", flag, text)};
    }
    return value;
}

Result<Duration> span_of(const std::string& flag, const std::string& text) {
    const Result<Duration> span = parse_duration(text);
    if (!span) {
        return Error{fmt::format("{} takes a span of time such as 60s, not \"{}\"", flag, text)};
    }
    return *span;
}

Result<Done> set_number(Options& options, const std::string& flag, const std::string& text) {
    const Result<std::uint64_t> value = number_of(flag, text);
    BG_TRY(value);
    if (flag == "--seed") {
        options.seed = *value;
    } else if (flag == "--seeds") {
        options.seeds = *value;
    } else if (flag == "--jobs") {
        options.jobs = std::clamp<std::size_t>(*value, 1, 256);
    } else if (flag == "--per-site") {
        options.per_site = *value;
    } else if (flag == "--faults") {
        options.faults = *value;
    } else if (flag == "--attempts") {
        options.attempts = *value;
    } else if (flag == "--events") {
        options.events = *value;
    } else if (flag == "--states") {
        options.states = *value;
    } else {
        options.from = *value;
    }
    return Done{};
}

Result<Done> set_flag(Options& options, const std::string& command, const std::string& flag,
                      const std::string& value) {
    if (flag == "--dir" || flag == "--to" || flag == "--report") {
        (flag == "--dir" ? options.directory : options.file) = value;
        return Done{};
    }
    if (flag == "--workload") {
        options.words.push_back(value);
        return Done{};
    }
    if (flag == "--for" || (flag == "--from" && command == "explore")) {
        const Result<Duration> span = span_of(flag, value);
        BG_TRY(span);
        if (flag == "--for") {
            options.lasting = *span;
        } else {
            options.start = *span;
        }
        return Done{};
    }
    return set_number(options, flag, value);
}

Result<Done> check_words(const std::string& command, const Options& options) {
    const bool wants_files = command == "shrink" || command == "replay";
    if (wants_files && options.words.empty()) {
        return Error{fmt::format("{} needs a replay file\n{}", command, usage(command))};
    }
    if (command == "shrink" && options.words.size() > 1) {
        return Error{fmt::format("shrink takes one replay file\n{}", usage(command))};
    }
    if (command == "replay" && options.words.size() > 1 && !options.file.empty()) {
        return Error{fmt::format("a report tells one replay file\n{}", usage(command))};
    }
    if ((command == "crash-points" || command == "explore") && options.words.empty()) {
        return Error{fmt::format("{} needs a workload\n{}", command, usage(command))};
    }
    if (wants_files) {
        return Done{};
    }
    for (const std::string& word : options.words) {
        const bool is_relation = command == "relations" && scenarios::relations::find(word);
        if (word != "fast" && word != "all" && !is_relation) {
            BG_TRY(scenarios::workloads::make_workload(word));
        }
    }
    return Done{};
}

// Workloads may be named several at once: "W01,W13".
void split_words(Options& options) {
    std::vector<std::string> single;
    for (const std::string& word : options.words) {
        for (std::size_t begin = 0; begin <= word.size();) {
            const std::size_t end = std::min(word.find(',', begin), word.size());
            if (end > begin) {
                single.push_back(word.substr(begin, end - begin));
            }
            begin = end + 1;
        }
    }
    options.words = std::move(single);
}

}  // namespace

Result<Options> parse_options(const std::string& command, const std::vector<std::string>& arguments,
                              std::size_t processors) {
    Options options;
    options.jobs = std::max<std::size_t>(processors, 1);
    for (std::size_t at = 0; at < arguments.size(); ++at) {
        const std::string& word = arguments[at];
        if (word.rfind("--", 0) != 0) {
            options.words.push_back(word);
            continue;
        }
        const auto flag = std::find_if(flags().begin(), flags().end(), [&](const Flag& one) {
            return one.name == word &&
                   std::count(one.commands.begin(), one.commands.end(), command);
        });
        if (flag == flags().end()) {
            return Error{fmt::format("{} has no flag {}\n{}", command, word, usage(command))};
        }
        if (!flag->takes_value) {
            (word == "--twice" ? options.twice : options.guided) = true;
            continue;
        }
        if (at + 1 == arguments.size()) {
            return Error{fmt::format("{} needs a value\n{}", word, usage(command))};
        }
        BG_TRY(set_flag(options, command, word, arguments[++at]));
    }
    if (command != "shrink" && command != "replay") {
        split_words(options);
    }
    BG_TRY(check_words(command, options));
    return options;
}

std::string usage(const std::string& command) {
    static const std::map<std::string, std::string> texts = {
        {"simulate",
         "usage: bestgres simulate [--seed N | --seeds N | --for SPAN] [--from N] [--workload "
         "W]...\n"
         "                         [--faults N] [--twice] [--guided] [--jobs N] [--dir DIR]\n"
         "                         [--attempts N]\n"
         "  Random runs: each seed becomes a workload with random faults, watched by all laws.\n"
         "  --seed N    this one, and tells what happens in it\n"
         "  --seeds N   so many, from --from on (1); 100 where nothing is said\n"
         "  --for 60s   as many as fit\n"
         "  --faults N  at most so many beside those of the workload; 0 shows it alone\n"
         "  --twice     every run again; the two traces must be the same\n"
         "  --guided    half of the runs change what showed something new"},
        {"crash-points",
         "usage: bestgres crash-points W... [--per-site N] [--jobs N] [--dir DIR]\n"
         "  Every outcome (crash, timeout, conflict, ...) at every call that the operator makes "
         "in\n"
         "  these workloads; \"fast\" and \"all\" stand for many. Prints the matrix of call sites\n"
         "  and outcomes.\n"
         "  --per-site N   only N calls of each call site"},
        {"explore",
         "usage: bestgres explore W... [--from SPAN] [--events N] [--states N] [--dir DIR]\n"
         "  Every order of the events that are ready at the same instant, for N events (40) from\n"
         "  --from on (the start), up to N states (100000)."},
        {"shrink",
         "usage: bestgres shrink FILE [--to FILE] [--attempts N]\n"
         "  Makes the scenario of a replay file smaller as long as it fails in the same way."},
        {"replay",
         "usage: bestgres replay FILE... | bestgres replay FILE --report PAGE.html\n"
         "  Runs replay files, twice each. Fails where a file's expectation is not met, a trigger\n"
         "  never matched, or a law is broken that was not expected to be. Tells what was broken "
         "and\n"
         "  how it came to that.\n"
         "  --report PAGE.html   the same for a browser, with lanes over time and every change"},
        {"relations",
         "usage: bestgres relations [M...] [W...]\n"
         "  What several runs must have in common (docs/laws.md): all relations, or those named, "
         "for\n"
         "  the workloads that each is tested with, or those named."}};
    return texts.at(command);
}

}  // namespace bestgres::cmd::simulate
