// What a recording may hold of an event. Secrets are left out by construction: whatever comes out
// of here was never derived from one.
#pragma once

#include <map>
#include <string>

#include "operator/core/event.hpp"

namespace bestgres::core {

class Redaction {
public:
    // The same event with every value of a Secret replaced by a name for it: equal values get equal
    // names, so that what the core compares stays equal. Of pods of others is kept what they mount.
    // Random bytes become as many others. Of a message of PostgreSQL only the first line is kept,
    // because the others quote statements.
    Event redacted(const Event& event);

private:
    kube::Object redacted(const kube::Object& object);
    std::string name_of(const std::string& value);

    std::map<std::string, std::string> names_;  // by value, in memory alone
    std::uint64_t drawn_ = 0;
};

}  // namespace bestgres::core
