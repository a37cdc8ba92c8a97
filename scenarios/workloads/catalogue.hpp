// The canonical workloads of reference/simulation.md, appendix A, as far as they concern what there
// is, single clusters and sharded ones: each ends quiescent when nothing else goes wrong. And the
// recipes of appendix C: a workload with the faults that once broke an operator.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "scenarios/workloads/manifests.hpp"

namespace bestgres::scenarios::workloads {

struct Workload {
    std::string_view id;     // "W06"
    std::string_view title;  // "scale 1 to 3"
    // Quick enough for every test run to enumerate the outcomes of all its calls.
    bool fast = false;
    // Replication modes beyond the asynchronous one say something here.
    bool modes = false;
    // It makes sense with these numbers of members.
    std::vector<std::int64_t> members;
    void (*fill)(Scenario& scenario, const Shape& shape) = nullptr;
};

const std::vector<Workload>& catalogue();

// "W06" or "W06-1-sync": the shape is the first of the workload's where none is said. The error
// lists what there is.
Result<Scenario> make_workload(std::string_view name);
Scenario make_workload(const Workload& workload, const Shape& shape);

// Every workload in every shape that makes sense.
std::vector<std::string> workload_names();
std::vector<Scenario> all_workloads();

// Recipe `number` of appendix C (1..28, those that concern single clusters), as the faults of a
// workload.
struct Recipe {
    int number = 0;
    std::string_view bugs;   // of the catalogue: "B16 B17"
    std::string_view guard;  // laws that must notice a wrong operator: "K1 K5"
    Scenario scenario;
};
std::vector<Recipe> recipes();

}  // namespace bestgres::scenarios::workloads
