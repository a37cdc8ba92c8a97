#pragma once

#include <map>
#include <set>
#include <tuple>

#include "scenarios/invariants/able_operator.hpp"
#include "scenarios/invariants/members.hpp"

namespace bestgres::scenarios {

// Whether the fault keeps routes from following what the API server says.
bool hinders_routes(FaultKind kind);

struct R1WriteRouting {
    static constexpr LawText text{
        "R1",
        "Clients of the primary Service are sent to the member that holds the lock and to nobody "
        "else: a former one leaves the routes within thirty seconds while an operator can fence "
        "it, within ninety otherwise, and one that is fenced within ten, unless a fault holds the "
        "routes themselves."};

    static constexpr Duration with_operator = std::chrono::seconds(30);
    static constexpr Duration without_operator = std::chrono::seconds(90);
    static constexpr Duration when_fenced = std::chrono::seconds(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    using Route = std::tuple<std::string, std::string, std::string>;  // node, service, pod's uid
    void look(const Truth& truth);
    void check(const Truth& truth, Findings& findings);
    void check_fenced(const Truth& truth, Findings& findings);

    AbleOperator able_;
    std::map<Route, Instant> stale_;   // routes to who does not hold the lock, since when
    std::map<Route, Instant> fenced_;  // routes to who is fenced
    std::set<Route> told_;
    Instant looked_;
};

}  // namespace bestgres::scenarios
