#pragma once

#include <map>
#include <string>
#include <utility>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K5Preconditions {
    static constexpr LawText text{
        "K5",
        "What the operator deletes or evicts it names by uid, what it patches or replaces by "
        "resourceVersion; and it takes nothing away before it has read what became of its own "
        "last write to that object."};

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    using Key = std::pair<std::string, kube::Ref>;  // an operator and an object
    void note_performed(const CallPerformed& performed);

    // Own writes whose outcome the operator may not know: until it reads the object again.
    std::map<Key, std::string> unread_;
};

}  // namespace bestgres::scenarios
