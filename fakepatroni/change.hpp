// What a transaction that the model looks into has changed. All of it lives in the write-ahead log:
// what is lost with the log is lost here too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/hash.hpp"

namespace bestgres::fakepatroni {

struct Change {
    enum class Kind : std::uint8_t {
        make_object,         // key: "database app"
        drop_object,         //
        ledger_row,          // key: the position; value: "started" or "finished"
        ran,                 // key: the digest of a user's statement that took effect
        set_password,        // key: the role; value: a digest, never the password
        set_parameter,       // key: a setting that binds standbys; value: the primary's
        citus,               // key: a table of Citus and a row of it: citus_tables.hpp
        citus_prepare,       // key: the gid; value: a row that its commit writes
        citus_end_prepared,  // key: the gid; value: "commit" or "rollback"
    };
    Kind kind = Kind::make_object;
    std::string key = {};
    std::string value = {};

    bool operator==(const Change&) const = default;
};
using Changes = std::vector<Change>;  // of one transaction

std::uint64_t hash_of(const Changes& changes);

}  // namespace bestgres::fakepatroni
