// What clients of a cluster were told is committed, and what of it a new primary lacks.
#pragma once

#include <map>
#include <vector>

#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

struct Acknowledged {
    std::uint64_t commit = 0;
    fakepatroni::Mark mark;  // of the log when it was acknowledged: at or behind the commit
    Instant at;
    bool synchronous = false;
};

struct Loss {
    ClusterId cluster;
    std::string primary;                // who lacks them
    std::vector<Acknowledged> commits;  // the last of them, oldest first
    std::uint64_t bytes = 0;            // from what both have to the last acknowledged
    std::uint64_t fresh_bytes = 0;      // of these, acknowledged in the last two loops
};

class AcknowledgedCommits {
public:
    // Told whenever a member begins to accept writes that lacks something.
    std::vector<Loss> on(const Occurrence& occurrence, const Truth& truth);
    void hash_into(Hasher& hasher) const;

private:
    static constexpr std::size_t kept = 32;

    struct Known {
        std::string primary;  // uid of the pod that accepted writes last
        std::vector<Acknowledged> last;
        std::optional<Acknowledged> synchronous;  // the last of these
    };
    void note(const WriteEnded& ended, const Truth& truth);
    void note_removal(const ObjectChanged& changed);
    std::optional<Loss> judge(const ClusterId& id, const MemberTruth& primary, const Truth& truth);

    std::map<ClusterId, Known> known_;
    std::map<std::uint64_t, std::string> begun_;  // commit -> uid of the pod
};

}  // namespace bestgres::scenarios
