#include "operator/cmd/mutants/options.hpp"

#include <algorithm>
#include <charconv>
#include <thread>

namespace bestgres::cmd::mutants {
namespace {

bool parse_number(const std::string& text, std::uint64_t& number) {
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, number);
    return !text.empty() && code == std::errc() && stop == end;
}

bool parse_seconds(const std::string& text, Duration& span) {
    std::uint64_t number = 0;
    const bool good = parse_number(text, number) && number > 0 && number < 1'000'000;
    span = std::chrono::seconds(number);
    return good;
}

bool take_value(Options& options, const std::string& flag, const std::string& value) {
    return flag == "--only"       ? (options.only = value, true)
           : flag == "--keep"     ? (options.kept = value, true)
           : flag == "--table"    ? (options.table = value, true)
           : flag == "--seeds"    ? parse_number(value, options.seeds)
           : flag == "--attempts" ? parse_number(value, options.attempts)
           : flag == "--jobs"     ? parse_number(value, options.jobs) && options.jobs > 0
           : flag == "--seconds"  ? parse_seconds(value, options.longest)
                                  : false;
}

}  // namespace

const char* const usage =
    "usage: bestgres mutants [flags]\n"
    "  --only TEXT    mutants whose id holds TEXT\n"
    "  --own          each with its own scenario alone; those that name none are left out\n"
    "  --quick        likewise, and only those that every test run looks for\n"
    "  --seeds N      random runs after workloads, traps and recipes (50)\n"
    "  --seconds N    the longest search for one mutant, and the longest to make it small (60)\n"
    "  --attempts N   to make what catches a mutant small (200)\n"
    "  --jobs N       processes (one a processor)\n"
    "  --keep FILE    what was found, one line each; what stands there is not sought again, "
    "unless\n"
    "                 --only names it\n"
    "  --table FILE   writes docs/mutants.md's page\n"
    "  --list         the mutants, and the bugs that they stand for\n"
    "Exit status: 0 when every mutant is caught, 1 when one survives, 2 for wrong arguments.\n";

Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options options;
    options.jobs = std::max(1U, std::thread::hardware_concurrency());
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        const std::string& flag = arguments[index];
        if (flag == "--help" || flag == "-h") {
            options.help = true;
            return options;
        }
        if (flag == "--list" || flag == "--own" || flag == "--quick") {
            options.list = options.list || flag == "--list";
            options.quick = options.quick || flag == "--quick";
            options.own = options.own || flag != "--list";
            continue;
        }
        if (index + 1 == arguments.size()) {
            return Error{flag + ": unknown, or without its value"};
        }
        const std::string& value = arguments[++index];
        if (!take_value(options, flag, value)) {
            return Error{flag + " " + value + ": not what this command takes"};
        }
    }
    return options;
}

}  // namespace bestgres::cmd::mutants
