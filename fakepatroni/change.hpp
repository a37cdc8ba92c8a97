// What a transaction that the model looks into has changed, and the database as such changes leave
// it. All of it lives in the write-ahead log: what is lost with the log is lost here too.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "lib/base/hash.hpp"

namespace bestgres::fakepatroni {

struct Change {
    enum class Kind : std::uint8_t {
        make_object,    // key: "database app"
        drop_object,    //
        ledger_row,     // key: the position; value: "started" or "finished"
        ran,            // key: the digest of a user's statement that took effect
        set_password,   // key: the role; value: a digest, never the password
        set_parameter,  // key: a setting that binds standbys; value: the primary's
    };
    Kind kind = Kind::make_object;
    std::string key = {};
    std::string value = {};

    bool operator==(const Change&) const = default;
};
using Changes = std::vector<Change>;  // of one transaction

std::uint64_t hash_of(const Changes& changes);

// The contents of a database as far as the model knows them.
struct Catalogue {
    std::set<std::string> objects = {};
    std::map<std::int64_t, bool> ledger = {};            // position -> finished
    std::map<std::string, int> times_run = {};           // digest of the statement -> how often
    std::map<std::string, std::string> passwords = {};   // role -> digest
    std::map<std::string, std::string> parameters = {};  // the primary's values that bind standbys

    void apply(const Changes& changes);
    bool operator==(const Catalogue&) const = default;
};

}  // namespace bestgres::fakepatroni
