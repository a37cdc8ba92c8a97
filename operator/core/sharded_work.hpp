// What the core remembers about one BGShardedCluster beside the cache. All of it may be lost at any
// time: a restart asks Citus anew.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "operator/plan/sharded/plan.hpp"

namespace bestgres::core {

// Between two questions to Citus, whatever comes of them.
inline constexpr Duration pause_between_questions = std::chrono::seconds(2);
// A command that is wanted again at once had no effect: doubled from the first to the longest.
inline constexpr Duration first_repetition = std::chrono::seconds(2);
inline constexpr Duration longest_repetition = std::chrono::minutes(2);

struct ShardedWork {
    enum class Stage {
        idle,
        looking,  // quorum reads before `step`
        asking,   // what Citus says, before `step` or because something changed
        acting,   // `step` is on its way
        writing_status,
    };

    Stage stage = Stage::idle;
    std::optional<plan::ShardedStep> step;
    std::size_t awaited = 0;
    bool look_failed = false;

    // What Citus said last, and what it has said so far of the question under way.
    std::map<std::int64_t, plan::CitusReading> readings;
    std::map<std::int64_t, plan::CitusReading> arriving;
    std::string silence;  // why somebody did not answer, the first
    std::uint64_t read_as = 0;
    std::uint64_t asked_as = 0;
    bool asked_for_moves = false;
    Instant ask_not_before;
    Instant moves_not_before;  // that question failed: the others are asked without it
    std::uint64_t balanced_as = 0;
    std::uint64_t spread = 0;  // as the step under way was decided on

    std::string failure;
    std::uint32_t failures = 0;  // in a row
    Instant not_before;
    std::string last_command;
    std::uint32_t repetitions = 0;

    std::vector<api::DecisionStatus> decisions;
    std::uint64_t status_wanted = 0;
    std::uint64_t status_got = 0;
    std::uint32_t status_conflicts = 0;  // in a row
    bool must_look = false;              // what the cache says of the resource is not enough

    void hash_into(Hasher& hasher) const {
        hasher.add(static_cast<std::uint64_t>(stage));
        hasher.add(static_cast<std::uint64_t>(status_conflicts) * 2 +
                   static_cast<std::uint64_t>(must_look));
        hasher.add(step ? plan::describe(step->effect) : "");
        hasher.add(static_cast<std::uint64_t>(awaited));
        hasher.add(read_as);
        hasher.add(asked_as);
        hasher.add(balanced_as);
        hasher.add(spread);
        hasher.add(failure);
        hasher.add(silence);
        hasher.add(last_command);
        hasher.add(static_cast<std::uint64_t>(failures) * 1024 + repetitions);
        for (const Instant at : {ask_not_before, moves_not_before, not_before}) {
            hasher.add(static_cast<std::uint64_t>(at.ns));
        }
        for (const auto& [group, reading] : readings) {
            hasher.add(static_cast<std::uint64_t>(group));
            hasher.add(static_cast<std::uint64_t>(reading.at.ns));
        }
        hasher.add(status_wanted);
        hasher.add(status_got);
    }
};

}  // namespace bestgres::core
