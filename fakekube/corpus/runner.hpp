// Replays one case of the corpus against a server and tells where its answers differ from those of
// the real one.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fakekube/corpus/compare.hpp"
#include "fakekube/corpus/normalise.hpp"
#include "fakekube/corpus/transport.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube::corpus {

// Request bodies keep the order of their keys, as the recorder sent them.
using Ordered = nlohmann::ordered_json;

struct StepResult {
    std::size_t number = 0;  // from 1
    std::string request;     // "GET /api/v1/pods?limit=1"
    std::vector<Difference> differences;
};

struct CaseResult {
    std::string name;
    std::vector<StepResult> steps;  // those that have an answer to compare
};

struct RunOptions {
    std::map<std::string, std::string> variables;  // policyGV and the like
    std::map<std::string, std::string> tokens;     // of the identities admin, nobody, jane, bad
    std::string run_name = "abcdefg";              // the namespace is "c-" + this
};

// `test_case` is an element of a topic's `cases`.
CaseResult run_case(Transport& transport, const Ordered& test_case, const RunOptions& options);

}  // namespace bestgres::fakekube::corpus
