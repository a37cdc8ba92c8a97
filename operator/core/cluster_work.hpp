// What the core remembers about one cluster beside the cache: where its one piece of work stands,
// and what it has learnt. All of it may be lost at any time: a restart begins at observation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "operator/plan/plan.hpp"
#include "operator/plan/view.hpp"

namespace bestgres::core {

// Between the tries of a step that fails: doubled from the first to the longest.
inline constexpr Duration first_pause = std::chrono::milliseconds(500);
inline constexpr Duration longest_pause = std::chrono::seconds(60);
// What Patroni was told shows in its objects a little later.
inline constexpr Duration after_a_command = std::chrono::milliseconds(500);
// A look that contradicts the decision, or that could not be finished.
inline constexpr Duration reconsider_after = std::chrono::seconds(2);

// A command that another leader has overtaken is not waited for any longer than this.
inline constexpr Duration overtaken_after = std::chrono::seconds(10);
// A member that did not tell what it alone knows is asked again: after a time that is doubled from
// the first to the longest.
inline constexpr Duration first_question_pause = std::chrono::minutes(1);
inline constexpr Duration longest_question_pause = std::chrono::hours(1);
// How long it counts that an object of somebody else holds a name.
inline constexpr Duration proof_of_a_stranger_holds = std::chrono::minutes(1);

// An object that holds a name of the cluster's and is not its own.
struct Stranger {
    std::string uid;
    Instant proven;
};

// Claims that pods of other people mount, and when that was looked for.
struct Mounts {
    std::map<std::string, std::string> pods;  // by claim
    Instant seen;
};
// How long it counts that somebody mounts a claim: nothing tells when he lets go.
inline constexpr Duration mounts_hold = std::chrono::minutes(10);

struct ClusterWork {
    enum class Stage {
        idle,
        proving,  // does the object to be made exist, unknown to the cache?
        acting,   // `step` is on its way
        looking,  // quorum reads before `step`, or after an unknown outcome
        asking,   // the members' own answers
        writing_status,
    };

    Stage stage = Stage::idle;
    std::optional<plan::Step> step;
    Instant acting_since;
    std::size_t awaited = 0;  // answers of the look
    bool look_failed = false;
    bool must_look = false;  // the outcome of a call is unknown: read before anything else
    // We have just begun to lead, and the caches of kinds need not be of one time: read before the
    // first step.
    bool is_new_to_us = false;
    std::map<std::string, patroni::RestStatus> rest;  // of this look, by pod uid

    std::string failure;         // of the last step
    std::uint32_t failures = 0;  // in a row
    Instant not_before;          // of the next step

    std::string operation_refused;         // by Patroni, the last try of a BGDbOps' open step
    std::uint32_t operation_failures = 0;  // in a row
    Instant operation_not_before;          // of the next step for a BGDbOps

    std::map<kube::Ref, plan::Settled> settled;
    std::map<kube::Ref, Stranger> foreign;
    Mounts mounts;
    std::optional<plan::Ledger> ledger;
    std::string sqlstate;
    std::vector<api::DecisionStatus> decisions;
    std::map<std::string, std::int64_t> server_versions;  // by pod uid
    std::set<std::string> asked;                          // pod uids: they have answered
    Instant question_not_before;
    std::uint32_t unanswered = 0;  // questions in a row
    std::optional<manifests::Passwords> passwords;
    std::uint64_t status_wanted = 0;     // hash of the status written last,
    std::uint64_t status_got = 0;        // and of what the server made of it
    std::uint32_t status_conflicts = 0;  // in a row
    std::string phase;                   // for metrics
    plan::Memory memory;                 // of the last reading: saves work, decides nothing
    bool is_remembered = false;
    bool spec_was_invalid = false;

    void hash_into(Hasher& hasher) const {
        hasher.add(static_cast<std::uint64_t>(stage));
        hasher.add(step ? plan::describe(step->effect) : "");
        hasher.add(static_cast<std::uint64_t>(acting_since.ns));
        hasher.add(static_cast<std::uint64_t>(awaited));
        hasher.add(static_cast<std::uint64_t>(must_look) * 4 +
                   static_cast<std::uint64_t>(look_failed) * 2 +
                   static_cast<std::uint64_t>(spec_was_invalid));
        hasher.add(static_cast<std::uint64_t>(is_new_to_us));
        hasher.add(static_cast<std::uint64_t>(question_not_before.ns));
        hasher.add(static_cast<std::uint64_t>(unanswered));
        hasher.add(failure);
        hasher.add(static_cast<std::uint64_t>(failures));
        hasher.add(sqlstate);
        hasher.add(status_wanted);
        hasher.add(status_got);
        hasher.add(static_cast<std::uint64_t>(status_conflicts));
        for (const auto& [ref, stranger] : foreign) {
            hasher.add(kube::to_string(ref));
            hasher.add(stranger.uid);
            hasher.add(static_cast<std::uint64_t>(stranger.proven.ns));
        }
        for (const auto& [claim, pod] : mounts.pods) {
            hasher.add(claim);
            hasher.add(pod);
        }
        hasher.add(static_cast<std::uint64_t>(mounts.seen.ns));
        hasher.add(static_cast<std::uint64_t>(not_before.ns));
        hasher.add(operation_refused);
        hasher.add(static_cast<std::uint64_t>(operation_failures));
        hasher.add(static_cast<std::uint64_t>(operation_not_before.ns));
    }
};

}  // namespace bestgres::core
