#pragma once

#include <set>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K12Rights {
    static constexpr LawText text{
        "K12",
        "Neither the operator nor a member asks for what its shipped Role does not allow, and no "
        "Role that the operator makes has a wildcard."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void follow(const ObjectChanged& changed);

    // Roles, RoleBindings and ServiceAccounts as a person left them: "Role/db".
    std::set<std::string> spoiled_;
    bool namespace_ends_ = false;
};

}  // namespace bestgres::scenarios
