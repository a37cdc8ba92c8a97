#include "operator/plan/view.hpp"

#include <algorithm>
#include <array>

#include "lib/base/check.hpp"
#include "lib/kube/workload.hpp"
#include "lib/patroni/parse.hpp"
#include "operator/api/operation.hpp"
#include "operator/api/sharded.hpp"
#include "operator/api/sharded_operation.hpp"
#include "operator/api/validate.hpp"
#include "operator/manifests/labels.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/decisions.hpp"
#include "operator/plan/hibernate.hpp"
#include "operator/plan/names_taken.hpp"
#include "operator/plan/retained.hpp"
#include "operator/plan/wanted.hpp"

namespace bestgres::plan {
namespace {

using kube::Object;

const Object& object_or_empty(const ClusterView& view, const kube::Kind& kind, std::string name) {
    static const Object empty;
    const Object* const found = view.object({kind, view.ns, std::move(name)});
    return found == nullptr ? empty : *found;
}

const Json& annotations_of(const ClusterView& view, std::string config_map) {
    return object_at(object_or_empty(view, kube::kinds::config_map, std::move(config_map)).json(),
                     {"metadata", "annotations"});
}

// The resource's own texts: what it asks for, and what its status said.
const ReadResource& read_resource(ClusterView& view) {
    std::shared_ptr<const ReadResource>& known = view.memory.resource;
    if (known != nullptr && known->resource == view.resource()) {
        return *known;
    }
    const Json spec_of_nothing = Json::object();
    const Json* const asked = find(view.resource().json(), {"spec"});
    const Json& spec = asked == nullptr ? spec_of_nothing : *asked;
    const Json* const before = known == nullptr ? nullptr : find(known->resource.json(), {"spec"});
    const bool same_spec = before != nullptr && *before == spec;
    known = std::make_shared<const ReadResource>(ReadResource{
        .resource = view.resource(),
        .asked = same_spec ? known->asked : api::parse_cluster_spec(spec),
        .status = api::parse_cluster_status(object_at(view.resource().json(), {"status"}))});
    return *known;
}

void read_accepted(ClusterView& view) {
    const Object& stored =
        object_or_empty(view, kube::kinds::config_map, manifests::accepted_spec_name(view.name));
    // A namesake's: nothing that a former cluster accepted binds this one.
    if (stored.name().empty() || stored.label(manifests::owner_uid_key) != view.resource().uid()) {
        return;
    }
    std::shared_ptr<const ReadAccepted>& known = view.memory.accepted;
    if (known == nullptr || !(known->config_map == stored)) {
        const Result<manifests::AcceptedSpec> accepted = manifests::read_accepted_spec(stored);
        known = std::make_shared<const ReadAccepted>(ReadAccepted{
            .config_map = stored, .spec = accepted.ok() ? std::optional(*accepted) : std::nullopt});
    }
    view.accepted = known->spec;
    view.bootstrap_sql_done = stored.annotation(bootstrap_sql_annotation) == "done";
}

void read_spec(ClusterView& view, const api::Parsed<api::ClusterSpec>& asked) {
    read_accepted(view);
    view.problems = api::validate_name(view.name);
    const auto add = [&view](const api::Problems& problems) {
        view.problems.insert(view.problems.end(), problems.begin(), problems.end());
    };
    if (!asked) {
        add(asked.error());
    } else if (view.accepted) {
        add(api::validate_change(view.accepted->spec, *asked));
    }
    add(names_taken(view));
    add(strange_volumes(view));
    if (view.problems.empty()) {
        view.spec = *asked;
        view.spec_generation = view.resource().generation();
    } else if (view.accepted) {
        view.spec = view.accepted->spec;
        view.spec_generation = view.accepted->generation;
    }
}

void read_config(ClusterView& view) {
    const Object& stored =
        object_or_empty(view, kube::kinds::config_map, manifests::dcs_config_name(view.dcs_prefix));
    std::shared_ptr<const ReadConfig>& known = view.memory.config;
    if (known == nullptr || !(known->config_map == stored)) {
        known = std::make_shared<const ReadConfig>(ReadConfig{
            .config_map = stored,
            .config =
                patroni::parse_config(object_at(stored.json(), {"metadata", "annotations"}))});
    }
    view.config = known->config;
}

void read_dcs(ClusterView& view) {
    view.leader =
        patroni::parse_leader(annotations_of(view, manifests::dcs_leader_name(view.dcs_prefix)));
    view.sync =
        patroni::parse_sync(annotations_of(view, manifests::dcs_sync_name(view.dcs_prefix)));
    read_config(view);
    // Patroni lists by all of its labels: a request in an object that lacks one is none.
    const Object& request = object_or_empty(view, kube::kinds::config_map,
                                            manifests::dcs_failover_name(view.dcs_prefix));
    const Json labels = manifests::dcs_labels(view.input.identity);
    bool is_seen = true;
    for (const auto& [label, value] : labels.items()) {
        is_seen = is_seen && value == Json(request.label(label));
    }
    if (is_seen) {
        view.failover =
            patroni::parse_failover(object_at(request.json(), {"metadata", "annotations"}));
    }
}

void render(ClusterView& view) {
    if (!view.spec) {
        return;
    }
    std::shared_ptr<const Rendered>& known = view.memory.rendered;
    if (known == nullptr || known->input != view.input) {
        known = std::make_shared<const Rendered>(
            Rendered{.input = view.input, .template_hash = manifests::template_hash(view.input)});
    }
    view.template_hash = known->template_hash;
}

// Whether the last look at the wanted objects saw these very ones and found nothing to do.
bool is_checked(const ClusterView& view) {
    const std::shared_ptr<const Checked>& known = view.memory.checked;
    return known != nullptr && known->rendered == view.memory.rendered &&
           known->replicas == view.replicas &&
           std::ranges::all_of(known->live, [&view](const auto& entry) {
               const Object* const live = view.object(entry.first);
               return live != nullptr && *live == entry.second;
           });
}

bool is_known_to_stand(const ClusterView& view, const Wanted& wanted) {
    const auto known = view.facts.standing.find(wanted.ref);
    return known != view.facts.standing.end() && known->second == wanted.object.hash();
}

void read_unlike(ClusterView& view) {
    const bool keeps_objects = view.spec && !view.paused && !view.going;
    if (!keeps_objects || is_checked(view)) {
        return;
    }
    Checked checked{.rendered = view.memory.rendered, .replicas = view.replicas, .live = {}};
    for (Wanted& wanted : wanted_objects(view)) {
        const Object* const live = view.object(wanted.ref);
        const bool is_there = live != nullptr && !live->being_deleted();
        const bool stood_before = is_there && is_known_to_stand(view, wanted);
        if (!stood_before && (!is_there || has_drifted(view, wanted, view.whole(wanted.ref)))) {
            view.unlike.push_back(std::move(wanted));
            continue;
        }
        checked.live.emplace_back(wanted.ref, *live);
        if (!stood_before) {
            view.found_standing.emplace_back(wanted.ref, wanted.object.hash());
        }
    }
    if (view.unlike.empty()) {
        view.memory.checked = std::make_shared<const Checked>(std::move(checked));
    }
}

std::int64_t count_existing(const ClusterView& view) {
    std::int64_t existing = 0;
    for (const auto& [ref, object] : view.facts.objects) {
        if (ref.kind == kube::kinds::pod) {
            const auto ordinal = manifests::pod_ordinal(view.name, ref.name);
            existing = std::max(existing, ordinal.value_or(-1) + 1);
        }
    }
    return existing;
}

Member read_member(const ClusterView& view, std::int64_t ordinal) {
    Member member;
    member.ordinal = ordinal;
    member.name = manifests::pod_name(view.name, ordinal);
    member.pod = object_or_empty(view, kube::kinds::pod, member.name);
    member.claim = object_or_empty(view, kube::kinds::persistent_volume_claim,
                                   manifests::volume_claim_name(view.name, ordinal));
    member.holds_lock = !view.leader.holder.empty() && view.leader.holder == member.name;
    member.synchronous = view.sync.contains(member.name);
    if (!member.has_pod()) {
        return member;
    }
    member.ready = kube::pod_is_ready(member.pod);
    member.stale = !view.template_hash.empty() &&
                   member.pod.annotation(manifests::template_hash_annotation) != view.template_hash;
    const std::string_view status = member.pod.annotation("status");
    if (!status.empty()) {
        if (Result<patroni::MemberStatus> parsed = patroni::parse_member_status(status)) {
            member.status = *std::move(parsed);
        }
    }
    const auto rest = view.facts.rest.find(std::string(member.pod.uid()));
    if (rest != view.facts.rest.end()) {
        member.rest = rest->second;
    }
    return member;
}

void read_members(ClusterView& view) {
    const std::int64_t count = std::max(view.replicas, view.input.existing_members);
    while (std::ssize(view.members) < count) {
        view.members.push_back(read_member(view, std::ssize(view.members)));
    }
}

// Nobody tells it to stop: what the StatefulSet controller did for a smaller number it had done
// before it saw this one.
bool first_is_to_stay(const ClusterView& view) {
    const kube::Object& set = view.stateful_set;
    const auto seen = find_int(set.json(), {"status", "observedGeneration"});
    return kube::desired_replicas(set) > 0 && seen.value_or(set.generation()) >= set.generation();
}

// Member 0 stopped last when the cluster came to rest: what the others hold may be older, and would
// do where it is late. So it leads before they start.
bool waits_for_the_first(const ClusterView& view) {
    if (view.stateful_set.name().empty() || view.replicas > 1 || view.wanted <= 1 ||
        !view.has_run()) {
        return false;
    }
    const Member* const primary = view.primary();
    return primary == nullptr || (primary->ordinal == 0 && !first_is_to_stay(view));
}

// How many of so many members can start: none is told to beside a volume of another database.
std::int64_t startable(const ClusterView& view, std::int64_t wanted) {
    for (std::int64_t ordinal = view.replicas; ordinal < wanted; ++ordinal) {
        if (!objection_to_volume(view, ordinal).empty()) {
            return ordinal;
        }
    }
    return wanted;
}

// Fewer replicas than pods are for rules to ask for; an absent StatefulSet must not remove members
// by being created anew.
void read_replicas(ClusterView& view) {
    view.stateful_set =
        object_or_empty(view, kube::kinds::stateful_set, manifests::stateful_set_name(view.name));
    view.replicas = view.stateful_set.name().empty() ? view.input.existing_members
                                                     : kube::desired_replicas(view.stateful_set);
    read_members(view);
    if (!view.spec) {
        return;
    }
    view.wanted = objection_to_rest(view).empty()
                      ? startable(view, api::running_instances(*view.spec))
                      : view.replicas;
    view.replicas =
        std::max(view.replicas, waits_for_the_first(view) ? std::int64_t{1} : view.wanted);
    read_members(view);
}

}  // namespace

const Object* ClusterView::object(const kube::Ref& ref) const {
    const auto found = facts.objects.find(ref);
    return found == facts.objects.end() ? nullptr : &found->second;
}

Object ClusterView::whole(const kube::Ref& ref) const {
    const auto text = facts.texts.find(ref);
    if (text == facts.texts.end()) {
        return *object(ref);
    }
    const Result<Json> json = parse_json(*text->second);
    BG_CHECK(json.ok(), "the text of a cached object is JSON");
    return Object(*json);
}

Duration ClusterView::unchanged_for(const kube::Ref& ref) const {
    const auto found = facts.unchanged_since.find(ref);
    return found == facts.unchanged_since.end() ? Duration::zero() : now() - found->second;
}

const Member* ClusterView::member(std::string_view member_name) const {
    const auto found = std::ranges::find(members, member_name, &Member::name);
    return found == members.end() ? nullptr : &*found;
}

const Member* ClusterView::primary() const {
    const auto found = std::ranges::find_if(members, [this](const Member& member) {
        return member.holds_lock && member.has_pod() && !member.pod.being_deleted() &&
               member.status && member.status->role == patroni::Role::primary &&
               kube::container_is_running(member.pod, postgres_container) &&
               (!facts.fresh || (member.rest && member.rest->role == patroni::Role::primary));
    });
    return found == members.end() ? nullptr : &*found;
}

bool ClusterView::has_run() const {
    return !config.initialize.value_or("").empty() || previous.timeline > 0;
}

ClusterView read_view(Facts facts) {
    ClusterView view;
    view.facts = std::move(facts);
    view.ns = view.resource().ns();
    view.name = view.resource().name();
    BG_CHECK(!view.name.empty(), "a view of no resource");
    view.paused = api::is_paused(view.resource());
    view.going = view.resource().being_deleted() && !api::deletion_is_held(view.resource());
    view.memory = view.facts.memory;
    const ReadResource& resource = read_resource(view);
    view.previous = resource.status;
    view.decisions = merged_decisions(view.previous.decisions, view.facts.decisions);
    read_spec(view, resource.asked);
    const std::optional<api::CitusSpec> citus =
        view.spec ? view.spec->citus : api::citus_of(view.resource());
    view.dcs_prefix = manifests::dcs_prefix(view.name, citus);
    view.input = {.identity = {view.ns, view.name, std::string(view.resource().uid()), citus},
                  .spec = view.spec.value_or(api::ClusterSpec{}),
                  .operator_image = view.facts.operator_image,
                  .restarted_at = api::restarted_at(view.resource()),
                  .existing_members = count_existing(view)};
    read_dcs(view);
    render(view);
    read_replicas(view);
    read_unlike(view);
    return view;
}

std::optional<kube::Kind> kind_of(const Object& object) {
    static constexpr std::array known{kube::kinds::pod,
                                      kube::kinds::service,
                                      kube::kinds::config_map,
                                      kube::kinds::secret,
                                      kube::kinds::service_account,
                                      kube::kinds::event,
                                      kube::kinds::persistent_volume_claim,
                                      kube::kinds::stateful_set,
                                      kube::kinds::job,
                                      kube::kinds::lease,
                                      kube::kinds::pod_disruption_budget,
                                      kube::kinds::role,
                                      kube::kinds::role_binding,
                                      kube::kinds::bg_cluster,
                                      kube::kinds::bg_db_ops,
                                      kube::kinds::bg_sharded_cluster,
                                      kube::kinds::bg_sharded_db_ops};
    const auto* const found = std::ranges::find(known, object.kind(), &kube::Kind::name);
    return found == known.end() ? std::nullopt : std::optional(*found);
}

std::optional<kube::Ref> ref_of(const Object& object) {
    const std::optional<kube::Kind> kind = kind_of(object);
    if (!kind) {
        return std::nullopt;
    }
    return kube::Ref{*kind, std::string(object.ns()), std::string(object.name())};
}

}  // namespace bestgres::plan
