// What goes into the core and what comes out of it: plain data both ways, so that a log of events
// replays bit for bit.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"
#include "lib/patroni/patroni.hpp"
#include "lib/postgres/sql.hpp"

namespace bestgres::core {

// Time has come to the `wake_at` of an earlier Outbox, or just passes.
struct Tick {
    bool operator==(const Tick&) const = default;
};
// Unpredictable bytes, given when an Outbox wanted them: passwords are made of nothing else.
struct Entropy {
    std::string bytes;
    bool operator==(const Entropy&) const = default;
};
// Finish: take up nothing new, release the lease.
struct Shutdown {
    bool operator==(const Shutdown&) const = default;
};

using Event = std::variant<Tick, Entropy, Shutdown, kube::Answer, kube::WatchEvent, patroni::Answer,
                           postgres::Answer>;

// `site` says where in the core a call comes from: its purpose, or the rule whose step it is. The
// texts are constants; they tell call sites apart when every one has to be tried.
struct KubeCall {
    kube::CallId id = 0;
    kube::Call call;
    std::string_view site = {};
};
struct OpenWatch {
    kube::WatchId id = 0;
    kube::WatchSpec spec;
};
struct PatroniCall {
    patroni::CallId id = 0;
    patroni::Call call;
    std::string_view site = {};
};
struct SqlCall {
    postgres::CallId id = 0;
    postgres::Call call;
    std::string_view site = {};
};

// A step that is being begun: its call stands in the same Outbox.
struct StepBegun {
    std::string cluster;  // "shop/db"
    std::string_view rule;
    std::string effect;  // "EvictPod db-1"
    std::string because;
};

enum class Severity { info, warning, error };

// One line for the log: a constant message and fields, without secrets.
struct Record {
    Severity severity = Severity::info;
    std::string message;
    Json fields;
};

struct Outbox {
    std::vector<KubeCall> kube_calls;
    std::vector<OpenWatch> watches;
    std::vector<kube::WatchId> unwatches;
    std::vector<PatroniCall> patroni_calls;
    std::vector<SqlCall> sql_calls;
    std::vector<StepBegun> begun;
    std::vector<Record> records;
    std::optional<Instant> wake_at;  // send a Tick then, unless something comes earlier
    bool wants_entropy = false;
    bool finished = false;  // after Shutdown: nothing more will come
};

}  // namespace bestgres::core
