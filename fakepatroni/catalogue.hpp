// The database as the changes of its log leave it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "fakepatroni/change.hpp"
#include "fakepatroni/citus_tables.hpp"

namespace bestgres::fakepatroni {

// The contents of a database as far as the model knows them.
struct Catalogue {
    std::set<std::string> objects = {};
    std::map<std::int64_t, bool> ledger = {};            // position -> finished
    std::map<std::string, int> times_run = {};           // digest of the statement -> how often
    std::map<std::string, std::string> passwords = {};   // role -> digest
    std::map<std::string, std::string> parameters = {};  // the primary's values that bind standbys
    CitusTables citus = {};

    void apply(const Changes& changes);
    bool operator==(const Catalogue&) const = default;
};

}  // namespace bestgres::fakepatroni
