// SQL calls: their statements run in order, and what one changes is a commit like any other.
#include <fmt/format.h>

#include <utility>

#include "fakepatroni/citus_text.hpp"
#include "fakepatroni/postgres.hpp"

namespace bestgres::fakepatroni {
namespace {

// What `citus.release` says: operator/plan/sharded/citus.cpp.
constexpr Duration idle_too_long = std::chrono::seconds(30);

}  // namespace

void Postgres::run_sql(postgres::CallId id, const postgres::Call& call, Instant now) {
    const ConnectRequest request{.role = call.username,
                                 .password_digest = digest_of_password(call.password),
                                 .superuser = true,
                                 .read_write = call.read_write};
    if (const std::optional<Refusal> refusal = refusal_to_connect(request)) {
        // libpq says nothing but a sentence where the connection is refused.
        end_sql(id, postgres::Failure{.index = std::nullopt,
                                      .sqlstate = "",
                                      .message = fmt::format("connect on {}/{}: {}", call.ns,
                                                             call.pod, refusal->message),
                                      .unknown = false});
        return;
    }
    sql_[id] = SqlRun{.call = call, .rows = {}};
    go_on(id, now);
}

void Postgres::go_on(postgres::CallId id, Instant now) {
    while (run_next(id, now)) {
    }
}

// One statement. False: the call has ended, or waits for a commit or a lock.
bool Postgres::run_next(postgres::CallId id, Instant now) {
    const auto found = sql_.find(id);
    if (found == sql_.end() || found->second.waits || found->second.in_citus) {
        return false;
    }
    SqlRun& run = found->second;
    if (run.abandoned && !run.blocked) {
        sql_.erase(found);
        return false;
    }
    if (run.rows.of_statement.size() == run.call.statements.size()) {
        postgres::Rows rows = std::move(run.rows);
        end_sql(id, std::move(rows));
        return false;
    }
    const postgres::Statement& statement = run.call.statements[run.rows.of_statement.size()];
    if (auto operation = citus_operation_in(statement.text); operation && citus_.runs()) {
        run.in_citus = true;
        citus_.begin(*std::move(operation), ByStatement{id}, now);
        return false;
    }
    if (statement.id == "citus.release") {
        citus_.end_idle_session(idle_too_long, now);
    }
    auto effect = effect_of(statement, catalogue(), settings_.statements);
    if (!effect.ok()) {
        fail_sql(id, {.sqlstate = effect.error().sqlstate, .message = effect.error().message});
        return false;
    }
    if (effect->changes.empty()) {
        run.rows.of_statement.push_back(std::move(effect->rows));
        return true;
    }
    if (in_recovery_) {
        fail_sql(id, *refusal_to_write());
        return false;
    }
    run.blocked = faults_.locks_held;
    if (run.blocked) {
        return false;  // set_faults() goes on with it
    }
    if (const auto refusal = take_space(Wal::overhead * effect->changes.size(), 0, now)) {
        fail_sql(id, *refusal);
        return false;
    }
    run.rows.of_statement.push_back(std::move(effect->rows));
    run.waits = true;
    wait_for({.id = id,
              .mark = volume_.wal.append_changes(std::move(effect->changes)),
              .durability = Durability::on,
              .whose = CommitOf::statement,
              .loose = false},
             now);
    return false;
}

void Postgres::end_sql(postgres::CallId id, Result<postgres::Rows, postgres::Failure> outcome) {
    const auto run = sql_.find(id);
    const bool nobody_listens = run != sql_.end() && run->second.abandoned;
    sql_.erase(id);
    if (nobody_listens) {
        return;
    }
    events_.push_back(SqlEnded{{.id = id, .outcome = std::move(outcome)}});
}

void Postgres::fail_sql(postgres::CallId id, const Refusal& refusal) {
    const auto found = sql_.find(id);
    if (found == sql_.end()) {
        return;  // the server died, and has said so
    }
    const SqlRun& run = found->second;
    // A statement that waits for its commit is still the one that is asked about.
    const std::size_t index = run.rows.of_statement.size() - (run.waits ? 1 : 0);
    const std::string what =
        index < run.call.statements.size() ? run.call.statements[index].id : std::string("connect");
    end_sql(id,
            postgres::Failure{.index = index,
                              .sqlstate = refusal.sqlstate,
                              .message = fmt::format("{} on {}/{}: ERROR:  {}", what, run.call.ns,
                                                     run.call.pod, refusal.message),
                              .unknown = refusal.unknown});
}

void Postgres::abandon_sql(postgres::CallId id) {
    if (const auto run = sql_.find(id); run != sql_.end()) {
        run->second.abandoned = true;
    }
}

void Postgres::set_faults(const PostgresFaults& faults, Instant now) {
    faults_ = faults;
    if (!faults_.locks_held) {
        std::vector<postgres::CallId> calls;
        for (const auto& [id, run] : sql_) {
            calls.push_back(id);
        }
        for (const postgres::CallId id : calls) {
            go_on(id, now);
        }
        go_on_with_others(now);
    }
    if (!faults_.receiver_stuck) {
        for (const WalMessage& message : std::exchange(upstream_.unread, {})) {
            receive(message, now);
        }
    }
    if (!faults_.replay_stuck && state_ == ServerState::running) {
        replay(now);
    }
}

}  // namespace bestgres::fakepatroni
