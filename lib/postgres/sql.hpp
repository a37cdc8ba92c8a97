// What this code asks of PostgreSQL, as data, and what comes back, as data; the answer is a later
// event. A statement has an id beside its text, so that a fake needs no SQL parser.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres::postgres {

using CallId = std::uint64_t;  // chosen by the caller, never used twice

struct Statement {
    std::string id;                       // "ledger.read": what it is for; a fake answers by it
    std::string text;                     // may be a secret of the user: never logged
    std::vector<std::string> parameters;  // $1, $2, ... as text

    bool operator==(const Statement&) const = default;
};

// The statements run in order on one connection of their own; the first failure ends the call.
// Nothing is wrapped in a transaction that `statements` do not open themselves.
struct Call {
    std::string ns;
    std::string pod;
    std::string pod_uid;
    std::string address;  // the pod's IP address
    int port = 5432;
    std::string database = "postgres";
    std::string username = "postgres";
    std::string password;    // a secret: never logged or recorded
    bool read_write = true;  // refuse a server that is in recovery (target_session_attrs)
    std::vector<Statement> statements;
    Duration deadline = std::chrono::seconds(30);  // from submit() to the end of the last answer

    bool operator==(const Call&) const = default;
};

using Row = std::vector<std::optional<std::string>>;  // null is absent

struct Rows {
    std::vector<std::vector<Row>> of_statement;  // one entry a statement, in order

    bool operator==(const Rows&) const = default;
};

struct Failure {
    // The connection was up and statement `index` failed with `sqlstate`; or it broke.
    std::optional<std::size_t> index;
    std::string sqlstate;  // five characters, empty where the server did not speak
    std::string message;
    bool unknown = false;  // no answer to a statement that was sent: it may have been done

    bool operator==(const Failure&) const = default;
};

struct Answer {
    CallId id = 0;
    Result<Rows, Failure> outcome;

    bool operator==(const Answer&) const = default;
};

class Sql {
public:
    virtual ~Sql() = default;

    virtual void submit(CallId id, Call call) = 0;
};

}  // namespace bestgres::postgres
