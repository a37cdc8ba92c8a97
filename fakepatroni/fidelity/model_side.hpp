// The commands of side.hpp carried out by the model, on virtual time.
#pragma once

#include <map>
#include <string>

#include "fakepatroni/fidelity/side.hpp"
#include "fakepatroni/postgres_testing.hpp"

namespace bestgres::fakepatroni::fidelity {

class ModelSide : public Side {
public:
    // `a` has data; `b` and `c` have none.
    ModelSide();

    std::string perform(const Words& words) override;

private:
    std::string start(const Words& words);
    std::string commit(const Words& words);
    std::string tool(const Words& words);
    std::string ask(const Words& words);
    std::string outcome(CommitId id);

    testing::Servers servers_;
    std::map<std::string, Configuration> configurations_;
};

}  // namespace bestgres::fakepatroni::fidelity
