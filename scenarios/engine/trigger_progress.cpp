#include "scenarios/engine/trigger_progress.hpp"

#include <algorithm>

#include "lib/base/overloaded.hpp"

namespace bestgres::scenarios {
namespace {

bool advance_call(const AfterCall& after, TriggerProgress& progress, const Moment& moment) {
    if (moment.call != nullptr && moment.point == after.point &&
        matches(after.pattern, *moment.call)) {
        ++progress.count;
    }
    return progress.count >= after.nth;
}

bool advance_state(const WhenState& state, TriggerProgress& progress, const Moment& moment) {
    if (moment.states != nullptr) {
        const bool is = moment.states->holds(state);
        progress.count += is && !progress.was ? 1 : 0;
        progress.was = is;
    }
    return progress.count >= state.nth;
}

// What brought one part forward is used up: the next one waits for something new, but for a state,
// which may hold already.
bool advance_in_order(const Combined& combined, TriggerProgress& progress, const Moment& moment) {
    Moment left = moment;
    for (std::size_t part = 0; part < combined.parts.size(); ++part) {
        if (progress.parts[part].held) {
            continue;
        }
        if (!advance(combined.parts[part], progress.parts[part], left)) {
            return false;
        }
        left.call = nullptr;
    }
    return true;
}

bool advance_combined(const Combined& combined, TriggerProgress& progress, const Moment& moment) {
    progress.parts.resize(combined.parts.size());
    if (combined.how == Combination::one_after_another) {
        return advance_in_order(combined, progress, moment);
    }
    std::size_t held = 0;
    for (std::size_t part = 0; part < combined.parts.size(); ++part) {
        held += advance(combined.parts[part], progress.parts[part], moment) ? 1 : 0;
    }
    return combined.how == Combination::all_of ? held == combined.parts.size() : held > 0;
}

// Visits the leaves that may come forward now.
template <class Leaf>
bool any_leaf(const Trigger& trigger, const TriggerProgress& progress, Leaf leaf) {
    if (progress.held || progress.ripe) {
        return false;
    }
    const auto* combined = std::get_if<Combined>(&trigger.when);
    if (combined == nullptr) {
        return leaf(trigger, progress);
    }
    static const TriggerProgress untouched;
    for (std::size_t part = 0; part < combined->parts.size(); ++part) {
        const TriggerProgress& of_part =
            part < progress.parts.size() ? progress.parts[part] : untouched;
        if (any_leaf(combined->parts[part], of_part, leaf)) {
            return true;
        }
        if (combined->how == Combination::one_after_another && !of_part.held) {
            return false;
        }
    }
    return false;
}

}  // namespace

void TriggerProgress::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(held) * 2 + static_cast<std::uint64_t>(was));
    hasher.add(static_cast<std::uint64_t>(count));
    hasher.add(static_cast<std::uint64_t>(ripe ? ripe->ns : 0));
    for (const TriggerProgress& part : parts) {
        part.hash_into(hasher);
    }
}

bool advance(const Trigger& trigger, TriggerProgress& progress, const Moment& moment) {
    if (progress.held) {
        return true;
    }
    if (!progress.ripe) {
        const bool holds = std::visit(
            Overloaded{
                [&](const AtTime& at) { return moment.now >= moment.start + at.since_start; },
                [&](const AfterCall& after) { return advance_call(after, progress, moment); },
                [&](const WhenState& state) { return advance_state(state, progress, moment); },
                [&](const Combined& all) { return advance_combined(all, progress, moment); }},
            trigger.when);
        if (holds) {
            progress.ripe = moment.now + trigger.delay;
        }
    }
    progress.held = progress.ripe && moment.now >= *progress.ripe;
    return progress.held;
}

std::optional<Instant> next_due(const Trigger& trigger, const TriggerProgress& progress,
                                Instant start) {
    if (progress.held || progress.ripe) {
        return progress.held ? std::nullopt : progress.ripe;
    }
    if (const auto* at = std::get_if<AtTime>(&trigger.when)) {
        return start + at->since_start;
    }
    const auto* combined = std::get_if<Combined>(&trigger.when);
    std::optional<Instant> earliest;
    if (combined == nullptr) {
        return earliest;
    }
    static const TriggerProgress untouched;
    for (std::size_t part = 0; part < combined->parts.size(); ++part) {
        const TriggerProgress& of_part =
            part < progress.parts.size() ? progress.parts[part] : untouched;
        if (const auto due = next_due(combined->parts[part], of_part, start)) {
            earliest = std::min(earliest.value_or(*due), *due);
        }
        if (combined->how == Combination::one_after_another && !of_part.held) {
            break;
        }
    }
    return earliest;
}

bool waits_for_calls(const Trigger& trigger, const TriggerProgress& progress) {
    return any_leaf(trigger, progress, [](const Trigger& leaf, const TriggerProgress&) {
        return std::holds_alternative<AfterCall>(leaf.when);
    });
}

bool waits_for_states(const Trigger& trigger, const TriggerProgress& progress) {
    return any_leaf(trigger, progress, [](const Trigger& leaf, const TriggerProgress&) {
        return std::holds_alternative<WhenState>(leaf.when);
    });
}

}  // namespace bestgres::scenarios
