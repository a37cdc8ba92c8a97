#include "fakekube/crd/conditions.hpp"

#include <set>
#include <utility>
#include <vector>

#include "fakekube/crd/custom_resources.hpp"

namespace bestgres::fakekube {
namespace {

struct Taken {
    std::set<std::string, std::less<>> resources;
    std::set<std::string, std::less<>> kinds;
};

void take(std::set<std::string, std::less<>>& names, const Json& value) {
    if (value.is_string() && !value.get_ref<const std::string&>().empty()) {
        names.insert(value.get<std::string>());
    }
}

// What the other definitions of the group were granted.
Taken taken_names(const Json& definition, const std::vector<const Json*>& others) {
    Taken taken;
    for (const Json* other : others) {
        const bool is_this =
            string_at(*other, {"metadata", "name"}) == string_at(definition, {"metadata", "name"});
        if (is_this ||
            string_at(*other, {"spec", "group"}) != string_at(definition, {"spec", "group"})) {
            continue;
        }
        const Json& names = object_at(*other, {"status", "acceptedNames"});
        take(taken.resources, string_at(names, {"plural"}));
        take(taken.resources, string_at(names, {"singular"}));
        for (const Json& name : array_at(names, {"shortNames"})) {
            take(taken.resources, name);
        }
        take(taken.kinds, string_at(names, {"kind"}));
        take(taken.kinds, string_at(names, {"listKind"}));
    }
    return taken;
}

// Grants the names of spec.names one by one; the last refusal is the one that is told.
class Granter {
public:
    Granter(const Json& definition, Taken taken)
        : wanted_(object_at(definition, {"spec", "names"})),
          granted_(object_at(definition, {"status", "acceptedNames"})),
          taken_(std::move(taken)) {}

    void grant_all() {
        grant("plural", taken_.resources, "PluralConflict");
        grant("singular", taken_.resources, "SingularConflict");
        grant_short_names();
        grant("kind", taken_.kinds, "KindConflict");
        grant("listKind", taken_.kinds, "ListKindConflict");
        copy("categories");
    }

    const Json& granted() const { return granted_; }
    const DefinitionCondition& condition() const { return condition_; }

private:
    void refuse(const std::string& name, std::string_view reason) {
        condition_.holds = false;
        condition_.reason = reason;
        condition_.message = "\"" + name + "\" is already in use";
    }

    void copy(const char* which) {
        if (const Json* value = find(wanted_, {which})) {
            granted_[which] = *value;
        } else {
            granted_.erase(which);
        }
    }

    void grant(const char* which, const std::set<std::string, std::less<>>& taken,
               std::string_view reason) {
        const std::string name = string_at(wanted_, {which});
        const bool is_mine = !name.empty() && string_at(granted_, {which}) == name;
        if (!is_mine && taken.count(name) > 0) {
            refuse(name, reason);
            return;
        }
        copy(which);
    }

    void grant_short_names() {
        for (const Json& name : array_at(wanted_, {"shortNames"})) {
            if (name.is_string() && taken_.resources.count(name.get<std::string>()) > 0) {
                refuse(name.get<std::string>(), "ShortNamesConflict");
                return;
            }
        }
        copy("shortNames");
    }

    const Json& wanted_;
    Json granted_;
    Taken taken_;
    DefinitionCondition condition_{.type = "NamesAccepted",
                                   .holds = true,
                                   .reason = "NoConflicts",
                                   .message = "no conflicts found"};
};

}  // namespace

bool has_condition(const Json& definition, std::string_view type) {
    for (const Json& condition : array_at(definition, {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == type) {
            return string_at(condition, {"status"}) == "True";
        }
    }
    return false;
}

void set_condition(Json& definition, const DefinitionCondition& condition, Instant now) {
    Json& conditions = definition["status"]["conditions"];
    if (!conditions.is_array()) {
        conditions = Json::array();
    }
    Json value = {{"type", condition.type},
                  {"status", condition.holds ? "True" : "False"},
                  {"lastTransitionTime", format_seconds(now)},
                  {"reason", condition.reason},
                  {"message", condition.message}};
    for (Json& existing : conditions) {
        if (string_at(existing, {"type"}) == condition.type) {
            if (existing.value("status", Json()) == value["status"]) {
                value["lastTransitionTime"] = existing.value("lastTransitionTime", Json());
            }
            existing = std::move(value);
            return;
        }
    }
    conditions.push_back(std::move(value));
}

bool accept_names(Json& definition, const std::vector<const Json*>& others, Instant now) {
    const Json before = definition;
    Granter granter(before, taken_names(before, others));
    granter.grant_all();
    definition["status"]["acceptedNames"] = granter.granted();
    set_condition(definition, granter.condition(), now);
    if (granter.condition().holds) {
        set_condition(definition,
                      DefinitionCondition{.type = "Established",
                                          .holds = true,
                                          .reason = "InitialNamesAccepted",
                                          .message = "the initial names have been accepted"},
                      now);
    } else if (!has_condition(definition, "Established")) {
        set_condition(definition,
                      DefinitionCondition{.type = "Established",
                                          .holds = false,
                                          .reason = "NotAccepted",
                                          .message = "not all names are accepted"},
                      now);
    }
    return definition != before;
}

void begin_termination(Json& definition, Instant now) {
    Json& finalizers = definition["metadata"]["finalizers"];
    if (!finalizers.is_array()) {
        finalizers = Json::array();
    }
    const Json name = std::string(crd_finalizer);
    if (std::find(finalizers.begin(), finalizers.end(), name) == finalizers.end()) {
        finalizers.push_back(name);
    }
    set_condition(definition,
                  DefinitionCondition{.type = "Terminating",
                                      .holds = true,
                                      .reason = "InstanceDeletionPending",
                                      .message = "CustomResourceDefinition marked for deletion; "
                                                 "CustomResource deletion will begin soon"},
                  now);
}

}  // namespace bestgres::fakekube
