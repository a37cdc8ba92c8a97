// Citus beside the server: its statements and daemon run while the server takes writes, its changes
// are commits like any other, and other nodes ask for theirs here.
#include <algorithm>

#include "fakepatroni/parameters.hpp"
#include "fakepatroni/postgres.hpp"
#include "lib/base/overloaded.hpp"

namespace bestgres::fakepatroni {
namespace {

bool is_preloaded(const Parameters& parameters) {
    return text_of(parameters, "shared_preload_libraries", "").find("citus") != std::string::npos;
}

bool writes_rows(const RemoteRequest& request) {
    return std::ranges::any_of(
        request.changes, [](const Change& change) { return change.key.starts_with("rows "); });
}

// Rows that are written, and what two phases note about it.
bool is_routine(const Change& change) {
    const std::string& row = change.kind == Change::Kind::citus_prepare ? change.value : change.key;
    return change.kind == Change::Kind::citus_end_prepared || row.empty() ||
           row.starts_with("rows ") || row.starts_with("commit ") || row.starts_with("no-commit ");
}

// What the log is to say for it.
Changes changes_of(const RemoteRequest& request) {
    switch (request.verb) {
        case RemoteVerb::run:
            return request.changes;
        case RemoteVerb::prepare:
            return prepare(request.gid, request.changes);
        case RemoteVerb::commit_prepared:
            return {commit_prepared(request.gid)};
        case RemoteVerb::roll_back_prepared:
            return {roll_back_prepared(request.gid)};
        case RemoteVerb::look:
            return {};
    }
    return {};
}

std::optional<std::string> refusal_of(const RemoteRequest& request, const CitusTables& tables) {
    const bool known = tables.prepared.contains(request.gid);
    if (request.verb == RemoteVerb::run || request.verb == RemoteVerb::prepare) {
        if (request.verb == RemoteVerb::prepare && known) {
            return "transaction identifier \"" + request.gid + "\" is already in use";
        }
        return refusal_to_apply(request.changes, tables);
    }
    if (request.verb != RemoteVerb::look && !known) {
        return "prepared transaction with identifier \"" + request.gid + "\" does not exist";
    }
    return std::nullopt;
}

}  // namespace

void Postgres::start_citus(Instant now) {
    if (is_preloaded(in_force_)) {
        citus_.start(settings_.name, now);
    }
}

// Whoever waits for something here hears that it is over.
void Postgres::stop_citus(const std::string& message) {
    citus_.stop();
    if (std::exchange(patroni_waits_, false)) {
        events_.push_back(CitusEnded{.failure = message, .value = {}});
    }
    while (!from_others_.empty()) {
        answer_remote(from_others_.begin()->first, "the connection broke: " + message);
    }
}

const CitusTables& Postgres::citus_tables() const {
    const Lsn position = replayed();
    const auto mark = volume_.wal.mark_at(position);
    if (read_.tables && mark == read_.mark) {
        return *read_.tables;
    }
    const bool continues =
        read_.tables && read_.mark.lsn < position && volume_.wal.holds(read_.mark);
    CitusTables tables = continues ? *read_.tables : CitusTables{};
    for (const ChangeRecord& change : volume_.wal.changes()) {
        if (change.end > position || (continues && change.end <= read_.mark.lsn)) {
            continue;
        }
        for (const Change& one : *change.changes) {
            if (one.kind >= Change::Kind::citus) {
                tables.apply(one);
            }
        }
    }
    read_ = {mark.value_or(Mark{}), std::make_shared<const CitusTables>(std::move(tables))};
    return *read_.tables;
}

std::uint64_t Postgres::citus_face() const {
    if (citus_changes_ == 0) {
        return 0;
    }
    Hasher hasher;
    hasher.add(citus_changes_);
    for (const auto& [group, since] : citus_.paused()) {
        hasher.add(static_cast<std::uint64_t>(group));
        hasher.add(static_cast<std::uint64_t>(since.ns));
    }
    return hasher.value();
}

Mark Postgres::append_citus(Changes changes) {
    ++citus_changes_;
    if (!std::ranges::all_of(changes, is_routine)) {
        ++citus_structure_;
    }
    return volume_.wal.append_changes(std::move(changes));
}

void Postgres::make_citus(Changes changes, Instant now) {
    ++citus_changes_;
    ++citus_structure_;
    changes.insert(changes.begin(), make_extension());
    static_cast<void>(change(std::move(changes), now));
}

void Postgres::run_citus(CitusOperation operation, Instant now) {
    if (!citus_.runs() || !is_writable() || !answers()) {
        // Patroni closes a connection that fails, and with it a transaction that it has open.
        citus_.end_session();
        events_.push_back(CitusEnded{.failure = "the server does not answer", .value = {}});
        return;
    }
    patroni_waits_ = true;
    citus_.begin(std::move(operation), ByPatroni{}, now);
}

void Postgres::run_citus_call(postgres::CallId call, CitusOperation operation, Instant now) {
    if (!citus_.runs() || refusal_to_connect({})) {
        end_sql(call, postgres::Failure{.index = std::nullopt,
                                        .sqlstate = "",
                                        .message = "the server does not answer",
                                        .unknown = false});
        return;
    }
    sql_[call] = SqlRun{.call = {}, .rows = {}, .in_citus = true};
    sql_[call].call.statements.push_back({"citus", "", {}});
    citus_.begin(std::move(operation), ByStatement{call}, now);
}

void Postgres::drive_citus(Instant now) {
    while (citus_.runs() && is_writable()) {
        std::optional<CitusAction> action =
            citus_.next({.now = now, .tables = citus_tables(), .locks_held = faults_.locks_held});
        if (!action) {
            return;
        }
        perform(*std::move(action), now);
    }
}

void Postgres::perform(CitusAction action, Instant now) {
    std::visit(Overloaded{[&](CommitHere& commit) {
                              if (take_space(Wal::overhead * commit.changes.size(), 0, now)) {
                                  return;
                              }
                              wait_for({.id = commit.run,
                                        .mark = append_citus(std::move(commit.changes)),
                                        .durability = Durability::on,
                                        .whose = CommitOf::citus,
                                        .loose = false},
                                       now);
                          },
                          [&](RemoteRequest& request) {
                              events_.push_back(RemoteWanted{std::move(request)});
                          },
                          [&](RunEnded& ended) { end_citus_run(ended, now); }},
               action);
}

void Postgres::end_citus_run(const RunEnded& ended, Instant now) {
    if (std::holds_alternative<ByPatroni>(ended.whom)) {
        patroni_waits_ = false;
        const bool has_value = ended.outcome.ok() && !ended.outcome->empty() &&
                               !ended.outcome->front().empty() && ended.outcome->front().front();
        events_.push_back(
            CitusEnded{.failure = ended.outcome.ok() ? "" : ended.outcome.error().message,
                       .value = has_value ? *ended.outcome->front().front() : ""});
        return;
    }
    const auto* statement = std::get_if<ByStatement>(&ended.whom);
    const auto run = statement == nullptr ? sql_.end() : sql_.find(statement->call);
    if (run == sql_.end()) {
        return;
    }
    run->second.in_citus = false;
    if (ended.outcome.ok()) {
        run->second.rows.of_statement.push_back(*ended.outcome);
        go_on(statement->call, now);
    } else {
        fail_sql(statement->call, {.sqlstate = ended.outcome.error().sqlstate,
                                   .message = ended.outcome.error().message,
                                   .unknown = ended.outcome.error().sqlstate == "08007"});
    }
}

void Postgres::citus_committed(const WaitingCommit& commit) {
    if (commit.whose == CommitOf::citus) {
        citus_.committed(commit.id);
    } else {
        answer_remote(commit.id, "");
    }
}

void Postgres::take_remote(std::uint64_t key, const RemoteRequest& request, Instant now) {
    from_others_[key] = request;
    if (const auto refusal = refusal_to_connect({.superuser = true})) {
        answer_remote(key, "connection to the remote node failed: " + refusal->message);
        return;
    }
    take_remote_changes(key, request, now);
}

// False: it waits for a lock.
bool Postgres::take_remote_changes(std::uint64_t key, const RemoteRequest& request, Instant now) {
    if (faults_.locks_held && writes_rows(request)) {
        return false;
    }
    const CitusTables& tables = citus_tables();
    if (const auto refusal = refusal_of(request, tables)) {
        answer_remote(key, *refusal);
        return true;
    }
    Changes changes = changes_of(request);
    if (changes.empty()) {
        from_others_.erase(key);
        events_.push_back(RemoteAnswered{.key = key, .failure = {}, .tables = read_.tables});
        return true;
    }
    if (in_recovery_) {
        answer_remote(key, "cannot execute this in a read-only transaction");
        return true;
    }
    if (const auto refusal = take_space(Wal::overhead * changes.size(), 0, now)) {
        return true;  // the server is gone, and has said so
    }
    wait_for({.id = key,
              .mark = append_citus(std::move(changes)),
              .durability = Durability::on,
              .whose = CommitOf::other_node,
              .loose = false},
             now);
    return true;
}

void Postgres::go_on_with_others(Instant now) {
    const std::map<std::uint64_t, RemoteRequest> waiting = from_others_;
    for (const auto& [key, request] : waiting) {
        const bool committing =
            std::ranges::any_of(commits_.waiting(), [key = key](const WaitingCommit& commit) {
                return commit.whose == CommitOf::other_node && commit.id == key;
            });
        if (!committing) {
            take_remote_changes(key, request, now);
        }
    }
}

void Postgres::answer_remote(std::uint64_t key, std::string failure) {
    if (from_others_.erase(key) > 0) {
        events_.push_back(
            RemoteAnswered{.key = key, .failure = std::move(failure), .tables = nullptr});
    }
}

}  // namespace bestgres::fakepatroni
