#include "scenarios/report/seen.hpp"

#include <algorithm>
#include <set>

#include "operator/core/kept.hpp"
#include "scenarios/engine/engine.hpp"
#include "scenarios/report/words.hpp"

namespace bestgres::scenarios {
namespace {

// Since when the store has had another version than the one that was seen.
Instant since_when(const Tape& tape, const std::string& object, std::string_view seen) {
    for (const Beat& beat : tape.beats()) {
        for (const Entry& entry : beat.entries) {
            if (entry.object == object && entry.before.resource_version() == seen) {
                return beat.of.at;
            }
        }
    }
    return {};
}

kube::Object whole_of(const core::Store::Entry& entry) {
    if (entry.text == nullptr) {
        return entry.object;
    }
    const Result<Json> parsed = parse_json(*entry.text);
    return parsed.ok() ? kube::Object(*parsed) : entry.object;
}

// As the cache would keep it, so that what it leaves out is no difference.
kube::Object as_kept(const kube::Ref& ref, const kube::Object& truth) {
    const core::Kept kept = core::kept_of(ref.kind, truth);
    return whole_of({.object = kept.object, .since = {}, .text = kept.text});
}

std::optional<SeenObject> compared(const World& world, const Tape& tape, const kube::Ref& ref,
                                   const core::Store::Entry& entry) {
    const kube::Object truth = stored(world.state(), ref);
    if (truth.resource_version() == entry.object.resource_version()) {
        return std::nullopt;
    }
    SeenObject seen{.object = to_string(ref),
                    .seen_version = std::string(entry.object.resource_version()),
                    .true_version = std::string(truth.resource_version())};
    if (!seen.true_version.empty()) {
        const kube::Object was = whole_of(entry);
        const kube::Object is = as_kept(ref, truth);
        if (is_periodic_change(was, is)) {
            return std::nullopt;
        }
        seen.differences = difference(was, is);
    }
    const Instant since = since_when(tape, seen.object, seen.seen_version);
    seen.behind = since == Instant{} ? Duration{} : world.now() - since;
    return seen;
}

// What has been made, and the cache has not heard of.
void add_unseen(const World& world, const Tape& tape, const core::Store& cache,
                SeenByOperator& seen) {
    static constexpr kube::Kind watched[] = {
        kube::kinds::bg_cluster, kube::kinds::stateful_set, kube::kinds::pod,
        kube::kinds::service,    kube::kinds::config_map,   kube::kinds::persistent_volume_claim};
    for (const kube::Kind& kind : watched) {
        for (const kube::Object& object : all_stored(world.state(), kind)) {
            const kube::Ref ref{kind, std::string(object.ns()), std::string(object.name())};
            const bool ours =
                kind == kube::kinds::bg_cluster || !object.label("bestgres.io/cluster").empty();
            if (ours && cache.find(ref) == nullptr) {
                const Instant since = since_when(tape, to_string(ref), "");
                seen.out_of_date.push_back(
                    {.object = to_string(ref),
                     .seen_version = "",
                     .true_version = std::string(object.resource_version()),
                     .behind = since == Instant{} ? Duration{} : world.now() - since});
            }
        }
    }
}

std::set<kube::Ref> refs_in(const core::Store& cache) {
    std::set<kube::Ref> refs;
    for (const core::ClusterKey& key : cache.clusters()) {
        refs.insert({kube::kinds::bg_cluster, key.ns, key.name});
        const std::set<kube::Ref>& more = cache.of_cluster(key);
        refs.insert(more.begin(), more.end());
    }
    return refs;
}

}  // namespace

std::vector<SeenByOperator> seen_by_operators(const World& world, const Tape& tape,
                                              const std::string& when) {
    std::vector<SeenByOperator> all;
    for (const OperatorRun& run : world.state().operators) {
        if (!run.core->has_value()) {
            continue;
        }
        const core::Store& cache = (*run.core)->store();
        SeenByOperator seen{.name = run.name,
                            .when = when,
                            .at = world.now(),
                            .objects = cache.size(),
                            .out_of_date = {}};
        for (const kube::Ref& ref : refs_in(cache)) {
            if (auto one = compared(world, tape, ref, *cache.find(ref))) {
                seen.out_of_date.push_back(*std::move(one));
            }
        }
        add_unseen(world, tape, cache, seen);
        all.push_back(std::move(seen));
    }
    return all;
}

}  // namespace bestgres::scenarios
