// The conditions of a CustomResourceDefinition.
#pragma once

#include <string>
#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {

struct DefinitionCondition {
    std::string type;
    bool holds = false;
    std::string reason;
    std::string message;
};

bool has_condition(const Json& definition, std::string_view type);
// Keeps the time of the last transition while the status stays.
void set_condition(Json& definition, const DefinitionCondition& condition, Instant now);

}  // namespace bestgres::fakekube
