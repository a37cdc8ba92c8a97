// Every outcome at every call of the operator: the reference run of a workload is followed, and at
// each call the world is copied once for each outcome, which then runs to its end. The laws watch
// each of them, and its end must be that of the reference (M3): whatever becomes of one call, the
// cluster comes to be the same.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/engine/world.hpp"
#include "scenarios/replay/words.hpp"

namespace bestgres::scenarios {

template <>
struct Words<Forced> {
    static constexpr std::array table = std::to_array<std::pair<Forced, std::string_view>>(
        {{Forced::crash_before, "crash_before"},
         {Forced::crash_after_apply, "crash_after_apply"},
         {Forced::crash_after_answer, "crash_after_answer"},
         {Forced::timeout_before, "timeout_before"},
         {Forced::timeout_after_apply, "timeout_after_apply"},
         {Forced::reset, "reset"},
         {Forced::competitor, "competitor"},
         {Forced::gone, "gone"},
         {Forced::throttled, "throttled"},
         {Forced::server_error, "server_error"},
         {Forced::unavailable, "unavailable"},
         {Forced::forbidden, "forbidden"},
         {Forced::lease_lost, "lease_lost"},
         {Forced::restart_on_stale, "restart_on_stale"},
         {Forced::watch_event_dropped, "watch_event_dropped"}});
};

struct OutcomeOptions {
    std::vector<Forced> outcomes = {};  // empty: all
    // Of all calls from one site for one kind of object, so many, spread over the run; 0: every.
    std::size_t calls_per_site = 0;
    // One of so many shares of the variants: for several processes.
    std::size_t share = 0;
    std::size_t shares = 1;
};

// Where the operator calls from, and what: "update_members: delete Pod".
std::string call_site(const OperatorCall& call);

struct Cell {
    std::uint64_t variants = 0;
    std::uint64_t failures = 0;
};
struct FailedVariant {
    Scenario scenario;  // the workload, with the outcome as a fault where that fails likewise
    std::string site;
    Forced outcome = Forced::none;
    std::uint64_t call = 0;
    bool as_fault = false;  // the scenario alone shows the violation
    Violation violation;
};
struct OutcomeMatrix {
    std::map<std::pair<std::string, Forced>, Cell> cells = {};
    std::vector<FailedVariant> failed = {};
    std::vector<std::string> sites = {};  // of the reference run
    std::uint64_t variants = 0;
    Duration virtual_time{};

    void add(OutcomeMatrix other);
    // Cells of the sites that no variant has visited.
    std::size_t uncovered() const;
};

// The fault that makes this of the call: with a causal trigger that finds it again. `calls` are
// those of the reference run.
Fault as_fault(const std::vector<OperatorCall>& calls, std::uint64_t number, Forced outcome);

// The workload must run without a violation by itself: else the matrix holds that one failure, for
// the outcome `none`.
OutcomeMatrix enumerate_outcomes(const Ground& ground, const Scenario& workload,
                                 const OutcomeOptions& options);

// A row for each call site, a column for each outcome: "." for a variant that went well, a number
// for those that failed, blank for what was not visited.
std::string table_of(const OutcomeMatrix& matrix);

}  // namespace bestgres::scenarios
