#include "scenarios/report/tape.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/report/words.hpp"

namespace bestgres::scenarios {
namespace {

int rank_of(const std::string& lane, const std::vector<std::string>& members) {
    if (lane == "users") {
        return 0;
    }
    if (lane.starts_with("fault ")) {
        return 1;
    }
    if (lane.starts_with("operator-")) {
        return 2;
    }
    if (lane == "API server") {
        return 3;
    }
    if (lane == "clients") {
        return 5;
    }
    const bool member = std::find(members.begin(), members.end(), lane) != members.end();
    return member ? 4 : 6;
}

}  // namespace

bool Beat::has(Weight least) const {
    return std::any_of(entries.begin(), entries.end(),
                       [least](const Entry& entry) { return entry.weight >= least; });
}

const Beat* Tape::find(std::uint64_t event) const {
    return event == 0 || event > beats_.size() ? nullptr : &beats_[event - 1];
}

void Tape::cut(std::uint64_t event) {
    if (event >= beats_.size()) {
        return;
    }
    beats_.resize(event);
    looks_.clear();
    said_.clear();
    for (const Beat& beat : beats_) {
        for (const Entry& entry : beat.entries) {
            if (entry.shade != Shade::none && !entry.lane.starts_with("fault ")) {
                std::erase_if(looks_,
                              [&entry](const Look& look) { return look.lane == entry.lane; });
                looks_.push_back({entry.lane, entry.shade, entry.text});
            }
        }
    }
}

// A sentence that a process says again and again is told once.
void Tape::read(const Noted& noted, const World& world, Beat& beat) {
    for (Entry& entry : entries_of(noted.what, world)) {
        if (std::holds_alternative<LineLogged>(noted.what)) {
            const auto last = std::find_if(said_.begin(), said_.end(), [&](const auto& one) {
                return one.first == entry.lane;
            });
            if (last == said_.end()) {
                said_.emplace_back(entry.lane, entry.text);
            } else if (last->second == entry.text) {
                entry.weight = Weight::periodic;
            } else {
                last->second = entry.text;
            }
        }
        beat.entries.push_back(std::move(entry));
    }
}

void Tape::add_looks(const World& world, Beat& beat) {
    for (Look& look : looks(world.state())) {
        const auto last = std::find_if(looks_.begin(), looks_.end(),
                                       [&look](const Look& one) { return one.lane == look.lane; });
        if (last != looks_.end() && *last == look) {
            continue;
        }
        beat.entries.push_back(
            {.lane = look.lane, .weight = Weight::major, .text = look.text, .shade = look.shade});
        if (last == looks_.end()) {
            looks_.push_back(std::move(look));
        } else {
            *last = std::move(look);
        }
    }
}

void Tape::add_to_last(const World& world) {
    if (beats_.empty()) {
        return;
    }
    for (const Noted& noted : world.log()) {
        read(noted, world, beats_.back());
    }
    add_looks(world, beats_.back());
}

bool Tape::step(World& world) {
    world.set_detail(TraceDetail::full);
    const std::uint64_t before = world.event();
    const std::size_t known = world.violations().size();
    const bool goes_on = world.step();
    if (world.event() == before || world.event() <= beats_.size()) {
        return goes_on;
    }
    Beat beat{.of = world.history().back(), .entries = {}, .violations = {}};
    for (const Noted& noted : world.log()) {
        read(noted, world, beat);
    }
    if (!world.log().empty()) {
        add_looks(world, beat);
    }
    const std::vector<Violation>& found = world.violations();
    beat.violations.assign(found.begin() + static_cast<std::ptrdiff_t>(known), found.end());
    beats_.push_back(std::move(beat));
    return goes_on;
}

std::vector<std::string> lanes_of(const std::vector<Beat>& beats) {
    std::vector<std::string> lanes = {"users"};
    std::vector<std::string> members;
    for (const Beat& beat : beats) {
        for (const Entry& entry : beat.entries) {
            const bool known = std::find(lanes.begin(), lanes.end(), entry.lane) != lanes.end();
            if (entry.shade != Shade::none && !known) {
                members.push_back(entry.lane);
            }
            if (!known && (entry.shade != Shade::none || rank_of(entry.lane, {}) < 6)) {
                lanes.push_back(entry.lane);
            }
        }
    }
    std::sort(lanes.begin(), lanes.end(), [&](const std::string& left, const std::string& right) {
        return std::pair(rank_of(left, members), left) < std::pair(rank_of(right, members), right);
    });
    return lanes;
}

std::string clock_text(Duration since_start) {
    using std::chrono::duration_cast;
    const auto milliseconds = duration_cast<std::chrono::milliseconds>(since_start).count();
    const auto minutes = milliseconds / 60'000;
    const double seconds = static_cast<double>(milliseconds % 60'000) / 1000.0;
    return minutes == 0 ? fmt::format("{:.3f}s", seconds)
                        : fmt::format("{}m{:06.3f}s", minutes, seconds);
}

}  // namespace bestgres::scenarios
