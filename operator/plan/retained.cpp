#include "operator/plan/retained.hpp"

#include "lib/base/hash.hpp"
#include "operator/manifests/names.hpp"

namespace bestgres::plan {
namespace {

// Of what Secret `db` holds: 64 bits of passwords that have hundreds tell nobody anything.
std::string fingerprint(const kube::Object& secret) {
    return to_hex(hash_json(object_at(secret.json(), {"data"})));
}

kube::Ref secret_ref(const ClusterView& view, const std::optional<api::CitusSpec>& citus) {
    return {kube::kinds::secret, view.ns, manifests::secret_name(view.name, citus)};
}

api::Problem problem(const ClusterView& view, std::string message) {
    return {"metadata.name", std::move(message), view.name};
}

constexpr std::string_view way_out =
    ". Delete what is not wanted, or give the cluster another name";

// Where Patroni has no record, and volumes contradict each other, whichever starts first would win.
struct Holding {
    std::string what;
    std::string system;
};

std::optional<api::Problem> contradiction(const ClusterView& view, const Holding& one,
                                          const Holding& other) {
    if (one.system.empty() || other.system.empty() || one.system == other.system) {
        return std::nullopt;
    }
    return problem(view, other.what + " is of database system " + other.system + ", and " +
                             one.what + " of " + one.system + std::string(way_out));
}

std::optional<api::Problem> locked_out(const ClusterView& view, const kube::Ref& claim,
                                       std::string_view wanted, const kube::Ref& secret) {
    const kube::Object* const found = view.object(secret);
    if (wanted.empty() || found == nullptr || fingerprint(*found) == wanted) {
        return std::nullopt;
    }
    return problem(view, to_string(secret) + " does not open the databases on " + to_string(claim) +
                             ": its passwords are others. Restore the one that belongs to them, or "
                             "delete the volumes");
}

}  // namespace

Json belonging(const ClusterView& view) {
    const kube::Object* const secret = view.object(secret_ref(view, view.input.identity.citus));
    const std::string system = view.config.initialize.value_or("");
    if (secret == nullptr || system.empty()) {
        return Json::object();
    }
    return {{std::string(system_identifier_annotation), system},
            {std::string(secret_annotation), fingerprint(*secret)}};
}

Json belonging(const ClusterView& view, const kube::Object& claim) {
    const std::string_view held = claim.annotation(system_identifier_annotation);
    return held.empty() || held == view.config.initialize.value_or("") ? belonging(view)
                                                                       : Json::object();
}

bool says(const kube::Object& claim, const Json& annotations) {
    for (const auto& [key, value] : annotations.items()) {
        if (claim.annotation(key) != value.get_ref<const std::string&>()) {
            return false;
        }
    }
    return true;
}

std::string objection_to_volume(const ClusterView& view, std::int64_t ordinal) {
    const kube::Ref ref{kube::kinds::persistent_volume_claim, view.ns,
                        manifests::volume_claim_name(view.name, ordinal)};
    const kube::Object* const claim = view.object(ref);
    const std::string own = view.config.initialize.value_or("");
    const std::string_view held =
        claim == nullptr ? "" : claim->annotation(system_identifier_annotation);
    if (held.empty() || own.empty() || held == own) {
        return "";
    }
    return manifests::pod_name(view.name, ordinal) + " cannot start: " + to_string(ref) +
           " is of database system " + std::string(held) + ", and the cluster of " + own +
           ". Delete the claim, and the member copies the data anew";
}

api::Problems strange_volumes(const ClusterView& view) {
    if (view.accepted) {
        return {};
    }
    const std::optional<api::CitusSpec> citus = api::citus_of(view.resource());
    const kube::Ref config{kube::kinds::config_map, view.ns,
                           manifests::dcs_config_name(manifests::dcs_prefix(view.name, citus))};
    const kube::Object* const record = view.object(config);
    Holding first{to_string(config),
                  record == nullptr ? "" : std::string(record->annotation("initialize"))};
    for (const auto& [ref, claim] : view.facts.objects) {
        if (ref.kind != kube::kinds::persistent_volume_claim || claim.being_deleted()) {
            continue;
        }
        const Holding held{to_string(ref),
                           std::string(claim.annotation(system_identifier_annotation))};
        for (std::optional<api::Problem> found :
             {contradiction(view, first, held),
              locked_out(view, ref, claim.annotation(secret_annotation),
                         secret_ref(view, citus))}) {
            if (found) {
                return {*std::move(found)};
            }
        }
        if (first.system.empty()) {
            first = held;
        }
    }
    return {};
}

}  // namespace bestgres::plan
