// Three servers under random commands and faults: what must hold whatever happens.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <array>

#include "fakepatroni/postgres_testing.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Servers;

const std::array<std::string, 3> names{"db-0", "db-1", "db-2"};
const std::array<std::string, 5> rules{"", "\"db-1\"", "ANY 1 (\"db-1\",\"db-2\",\"db-0\")",
                                       "2 (\"db-0\",\"db-1\",\"db-2\")", "*"};

struct Step {
    std::uint8_t what = 0;
    std::uint8_t which = 0;
};

// A cluster that is led as Patroni would lead it, by commands drawn at random.
class Drawn {
public:
    Drawn() {
        servers_.primary("db-0", parameters());
        servers_.standby("db-1", "db-0", parameters());
        servers_.standby("db-2", "db-0", parameters());
        servers_.on_ended = [this](const std::string& server, const CommitEnded& commit) {
            check_acknowledged(server, commit);
        };
    }

    void perform(const Step& step) {
        const std::string& name = names[step.which % names.size()];
        switch (step.what % 10) {
            case 0:
            case 1:
                commit(step.which);
                break;
            case 2:
                servers_.run_for(milliseconds(step.which % 8));
                break;
            case 3:
                servers_.run_for(seconds(step.which % 16));
                break;
            case 4:
                toggle(name, &PostgresFaults::receiver_stuck);
                break;
            case 5:
                toggle(name, &PostgresFaults::flush_hangs);
                break;
            case 6:
                kill(name);
                break;
            case 7:
                rule_ = rules[step.which % rules.size()];
                reload_all();
                break;
            case 8:
                fail_over(name);
                break;
            default:
                start_again(name);
                break;
        }
        check_prefixes();
    }

private:
    Parameters parameters() const { return {{"synchronous_standby_names", rule_}}; }

    StartRequest as_member(const std::string& name) const {
        const bool leads = name == leader_;
        return {.standby = !leads,
                .configuration = {.parameters = parameters(), .upstream = leads ? "" : leader_}};
    }

    void commit(std::uint8_t which) {
        const auto durability = static_cast<Durability>(which % 5);
        const auto begun = servers_[leader_].begin_commit(
            {.id = ++last_, .durability = durability, .bytes = which}, servers_.now);
        if (begun.ok()) {
            servers_.run_for({});
        }
    }

    void toggle(const std::string& name, bool PostgresFaults::*fault) {
        PostgresFaults faults = servers_[name].faults();
        faults.*fault = !(faults.*fault);
        servers_[name].set_faults(faults, servers_.now);
        servers_.run_for({});
    }

    void kill(const std::string& name) {
        Postgres& server = servers_[name];
        const Wal before = server.volume().wal;
        const Lsn flushed = server.flushed();
        server.kill("killed", servers_.now);
        const Wal& after = server.volume().wal;
        RC_ASSERT(after.end() == flushed);
        RC_ASSERT(after.is_prefix_of(before));
        servers_.run_for({});
    }

    void start_again(const std::string& name) {
        if (servers_[name].start(as_member(name), servers_.now).ok()) {
            servers_.run_for(seconds(1));
        }
    }

    // The old leader is killed first: there is never a second one. An heir that has not seen its
    // timeline would make the same number again, which nobody can tell apart by number.
    void fail_over(const std::string& heir) {
        Postgres& server = servers_[heir];
        if (heir == leader_ || !server.in_recovery() || server.state() != ServerState::running ||
            server.timeline() < servers_[leader_].timeline()) {
            return;
        }
        kill(leader_);
        leader_ = heir;
        RC_ASSERT(server.promote(servers_.now).ok());
        servers_.run_for(seconds(3));
        reload_all();
    }

    void reload_all() {
        for (const std::string& name : names) {
            servers_[name].reload(as_member(name).configuration, servers_.now);
        }
        servers_.run_for({});
    }

    // Nobody is told of a commit that is not as safe as was asked for.
    void check_acknowledged(const std::string& name, const CommitEnded& commit) {
        if (commit.outcome != CommitOutcome::acknowledged || commit.durability == Durability::off) {
            return;
        }
        const auto has_flushed = [&](const std::string& server) {
            return servers_[server].flushed() >= commit.mark.lsn &&
                   servers_[server].volume().wal.holds(commit.mark);
        };
        RC_ASSERT(has_flushed(name));
        const SynchronousNames rule = *parse_synchronous_names(rule_);
        RC_ASSERT(commit.synchronous ==
                  (rule.number > 0 && commit.durability >= Durability::remote_write));
        if (commit.synchronous && commit.durability >= Durability::on) {
            std::size_t confirmed = 0;
            for (const std::string& other : names) {
                const bool counts = other != name && rule.priority_of(other) > 0;
                confirmed += counts && has_flushed(other) ? 1 : 0;
            }
            RC_ASSERT(confirmed >= rule.number);
        }
    }

    void check_prefixes() {
        for (const std::string& name : names) {
            Postgres& server = servers_[name];
            RC_ASSERT(server.flushed() <= server.volume().wal.end());
            RC_ASSERT(server.volume().wal.timeline() >= 1);
            if (server.connection()) {
                const Postgres& upstream = servers_[server.upstream()];
                RC_ASSERT(server.volume().wal.is_prefix_of(upstream.volume().wal));
                RC_ASSERT(server.written() <= upstream.flushed());
            }
        }
    }

    Servers servers_;
    std::string rule_;
    std::string leader_ = "db-0";
    CommitId last_ = 0;
};

RC_GTEST_PROP(PostgresUnderFaults, keeps_its_promises,
              (std::vector<std::pair<std::uint8_t, std::uint8_t>> steps)) {
    Drawn cluster;
    for (const auto& [what, which] : steps) {
        cluster.perform({what, which});
    }
}

}  // namespace
}  // namespace bestgres::fakepatroni
