#include "scenarios/replay/describe.hpp"

#include "lib/base/overloaded.hpp"
#include "scenarios/engine/named_kinds.hpp"

namespace bestgres::scenarios {
namespace {

// A list of alternatives of which a line names one by the field that they begin with.
struct Alternative {
    std::string_view field;
    const Json* value;
};

Alternative chosen(const FieldReader& fields, const Json& json,
                   std::initializer_list<std::string_view> names) {
    Alternative found{.field = "", .value = nullptr};
    std::string all;
    std::size_t count = 0;
    for (const std::string_view name : names) {
        all += (all.empty() ? "" : ", ") + std::string(name);
        if (fields.has(name)) {
            found = {.field = name, .value = &*json.find(name)};
            ++count;
        }
    }
    if (count > 1 || (count == 0 && !json.empty() && json.is_object())) {
        fields.place().wrong("has exactly one of " + all);
    }
    return found;
}

template <class Struct>
Struct read_part(FieldReader& fields) {
    Struct part;
    describe(part, fields);
    return part;
}

template <class Struct>
Json written_part(const Struct& part, std::string_view kept) {
    return without_defaults(all_fields(part), all_fields(Struct{}), kept);
}

}  // namespace

void read_value(const Json& json, Trigger& trigger, const FieldPlace& place) {
    FieldReader fields(json, place);
    fields("delay", trigger.delay);
    const Alternative when = chosen(
        fields, json, {"at", "after_call", "state", "all_of", "any_of", "one_after_another"});
    if (when.field == "after_call") {
        trigger.when = read_part<AfterCall>(fields);
    } else if (when.field == "state") {
        trigger.when = read_part<WhenState>(fields);
    } else if (when.field == "at" || when.value == nullptr) {
        trigger.when = read_part<AtTime>(fields);
    } else {
        Combined combined{.how = *find_word<Combination>(when.field), .parts = {}};
        fields(when.field, combined.parts);
        trigger.when = std::move(combined);
    }
    fields.finish();
}

Json written(const Trigger& trigger) {
    Json json = std::visit(
        Overloaded{[](const AtTime& at) { return written_part(at, "at"); },
                   [](const AfterCall& call) { return written_part(call, "after_call"); },
                   [](const WhenState& state) { return written_part(state, "state"); },
                   [](const Combined& combined) {
                       return Json{{std::string(word_of(combined.how)), written(combined.parts)}};
                   }},
        trigger.when);
    if (trigger.delay != Duration{}) {
        json["delay"] = written(trigger.delay);
    }
    return json;
}

void read_value(const Json& json, kube::Kind& kind, const FieldPlace& place) {
    const std::optional<kube::Kind> found =
        json.is_string() ? find_kind_by_word(json.get<std::string>()) : std::nullopt;
    if (!found) {
        place.wrong("is the name of a kind, not " + dump(json));
        return;
    }
    kind = *found;
}

Json written(const kube::Kind& kind) {
    return std::string(kind.name);
}

Json written(const Fault& fault) {
    return written_part(fault, "kind");
}

void read_value(const Json& json, Edit& edit, const FieldPlace& place) {
    FieldReader fields(json, place);
    fields("id", edit.id);
    fields("when", edit.when);
    const Alternative action = chosen(fields, json,
                                      {"apply", "patch", "delete", "drain", "uncordon",
                                       "upgrade_operator", "end_operators", "make_table"});
    if (action.field == "patch") {
        edit.action = read_part<MergePatch>(fields);
    } else if (action.field == "delete") {
        edit.action = read_part<DeleteResource>(fields);
    } else if (action.field == "drain") {
        edit.action = read_part<DrainNode>(fields);
    } else if (action.field == "uncordon") {
        edit.action = read_part<UncordonNode>(fields);
    } else if (action.field == "upgrade_operator") {
        edit.action = read_part<UpgradeOperator>(fields);
    } else if (action.field == "end_operators") {
        edit.action = read_part<EndOperators>(fields);
    } else if (action.field == "make_table") {
        edit.action = read_part<MakeTable>(fields);
    } else {
        edit.action = read_part<ApplyManifest>(fields);
    }
    fields.finish();
}

Json written(const Edit& edit) {
    Json json = std::visit(
        Overloaded{[](const ApplyManifest& apply) { return written_part(apply, "apply"); },
                   [](const MergePatch& patch) { return written_part(patch, "patch"); },
                   [](const DeleteResource& remove) { return written_part(remove, "delete"); },
                   [](const DrainNode& drain) { return written_part(drain, "drain"); },
                   [](const UncordonNode& uncordon) { return written_part(uncordon, "uncordon"); },
                   [](const UpgradeOperator& upgrade) {
                       return written_part(upgrade, "upgrade_operator");
                   },
                   [](const EndOperators& end) { return written_part(end, "end_operators"); },
                   [](const MakeTable& make) { return written_part(make, "make_table"); }},
        edit.action);
    json["id"] = edit.id;
    json["when"] = written(edit.when);
    return json;
}

}  // namespace bestgres::scenarios
