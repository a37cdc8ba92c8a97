// Words that relations share: variants of a workload, and what two runs have differently.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "scenarios/relations/relation.hpp"

namespace bestgres::scenarios::relations {

// --- variants
// The last edit of the workload: what is added comes after it.
std::string last_edit(const Scenario& workload);
Trigger when_done(const Scenario& workload);
Scenario with_fault(Scenario workload, Fault fault);
Scenario with_edit(Scenario workload, Edit edit);
// A fault that stands from the beginning and never ends.
Fault standing(FaultKind kind, std::string target, std::int64_t amount = 0);
// Every manifest of a BGCluster gets this.
Scenario with_cluster_spec(Scenario workload, const Json& merge);
// Nothing is drawn: what differs then comes from what was changed.
Scenario without_jitter(Scenario workload);

// --- ends
// Without what tells how a cluster got there: how often its spec was accepted, and whether Patroni
// was ever asked to hand over.
NormalEnd without_its_history(NormalEnd end);

// --- verdicts
class Verdict {
public:
    explicit Verdict(const LawText& text) : text_(text) {}

    // A run that says nothing: it has not settled, a trigger never matched, a law is broken.
    // Whether it is sound.
    bool expect_sound(const Played& run, std::string_view what);
    // Of a run that breaks a law on the way, the end is compared all the same.
    void expect_same_end(const Played& reference, const Played& run, std::string_view what);
    void expect_same(const NormalEnd& reference, const NormalEnd& end, std::string_view what);
    void expect_none(std::vector<std::string> facts, std::string_view sentence);
    void add(std::string sentence, std::vector<std::string> facts);
    std::vector<Violation> take() { return std::move(found_); }

private:
    const LawText& text_;
    std::vector<Violation> found_;
};

}  // namespace bestgres::scenarios::relations
