#include "scenarios/report/words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/overloaded.hpp"
#include "scenarios/replay/in_words.hpp"
#include "scenarios/report/difference.hpp"

namespace bestgres::scenarios {
namespace {

constexpr std::size_t shown_fields = 3;
constexpr std::size_t field_width = 90;
constexpr const char* api_lane = "API server";

using Entries = std::vector<Entry>;

// What moves all the time in objects, by the last parts of its path.
bool is_restless(const FieldChange& change) {
    static constexpr std::string_view restless[] = {
        "renewTime",     "lastHeartbeatTime", "annotations.optime", "status.xlog_location",
        "status.replay", "status.received",   "annotations.slots",  "status.replay_lsn",
        "receive_lsn",   "status.lsn",        "status.receive_lsn", "annotations.renewTime"};
    return std::any_of(std::begin(restless), std::end(restless), [&](std::string_view end) {
        return std::string_view(change.path).ends_with(end);
    });
}

std::string fields_in_words(const std::vector<FieldChange>& changes) {
    std::string text;
    for (std::size_t at = 0; at < std::min(changes.size(), shown_fields); ++at) {
        text += (at == 0 ? "" : "; ") + shortened(in_words(changes[at]), field_width);
    }
    return changes.size() > shown_fields
               ? fmt::format("{}; and {} more", text, changes.size() - shown_fields)
               : text;
}

bool is_of_interest(const kube::Object& object) {
    static constexpr std::string_view quiet[] = {"Node", "EndpointSlice", "Event", "Endpoints",
                                                 "ControllerRevision"};
    return std::find(std::begin(quiet), std::end(quiet), object.kind()) == std::end(quiet);
}

Weight weight_of(const ObjectChanged& changed) {
    if (is_periodic_change(changed.before, changed.after)) {
        return Weight::periodic;
    }
    const kube::Object& object = changed.after.name().empty() ? changed.before : changed.after;
    const bool by_hand = changed.actor.sort == ActorSort::user ||
                         changed.actor.sort == ActorSort::competitor ||
                         changed.actor.sort == ActorSort::operator_core;
    return by_hand || is_of_interest(object) ? Weight::major : Weight::minor;
}

Entries told(const ObjectChanged& changed) {
    const bool created = changed.before.name().empty();
    const bool deleted = changed.after.name().empty();
    const kube::Object& object = deleted ? changed.before : changed.after;
    const std::string name = name_of_object(object);
    const std::string& by = changed.actor.name;
    std::string text;
    if (created) {
        text = fmt::format("{} is made by {}", name, by);
    } else if (deleted) {
        text = fmt::format("{} is gone ({})", name, by);
    } else {
        text = fmt::format("{} by {}: {}", name, by,
                           fields_in_words(difference(changed.before, changed.after)));
    }
    return {{.lane = api_lane,
             .weight = weight_of(changed),
             .text = std::move(text),
             .object = name,
             .before = changed.before,
             .after = changed.after}};
}

Entries told(const CallPerformed& performed) {
    const bool by_operator = performed.actor.sort == ActorSort::operator_core;
    const bool write = kube::is_write(performed.call);
    const kube::Ref ref = ref_of(performed.call);
    const bool lease = ref.kind == kube::kinds::lease;
    if (!performed.outcome.ok()) {
        const kube::Error& error = performed.outcome.error();
        const bool counts = by_operator && (write || error.code != kube::ErrorCode::not_found);
        return {{.lane = performed.actor.name,
                 .weight = counts ? Weight::major : Weight::minor,
                 .text = fmt::format("{}: {}, {}", kube::describe(performed.call),
                                     to_string(error.code), shortened(error.message, 160))}};
    }
    if (!by_operator) {
        return {};
    }
    return {{.lane = performed.actor.name,
             .weight = lease || ref.kind == kube::kinds::event ? Weight::periodic
                       : write                                 ? Weight::major
                                                               : Weight::minor,
             .text = kube::describe(performed.call)}};
}

std::string pod_name(const World& world, const std::string& uid) {
    for (const Container& container : world.state().containers) {
        if (container.pod_uid == uid) {
            return container.pod;
        }
    }
    return "a pod that is gone";
}

Entries told(const RouteChanged& changed, const World& world) {
    std::string to;
    for (const std::string& uid : changed.pod_uids) {
        to += (to.empty() ? "" : ", ") + pod_name(world, uid);
    }
    return {{.lane = "clients",
             .weight = Weight::minor,
             .text = fmt::format("{} sends clients of {} to {}", changed.node, changed.service,
                                 to.empty() ? "nobody" : to)}};
}

std::string_view word(WriteResult result) {
    switch (result) {
        case WriteResult::acknowledged:
            return "is acknowledged";
        case WriteResult::refused:
            return "is refused";
        case WriteResult::unknown:
            return "has no answer";
    }
    return "";
}

Entries told_by_client(WriteResult result, std::string text) {
    return {{.lane = "clients",
             .weight = result == WriteResult::acknowledged ? Weight::periodic : Weight::major,
             .text = std::move(text)}};
}

Entries told(const WriteEnded& ended) {
    return told_by_client(ended.result, fmt::format("{}: commit {} {}", ended.client, ended.commit,
                                                    word(ended.result)));
}

Entries told(const RowsEnded& ended) {
    return told_by_client(ended.result, fmt::format("{}: a write of {} rows {}", ended.client,
                                                    ended.rows.count, word(ended.result)));
}

Entries told(const TaskBegan& began, const World& world) {
    return {{.lane = "clients",
             .weight = Weight::major,
             .text = pod_name(world, began.pod_uid) + ": the program of an operation runs"}};
}

Entries told(const TaskEnded& ended, const World& world) {
    return {{.lane = "clients",
             .weight = Weight::major,
             .text = pod_name(world, ended.pod_uid) +
                     (ended.well ? ": the program has ended well" : ": the program has failed")}};
}

Entries told(const FaultEnded& ended) {
    return {{.lane = "fault " + ended.id,
             .weight = Weight::major,
             .text = "is over",
             .shade = Shade::off}};
}

Entries told(const FaultBegan& began, const World& world) {
    const Scenario& scenario = world.scenario();
    for (std::size_t at = 0; at < scenario.faults.size(); ++at) {
        const Fault& fault = scenario.faults[at];
        if (fault.id != began.id) {
            continue;
        }
        const std::string& target = world.state().faults[at].target;
        const bool once = world.state().faults[at].one_call;
        std::string text = std::string(to_string(fault.kind));
        text += target.empty() ? "" : " of " + target;
        text += fault.amount == 0 ? "" : fmt::format(" ({})", fault.amount);
        text += fault.for_ever ? ", for ever" : "";
        text += fault.lasts == Duration{} ? "" : ", for " + format_duration(fault.lasts);
        text += once ? ", one call" : "";
        return {{.lane = "fault " + fault.id,
                 .weight = Weight::major,
                 .text = std::move(text),
                 .shade = Shade::bad}};
    }
    return {};
}

Entries told(const EditMade& made, const World& world) {
    for (const Edit& edit : world.scenario().edits) {
        if (edit.id == made.id) {
            return {{.lane = "users", .weight = Weight::major, .text = action_in_words(edit)}};
        }
    }
    return {};
}

}  // namespace

std::string name_of_object(const kube::Object& object) {
    return object.ns().empty() ? fmt::format("{} {}", object.kind(), object.name())
                               : fmt::format("{} {}/{}", object.kind(), object.ns(), object.name());
}

bool is_periodic_change(const kube::Object& before, const kube::Object& after) {
    if (before.kind() == "Lease" || after.kind() == "Lease") {
        return true;
    }
    if (before.name().empty() || after.name().empty()) {
        return false;
    }
    const std::vector<FieldChange> changes = difference(before, after);
    return std::all_of(changes.begin(), changes.end(), is_restless);
}

std::vector<Entry> entries_of(const Occurrence& occurrence, const World& world) {
    return std::visit(
        Overloaded{
            [](const CallArrived&) { return Entries{}; },
            [](const CallPerformed& performed) { return told(performed); },
            [](const ObjectChanged& changed) { return told(changed); },
            [](const PatroniAnswered&) { return Entries{}; },
            [](const SqlAnswered&) { return Entries{}; },
            [](const PatroniAsked& asked) {
                const bool write = patroni::is_write(asked.call.verb);
                return Entries{
                    {.lane = asked.actor.name,
                     .weight = write ? Weight::major : Weight::minor,
                     .text = fmt::format(
                         "asks Patroni of {}: {} {} {}", asked.call.pod, method(asked.call.verb),
                         path(asked.call.verb),
                         asked.call.body.is_null() ? "" : shortened(dump(asked.call.body), 160))}};
            },
            [](const SqlSent& sent) {
                return Entries{{.lane = sent.actor.name,
                                .weight = Weight::major,
                                .text = fmt::format("sends {} statements to PostgreSQL of {}",
                                                    sent.call.statements.size(), sent.call.pod)}};
            },
            [](const StepBegun& begun) {
                return Entries{{.lane = begun.operator_name,
                                .weight = Weight::major,
                                .text = fmt::format("begins {}: {} (rule {})", begun.effect,
                                                    begun.because, begun.rule)}};
            },
            [](const LineLogged& line) {
                // Steps and the lease have words of their own.
                const bool known = line.text.starts_with("step ");
                return Entries{{.lane = line.process,
                                .weight = known ? Weight::periodic : Weight::minor,
                                .text = "says: " + shortened(line.text, 240)}};
            },
            // Their states are told by looks.
            [](const PostgresChanged&) { return Entries{}; },
            [](const PatroniChanged&) { return Entries{}; },
            [](const CitusChanged&) { return Entries{}; },
            [](const RowsBegun&) { return Entries{}; },
            [&](const RouteChanged& changed) { return told(changed, world); },
            [](const WriteBegun&) { return Entries{}; },
            [](const WriteEnded& ended) { return told(ended); },
            [](const RowsEnded& ended) { return told(ended); },
            [](const RowsRead&) { return Entries{}; },
            [&](const TaskBegan& began) { return told(began, world); },
            [&](const TaskEnded& ended) { return told(ended, world); },
            [&](const EditMade& made) { return told(made, world); },
            [&](const FaultBegan& began) { return told(began, world); },
            [](const FaultEnded& ended) { return told(ended); },
            [](const OperatorStarted&) { return Entries{}; },
            [](const OperatorEnded&) { return Entries{}; },
            [](const Settled&) {
                return Entries{{.lane = "users",
                                .weight = Weight::major,
                                .text = "everything has come to rest"}};
            },
            [](const Finished& finished) {
                return Entries{{.lane = "users",
                                .weight = Weight::major,
                                .text = finished.settled ? "the run is over"
                                                         : "the run is over without rest"}};
            }},
        occurrence);
}

}  // namespace bestgres::scenarios
