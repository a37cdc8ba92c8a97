// How the coordinator's Patroni keeps pg_dist_node equal to the leaders of the groups: requests
// come from each of its loops and from members that hand over (POST /citus), and are carried out
// one after the other in a session of its own. A hand-over opens a transaction that holds back
// writes to the group until the new primary has said that it is one. A state machine: statements
// come out, their ends go in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/citus_operation.hpp"
#include "fakepatroni/version.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakepatroni {

struct RegisteredNode {
    enum class Role : std::uint8_t { primary, secondary, demoted, gone };

    std::string host = {};
    int port = 5432;
    Role role = Role::primary;
    std::optional<NodeId> id = {};

    bool same_place(const RegisteredNode& other) const {
        return host == other.host && port == other.port;
    }
    bool is_primary() const { return role == Role::primary || role == Role::demoted; }
};

// The rows of one group. Patroni 3 knows its primary only.
struct RegisteredGroup {
    GroupId group = 0;
    std::vector<RegisteredNode> nodes = {};
    bool failover = false;  // the primary's row has changed in the transaction that is open

    const RegisteredNode* primary() const;
    bool same_rows(const RegisteredGroup& other) const;
};

enum class GroupEvent : std::uint8_t { before_demote, before_promote, after_promote };
std::string_view to_string(GroupEvent event);
std::optional<GroupEvent> parse_group_event(std::string_view word);

struct Registration {
    RegisteredGroup group = {};
    GroupEvent event = GroupEvent::after_promote;
    std::optional<Duration> timeout = {};  // absent: it comes from the loop
    Duration cooldown = std::chrono::seconds(10);
    Instant deadline = {};  // of the transaction that it opens
    std::uint64_t number = 0;

    bool same(const Registration& other) const {
        return event == other.event && group.same_rows(other.group);
    }
};

// What makes the rows of `old` those of `wanted`, in an order in which no place stands in two rows;
// `wanted` becomes what is then there.
std::vector<RegisteredNode> transition(const RegisteredGroup& old, RegisteredGroup& wanted);

class CitusRegistrar {
public:
    explicit CitusRegistrar(Version version) : version_(version) {}

    // The cache of pg_dist_node is not to be trusted any more.
    void read_anew() { reads_ = true; }
    // Statements are carried out from the first loop as primary on.
    void start() { started_ = true; }
    bool started() const { return started_; }
    void on_demote();
    // Its number, if it was taken on.
    std::optional<std::uint64_t> add(Registration wanted, Instant now);
    bool is_done(std::uint64_t number) const { return done_ >= number && !is_waiting(number); }

    // The next statement for the session. `tables` is what a query would show; null: it fails.
    std::optional<CitusOperation> next(const CitusTables* tables, Instant now);
    void ended(bool ok, const std::string& value);
    std::optional<Instant> due() const { return due_; }

    void hash_into(Hasher& hasher) const;

private:
    bool read(const CitusTables* tables);
    std::optional<std::size_t> find(GroupId group) const;
    std::optional<std::size_t> pick();
    bool is_waiting(std::uint64_t number) const;
    bool overdue(Instant now);
    bool roll_back_overdue(Instant now);
    bool begin_task(const CitusTables* tables, Instant now);
    void write_script(Registration& task, Instant now);
    void write_three(const Registration& task);
    void write_four(Registration& task, bool inside);
    void add_statement(GroupId group, const RegisteredNode& node, Duration cooldown);
    void finish_task();

    Version version_;
    bool started_ = false;
    bool reads_ = true;
    std::map<GroupId, RegisteredGroup> known_;
    std::vector<Registration> tasks_;
    std::optional<Registration> in_flight_;
    std::optional<Registration> current_;
    std::vector<CitusOperation> script_;
    bool rolls_back_ = false;
    bool woken_ = false;  // a task was added
    bool running_ = false;
    std::uint64_t counter_ = 0;
    std::uint64_t done_ = 0;
    std::optional<Instant> due_;
};

}  // namespace bestgres::fakepatroni
