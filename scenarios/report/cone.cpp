#include "scenarios/report/cone.hpp"

#include <map>

namespace bestgres::scenarios {
namespace {

// What of one object or lane belongs to the story: how it came to be as it is.
constexpr std::size_t changes_back = 2;

bool is_letter(char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-';
}

// As a word of its own: "db-1" is not in "db-10" nor in "my-db-1".
bool mentions(const std::string& text, const std::string& name) {
    for (std::size_t at = text.find(name); at != std::string::npos; at = text.find(name, at + 1)) {
        const bool begins = at == 0 || !is_letter(text[at - 1]);
        const std::size_t end = at + name.size();
        if (begins && (end == text.size() || !is_letter(text[end]))) {
            return true;
        }
    }
    return false;
}

std::string all_text(const Violation& violation) {
    std::string text = violation.sentence;
    for (const std::string& fact : violation.facts) {
        text += "\n" + fact;
    }
    return text;
}

bool is_disturbance(const Entry& entry) {
    return entry.lane == "users" || entry.lane.starts_with("fault ");
}

}  // namespace

std::set<std::uint64_t> causes_of(const Tape& tape, std::set<std::uint64_t> events) {
    std::vector<std::uint64_t> open(events.begin(), events.end());
    while (!open.empty()) {
        const Beat* beat = tape.find(open.back());
        open.pop_back();
        if (beat != nullptr && beat->of.cause != 0 && events.insert(beat->of.cause).second) {
            open.push_back(beat->of.cause);
        }
    }
    return events;
}

std::set<std::uint64_t> seeds_of(const Tape& tape, const Violation& violation) {
    const std::string text = all_text(violation);
    std::set<std::uint64_t> seeds = {violation.event};
    std::map<std::string, std::size_t> taken;
    for (auto beat = tape.beats().rbegin(); beat != tape.beats().rend(); ++beat) {
        if (beat->of.event > violation.event) {
            continue;
        }
        for (const Entry& entry : beat->entries) {
            const std::string& subject = entry.object.empty() ? entry.lane : entry.object;
            const bool tells = entry.weight == Weight::major && taken[subject] < changes_back &&
                               mentions(text, subject);
            if (tells || (is_disturbance(entry) && entry.weight == Weight::major)) {
                seeds.insert(beat->of.event);
                ++taken[subject];
            }
        }
    }
    return seeds;
}

std::set<std::uint64_t> causal_cone(const Tape& tape, const Violation& violation) {
    return causes_of(tape, seeds_of(tape, violation));
}

}  // namespace bestgres::scenarios
