#include "operator/core/recording/recording.hpp"

#include <algorithm>

#include "lib/base/hash.hpp"
#include "lib/base/overloaded.hpp"
#include "operator/core/recording/event_json.hpp"

namespace bestgres::core {
namespace {

constexpr const char* format_key = "bestgresRecording";
constexpr std::int64_t format_version = 1;

// Neither passwords that were drawn from entropy nor those that came from a Secret.
Json without_secrets(const kube::Object& object) {
    Json json = object.json();
    if (object.kind() == kube::kinds::secret.name) {
        json.erase("data");
        json.erase("stringData");
    }
    return json;
}

Json content(const kube::Call& call) {
    return std::visit(
        Overloaded{[](const kube::Get&) { return Json(); },
                   [](const kube::List& list) {
                       return Json{list.label_selector, list.field_selector};
                   },
                   [](const kube::Create& create) { return without_secrets(create.object); },
                   [](const kube::Apply& apply) {
                       return Json{without_secrets(apply.object), apply.field_manager, apply.force,
                                   apply.subresource};
                   },
                   [](const kube::Patch& patch) {
                       return Json{patch.body, static_cast<int>(patch.type), patch.subresource};
                   },
                   [](const kube::Replace& replace) {
                       return Json{without_secrets(replace.object), replace.subresource};
                   },
                   [](const kube::Delete& remove) {
                       return Json{remove.only_if.uid.value_or(""),
                                   remove.only_if.resource_version.value_or(""),
                                   static_cast<int>(remove.propagation),
                                   remove.grace_period_seconds.value_or(-1)};
                   },
                   [](const kube::Evict& evict) {
                       return Json{evict.only_if.uid.value_or(""),
                                   evict.only_if.resource_version.value_or("")};
                   }},
        call);
}

std::string with_hash(const std::string& text, std::uint64_t id, const Json& content) {
    Hasher hasher;
    hasher.add(id);
    hasher.add(hash_json(content));
    return text + " #" + to_hex(hasher.value());
}

std::string output_of(const SqlCall& call) {
    Json statements = Json::array();
    std::string ids;
    for (const postgres::Statement& statement : call.call.statements) {
        statements.push_back({statement.text, statement.parameters});
        ids += " " + statement.id;
    }
    return with_hash("sql on " + call.call.pod + ids, call.id, statements);
}

std::vector<std::string> missing_from(const std::vector<std::string>& these,
                                      std::vector<std::string> those) {
    std::vector<std::string> missing;
    for (const std::string& line : these) {
        const auto found = std::ranges::find(those, line);
        if (found == those.end()) {
            missing.push_back(line);
        } else {
            those.erase(found);
        }
    }
    return missing;
}

Json to_json(const CoreSettings& settings) {
    const LeaderSettings& leader = settings.leader;
    return {{"watchNamespace", settings.watch_namespace},
            {"operatorImage", settings.operator_image},
            {"jitterSeed", settings.jitter_seed},
            {"firstId", settings.first_id},
            {"clustersAtOnce", settings.clusters_at_once},
            {"lease",
             {{"namespace", leader.ns},
              {"name", leader.name},
              {"identity", leader.identity},
              {"durationNs", leader.duration.count()},
              {"renewEveryNs", leader.renew_every.count()},
              {"lookEveryNs", leader.look_every.count()},
              {"marginNs", leader.margin.count()}}}};
}

CoreSettings parse_settings(const Json& json) {
    const auto number = [&json](std::string_view key) {
        const Json* const value = find(json, {key});
        return value != nullptr && value->is_number() ? value->get<std::uint64_t>() : 0;
    };
    const auto span = [&json](std::string_view key, Duration fallback) {
        return Duration(find_int(json, {"lease", key}).value_or(fallback.count()));
    };
    CoreSettings settings;
    settings.watch_namespace = string_at(json, {"watchNamespace"});
    settings.operator_image = string_at(json, {"operatorImage"});
    settings.jitter_seed = number("jitterSeed");
    settings.first_id = number("firstId");
    settings.clusters_at_once = number("clustersAtOnce");
    LeaderSettings& leader = settings.leader;
    leader.ns = string_at(json, {"lease", "namespace"});
    leader.name = string_at(json, {"lease", "name"});
    leader.identity = string_at(json, {"lease", "identity"});
    leader.duration = span("durationNs", leader.duration);
    leader.renew_every = span("renewEveryNs", leader.renew_every);
    leader.look_every = span("lookEveryNs", leader.look_every);
    leader.margin = span("marginNs", leader.margin);
    return settings;
}

Result<RecordedEvent> parse_line(const Json& json) {
    RecordedEvent recorded;
    recorded.number = static_cast<std::uint64_t>(find_int(json, {"n"}).value_or(0));
    recorded.at = Instant{find_int(json, {"at"}).value_or(0)};
    Result<Event> event = parse_event(object_at(json, {"event"}));
    BG_TRY(event);
    recorded.event = *std::move(event);
    for (const Json& output : array_at(json, {"out"})) {
        recorded.outputs.push_back(output.is_string() ? output.get<std::string>() : "");
    }
    return recorded;
}

}  // namespace

std::vector<std::string> outputs_of(const Outbox& outbox) {
    std::vector<std::string> lines;
    for (const KubeCall& call : outbox.kube_calls) {
        lines.push_back(with_hash(kube::describe(call.call), call.id, content(call.call)));
    }
    for (const OpenWatch& watch : outbox.watches) {
        lines.push_back(with_hash("watch " + std::string(watch.spec.kind.plural), watch.id,
                                  {watch.spec.label_selector, watch.spec.from_version}));
    }
    for (const kube::WatchId id : outbox.unwatches) {
        lines.push_back("unwatch " + std::to_string(id));
    }
    for (const PatroniCall& call : outbox.patroni_calls) {
        lines.push_back(with_hash(std::string(patroni::method(call.call.verb)) + " " +
                                      std::string(patroni::path(call.call.verb)) + " on " +
                                      call.call.pod,
                                  call.id, {call.call.pod_uid, call.call.body}));
    }
    for (const SqlCall& call : outbox.sql_calls) {
        lines.push_back(output_of(call));
    }
    for (const Record& record : outbox.records) {
        lines.push_back(with_hash("log " + record.message, 0, record.fields));
    }
    if (outbox.wake_at) {
        lines.push_back("wake at " + std::to_string(outbox.wake_at->ns));
    }
    if (outbox.wants_entropy) {
        lines.emplace_back("wants entropy");
    }
    if (outbox.finished) {
        lines.emplace_back("finished");
    }
    return lines;
}

std::string Recorder::header(const CoreSettings& settings, std::string_view build) {
    return dump({{format_key, format_version}, {"build", build}, {"settings", to_json(settings)}});
}

std::string Recorder::line(const Event& event, Instant at, const Outbox& outbox) {
    return dump({{"n", ++events_},
                 {"at", at.ns},
                 {"event", core::to_json(redaction_.redacted(event))},
                 {"out", outputs_of(outbox)}});
}

bool is_recording(std::string_view text) {
    const Result<Json> header = parse_json(text.substr(0, text.find('\n')));
    return header.ok() && find(*header, {format_key}) != nullptr;
}

Result<Recording> parse_recording(std::string_view text) {
    Recording recording;
    std::size_t number = 0;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos) {
            break;
        }
        const Result<Json> json = parse_json(text.substr(0, end));
        text.remove_prefix(end + 1);
        const std::string where = "line " + std::to_string(++number);
        if (!json) {
            return Error(json.error()).within(where);
        }
        if (number == 1) {
            if (find_int(*json, {format_key}) != format_version) {
                return Error{where + ": not a recording of a bestgres-operator"};
            }
            recording.build = string_at(*json, {"build"});
            recording.settings = parse_settings(object_at(*json, {"settings"}));
            continue;
        }
        Result<RecordedEvent> event = parse_line(*json);
        if (!event) {
            return Error(event.error()).within(where);
        }
        recording.events.push_back(*std::move(event));
    }
    return number > 0 ? Result<Recording>(std::move(recording)) : Error{"an empty recording"};
}

std::optional<Difference> replay(const Recording& recording) {
    OperatorCore core(recording.settings);
    for (const RecordedEvent& recorded : recording.events) {
        const std::vector<std::string> now = outputs_of(core.on(recorded.event, recorded.at));
        if (now != recorded.outputs) {
            return Difference{recorded, missing_from(recorded.outputs, now),
                              missing_from(now, recorded.outputs)};
        }
    }
    return std::nullopt;
}

}  // namespace bestgres::core
