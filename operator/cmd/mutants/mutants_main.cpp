// bestgres-mutants: plants each known defect into the operator and lets the simulator look for it.
// A program of its own, because it is linked with the planted copies of the operator's sources.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <thread>
#include <vector>

#include "operator/cmd/simulate/findings.hpp"
#include "operator/cmd/simulate/workers.hpp"
#include "scenarios/mutants/hunt.hpp"

namespace bestgres::cmd {
namespace {

constexpr const char* usage =
    "usage: bestgres mutants [flags]\n"
    "  --only TEXT   mutants whose id holds TEXT\n"
    "  --seeds N     random runs after workloads and recipes (50)\n"
    "  --attempts N  to make what catches a mutant small (300)\n"
    "  --jobs N      processes (one a processor)\n"
    "  --list        the mutants, and the bugs that they stand for\n"
    "Exit status: 0 when every mutant is caught, 1 when one survives, 2 for wrong arguments.\n";

struct Options {
    std::string only;
    mutants::HuntOptions hunt;
    std::size_t jobs = std::max(1U, std::thread::hardware_concurrency());
    bool list = false;
    bool help = false;
};

bool parse_number(const std::string& text, std::uint64_t& number) {
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, number);
    return !text.empty() && code == std::errc() && stop == end;
}

Result<Options> parse(const std::vector<std::string>& arguments) {
    Options options;
    std::uint64_t jobs = options.jobs;
    for (std::size_t index = 0; index < arguments.size(); ++index) {
        const std::string& flag = arguments[index];
        if (flag == "--list") {
            options.list = true;
            continue;
        }
        if (flag == "--help" || flag == "-h") {
            options.help = true;
            return options;
        }
        if (index + 1 == arguments.size()) {
            return Error{flag + ": unknown, or without its value"};
        }
        const std::string& value = arguments[++index];
        const bool good = flag == "--only"       ? (options.only = value, true)
                          : flag == "--seeds"    ? parse_number(value, options.hunt.seeds)
                          : flag == "--attempts" ? parse_number(value, options.hunt.shrink_attempts)
                          : flag == "--jobs"     ? parse_number(value, jobs) && jobs > 0
                                                 : false;
        if (!good) {
            return Error{flag + " " + value + ": not what this command takes"};
        }
    }
    options.jobs = jobs;
    return options;
}

std::vector<std::size_t> chosen(const Options& options) {
    std::vector<std::size_t> numbers;
    for (std::size_t number = 0; number < mutants::all().size(); ++number) {
        if (mutants::all()[number].id.find(options.only) != std::string_view::npos) {
            numbers.push_back(number);
        }
    }
    return numbers;
}

Json told(std::size_t mutant, const std::optional<mutants::Catch>& caught, Duration took) {
    Json line = {{"mutant", mutant}, {"seconds", std::chrono::duration<double>(took).count()}};
    if (caught) {
        line["law"] = caught->violation.law;
        line["sentence"] = caught->violation.sentence;
        line["bait"] = caught->bait;
        line["runs"] = caught->runs;
        line["edits"] = caught->smallest.edits.size();
        line["faults"] = caught->smallest.faults.size();
    }
    return line;
}

std::string row(const Json& line) {
    const mutants::Mutant& mutant = mutants::all()[line["mutant"].get<std::size_t>()];
    if (!line.contains("law")) {
        return fmt::format("| {} | {} | **survives** | | | {:.1f} | |\n", mutant.id, mutant.bugs,
                           line["seconds"].get<double>());
    }
    return fmt::format("| {} | {} | {} | {} | {} | {:.1f} | {} edits, {} faults |\n", mutant.id,
                       mutant.bugs, line["law"].get<std::string>(), line["bait"].get<std::string>(),
                       line["runs"].get<std::uint64_t>(), line["seconds"].get<double>(),
                       line["edits"].get<std::size_t>(), line["faults"].get<std::size_t>());
}

std::vector<mutants::Bait> sound_baits(const scenarios::Ground& ground, const Options& options) {
    std::vector<mutants::Bait> sound;
    for (mutants::Bait& bait : mutants::baits(options.hunt)) {
        if (mutants::is_sound(ground, bait)) {
            sound.push_back(std::move(bait));
        } else {
            fmt::print(stderr, "{} fails without any mutant and proves nothing: left out\n",
                       bait.name);
        }
    }
    fmt::print(stderr, "{} scenarios hold all laws when no mutant is active\n", sound.size());
    return sound;
}

int hunt_all(const Options& options) {
    const scenarios::Ground ground = simulate::shipped_ground();
    const std::vector<std::size_t> numbers = chosen(options);
    const std::vector<mutants::Bait> sound = sound_baits(ground, options);
    std::vector<Json> lines;
    simulate::run_workers(
        {.count = options.jobs,
         .work =
             [&](std::size_t worker, const simulate::Send& send) {
                 for (std::size_t at = worker; at < numbers.size(); at += options.jobs) {
                     const Duration begun = simulate::wall_time();
                     const auto caught = mutants::hunt(ground, numbers[at], sound, options.hunt);
                     send(dump(told(numbers[at], caught, simulate::wall_time() - begun)));
                 }
             },
         .on_line =
             [&](std::size_t, const std::string& text) {
                 lines.push_back(*parse_json(text));
                 fmt::print(stderr, "{}/{} {}", lines.size(), numbers.size(), row(lines.back()));
             },
         .on_end = [](const simulate::WorkerEnd&) {},
         .on_second = [] {}});
    std::ranges::sort(lines, {}, [](const Json& line) { return line["mutant"].get<int>(); });
    fmt::print(
        "| mutant | bugs | law | found by | runs | seconds | smallest "
        "|\n|---|---|---|---|---|---|---|\n");
    std::size_t caught = 0;
    for (const Json& line : lines) {
        fmt::print("{}", row(line));
        caught += line.contains("law") ? 1 : 0;
    }
    fmt::print("{} of {} mutants are caught\n", caught, numbers.size());
    return caught == numbers.size() ? 0 : 1;
}

int list() {
    for (const mutants::Mutant& mutant : mutants::all()) {
        fmt::print("{:<48} {:<16} {}\n", mutant.id, mutant.bugs, mutant.says);
    }
    return 0;
}

}  // namespace
}  // namespace bestgres::cmd

int main(int count, char** values) {
    using namespace bestgres::cmd;
    const auto options = parse(std::vector<std::string>(values + 1, values + count));
    if (!options) {
        fmt::print(stderr, "bestgres mutants: {}\n{}", options.error().message, usage);
        return 2;
    }
    if (options->help) {
        fmt::print("{}", usage);
        return 0;
    }
    return options->list ? list() : hunt_all(*options);
}
