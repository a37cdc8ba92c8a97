#include "scenarios/report/rows.hpp"

#include <algorithm>
#include <map>

namespace bestgres::scenarios {
namespace {

// Before the violation everything is shown that is not periodic.
constexpr Duration last_moments = std::chrono::seconds(5);

bool is_shown(const Story& story, const Beat& beat, const Entry& entry) {
    if (entry.weight == Weight::major) {
        return true;
    }
    const bool close = story.end - beat.of.at <= last_moments;
    return entry.weight == Weight::minor && (close || story.cone.contains(beat.of.event));
}

// The nearest ancestor that has a row.
std::uint64_t shown_cause(const Story& story, const std::set<std::uint64_t>& with_rows,
                          std::uint64_t event) {
    const Beat* beat = story.tape.find(event);
    while (beat != nullptr && beat->of.cause != 0) {
        if (with_rows.contains(beat->of.cause)) {
            return beat->of.cause;
        }
        beat = story.tape.find(beat->of.cause);
    }
    return 0;
}

}  // namespace

std::vector<Row> rows_of(const Story& story, std::size_t most) {
    std::vector<Row> rows;
    std::set<std::uint64_t> with_rows;
    for (const Beat& beat : story.tape.beats()) {
        for (const Entry& entry : beat.entries) {
            if (is_shown(story, beat, entry)) {
                rows.push_back({.entry = &entry,
                                .event = beat.of.event,
                                .at = beat.of.at,
                                .in_cone = story.cone.contains(beat.of.event)});
                with_rows.insert(beat.of.event);
            }
        }
    }
    const auto excess = static_cast<std::ptrdiff_t>(rows.size() - std::min(rows.size(), most));
    std::ptrdiff_t dropped = 0;
    std::erase_if(
        rows, [&](const Row& row) { return !row.in_cone && dropped < excess && ++dropped > 0; });
    for (Row& row : rows) {
        row.cause = shown_cause(story, with_rows, row.event);
    }
    return rows;
}

std::vector<Row> causes_in(const std::vector<Row>& rows) {
    std::vector<Row> causes;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(causes),
                 [](const Row& row) { return row.in_cone && row.entry->weight == Weight::major; });
    return causes;
}

}  // namespace bestgres::scenarios
