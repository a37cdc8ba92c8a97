#include <algorithm>
#include <array>

#include "scenarios/shrink/search.hpp"

namespace bestgres::scenarios {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// What people say when it does not matter: the first that still fails is taken.
constexpr std::array<Duration, 13> round_spans = {
    Duration{}, milliseconds(100), seconds(1),  seconds(5),  seconds(10), seconds(30), minutes(1),
    minutes(2), minutes(5),        minutes(10), minutes(20), minutes(30), hours(1)};
constexpr std::array<std::int64_t, 7> round_amounts = {0, 1, 10, 100, 1'000, 10'000, 100'000};

bool contains(const std::vector<std::string>& list, const std::string& text) {
    return std::find(list.begin(), list.end(), text) != list.end();
}

// `where` gives the number within a scenario; tried are the round ones below it, smallest first.
template <class Value, std::size_t Count, class Where>
void make_round(ShrinkSearch& search, const std::array<Value, Count>& round, const Where& where) {
    Scenario current = search.best();
    const Value now = where(current);
    for (const Value& candidate : round) {
        if (candidate >= now) {
            return;
        }
        if (search.accept_with([&](Scenario& next) { where(next) = candidate; })) {
            return;
        }
    }
}

void set_instances(Json& json, std::int64_t most) {
    const auto asked = find_int(json, {"spec", "instances"});
    if (asked && *asked > most) {
        json["spec"]["instances"] = most;
    }
}

bool is_at_time(const Trigger& trigger) {
    return std::holds_alternative<AtTime>(trigger.when);
}

Trigger after_edit(const std::string& id, Duration delay) {
    return {.when = WhenState{.condition = Condition::edit_made, .subject = id}, .delay = delay};
}

// After the last call before the moment, as the nth of its kind.
std::optional<Trigger> after_call_before(const std::vector<CallSeen>& calls, Duration moment) {
    const CallSeen* last = nullptr;
    for (const CallSeen& call : calls) {
        if (call.since_start <= moment) {
            last = &call;
        }
    }
    if (last == nullptr) {
        return std::nullopt;
    }
    const auto nth = std::count_if(calls.begin(), calls.end(), [&](const CallSeen& call) {
        return call.pattern == last->pattern && call.since_start <= last->since_start;
    });
    return Trigger{.when = AfterCall{.pattern = last->pattern, .nth = nth}};
}

void make_causal(ShrinkSearch& search, std::size_t at) {
    const auto replace = [&](const Trigger& trigger) {
        return search.accept_with(
            [&](Scenario& candidate) { candidate.faults[at].when = trigger; });
    };
    const Fault fault = search.best().faults[at];
    for (const Edit& edit : search.best().edits) {
        if (replace(after_edit(edit.id, Duration{})) ||
            replace({.when = Combined{.how = Combination::one_after_another,
                                      .parts = {after_edit(edit.id, Duration{}),
                                                {.when = WhenState{.subject = "db"}}}}})) {
            return;
        }
    }
    const Duration moment = std::get<AtTime>(fault.when.when).since_start + fault.when.delay;
    if (const auto trigger = after_call_before(search.failure().calls, moment)) {
        replace(*trigger);
    }
}

}  // namespace

void leave_out_what_never_began(ShrinkSearch& search) {
    const std::vector<std::string> needless = search.failure().never_began;
    search.accept_with([&](Scenario& candidate) {
        std::erase_if(candidate.faults,
                      [&](const Fault& fault) { return contains(needless, fault.id); });
        std::erase_if(candidate.edits,
                      [&](const Edit& edit) { return contains(needless, edit.id); });
    });
}

void make_topology_small(ShrinkSearch& search) {
    search.accept_with([](Scenario& candidate) {
        candidate.topology.operators = 1;
        candidate.topology.api_replicas = 1;
        candidate.topology.clients = 0;
    });
    search.accept_with([](Scenario& candidate) { candidate.topology.operators = 1; });
    search.accept_with([](Scenario& candidate) { candidate.topology.api_replicas = 1; });
    search.accept_with([](Scenario& candidate) { candidate.topology.clients = 0; });
    for (std::int64_t nodes = 1; nodes < search.best().topology.nodes; ++nodes) {
        search.accept_with([nodes](Scenario& candidate) { candidate.topology.nodes = nodes; });
    }
}

void make_members_few(ShrinkSearch& search) {
    for (std::int64_t most = 1; most < 5; ++most) {
        const bool fewer = search.accept_with([most](Scenario& candidate) {
            for (Edit& edit : candidate.edits) {
                if (auto* apply = std::get_if<ApplyManifest>(&edit.action)) {
                    set_instances(apply->manifest, most);
                } else if (auto* patch = std::get_if<MergePatch>(&edit.action)) {
                    set_instances(patch->body, most);
                }
            }
        });
        if (fewer) {
            return;
        }
    }
}

void make_knobs_plain(ShrinkSearch& search) {
    search.accept_with([](Scenario& candidate) {
        candidate.knobs = {.jitter_per_mille = 0, .agent_watchdog = candidate.knobs.agent_watchdog};
        candidate.seed = 1;
    });
    const Knobs plain{};
    for (Duration Knobs::*knob :
         {&Knobs::call_latency, &Knobs::watch_latency, &Knobs::proxy_lag, &Knobs::container_start,
          &Knobs::write_every, &Knobs::copy_takes}) {
        search.accept_with([&](Scenario& candidate) { candidate.knobs.*knob = plain.*knob; });
    }
    search.accept_with([](Scenario& candidate) { candidate.knobs.jitter_per_mille = 0; });
    search.accept_with([](Scenario& candidate) { candidate.seed = 1; });
}

void make_triggers_causal(ShrinkSearch& search) {
    for (std::size_t at = 0; at < search.best().faults.size(); ++at) {
        if (is_at_time(search.best().faults[at].when)) {
            make_causal(search, at);
        }
    }
}

void make_spans_round(ShrinkSearch& search) {
    for (std::size_t at = 0; at < search.best().faults.size(); ++at) {
        search.accept_with([at](Scenario& candidate) {
            candidate.faults[at].lasts =
                candidate.faults[at].for_ever ? Duration(hours(1)) : candidate.faults[at].lasts;
            candidate.faults[at].for_ever = false;
        });
        make_round(search, round_spans,
                   [at](Scenario& scenario) -> Duration& { return scenario.faults[at].lasts; });
        make_round(search, round_spans, [at](Scenario& scenario) -> Duration& {
            return scenario.faults[at].when.delay;
        });
        make_round(search, round_amounts, [at](Scenario& scenario) -> std::int64_t& {
            return scenario.faults[at].amount;
        });
    }
    for (std::size_t at = 0; at < search.best().edits.size(); ++at) {
        make_round(search, round_spans,
                   [at](Scenario& scenario) -> Duration& { return scenario.edits[at].when.delay; });
    }
}

}  // namespace bestgres::scenarios
