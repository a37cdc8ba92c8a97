#include "fakepatroni/citus_registrar.hpp"

#include <gtest/gtest.h>

#include "lib/base/overloaded.hpp"

namespace bestgres::fakepatroni {
namespace {

using Role = RegisteredNode::Role;
using std::chrono::seconds;

// A session that does what it is told, with the rows that it leaves.
struct Session {
    CitusTables tables;
    CitusTables before;  // of the open transaction
    bool open = false;
    std::vector<std::string> said;

    std::string run(const CitusOperation& operation) {
        return std::visit(Overloaded{[&](const BeginTransaction&) { return begin(); },
                                     [&](const EndTransaction& end) { return finish(end.commits); },
                                     [&](const UpdateNode& update) { return this->update(update); },
                                     [&](const AddNode& add) { return this->add(add); },
                                     [&](const RemoveNode& remove) { return this->remove(remove); },
                                     [&](const auto&) { return std::string(); }},
                          operation);
    }
    std::string begin() {
        said.push_back("begin");
        before = tables;
        open = true;
        return "";
    }
    std::string finish(bool commits) {
        said.push_back(commits ? "commit" : "roll back");
        tables = commits ? tables : before;
        open = false;
        return "";
    }
    std::string update(const UpdateNode& asked) {
        said.push_back("update " + std::to_string(asked.node) + " " + asked.host);
        EXPECT_TRUE(tables.node_at(asked.host, asked.port) == nullptr ||
                    tables.node_at(asked.host, asked.port)->id == asked.node)
            << asked.host << " stands in two rows";
        tables.nodes.at(asked.node).host = asked.host;
        return "";
    }
    std::string add(const AddNode& asked) {
        said.push_back("add " + asked.host);
        const NodeId id = ++tables.last_id;
        tables.nodes[id] = {.id = id,
                            .group = asked.group,
                            .host = asked.host,
                            .port = asked.port,
                            .primary = asked.primary};
        return std::to_string(id);
    }
    std::string remove(const RemoveNode& asked) {
        said.push_back("remove " + asked.host);
        tables.nodes.erase(tables.node_at(asked.host, asked.port)->id);
        return "";
    }
};

struct Registrar : ::testing::Test {
    CitusRegistrar registrar{Version::v4_1};
    Session session;
    Instant now{1'000'000'000'000};

    Registrar() { registrar.start(); }
    void use(Version version) {
        registrar = CitusRegistrar(version);
        registrar.start();
    }
    void drive() {
        while (const auto operation = registrar.next(&session.tables, now)) {
            registrar.ended(true, session.run(*operation));
        }
    }
    std::optional<std::uint64_t> add(GroupEvent event, GroupId group, const std::string& primary,
                                     const std::vector<std::string>& secondaries = {},
                                     std::optional<Duration> timeout = std::nullopt) {
        Registration wanted;
        wanted.group.group = group;
        wanted.event = event;
        wanted.timeout = timeout;
        const Role role = event == GroupEvent::before_demote ? Role::demoted : Role::primary;
        wanted.group.nodes.push_back({primary, 5432, role, {}});
        for (const std::string& secondary : secondaries) {
            wanted.group.nodes.push_back({secondary, 5432, Role::secondary, {}});
        }
        const auto number = registrar.add(std::move(wanted), now);
        drive();
        return number;
    }
    void loop(GroupId group, const std::string& primary,
              const std::vector<std::string>& secondaries = {}) {
        static_cast<void>(add(GroupEvent::after_promote, group, primary, secondaries));
    }
    std::string primary_of(GroupId group) { return session.tables.primary_of(group)->host; }
    std::set<std::string> hosts() {
        std::set<std::string> found;
        for (const auto& [id, node] : session.tables.nodes) {
            found.insert(node.host + (node.primary ? " p" : " s"));
        }
        return found;
    }
};

TEST_F(Registrar, says_nothing_while_everything_is_as_it_should_be) {
    loop(1, "a", {"b"});
    session.said.clear();
    loop(1, "a", {"b"});
    EXPECT_TRUE(session.said.empty());
    EXPECT_EQ(hosts(), (std::set<std::string>{"a p", "b s"}));
}

TEST_F(Registrar, a_switchover_is_one_transaction_in_which_no_place_stands_twice) {
    loop(1, "a", {"b"});
    session.said.clear();
    const auto number = add(GroupEvent::before_demote, 1, "a", {"b"}, seconds(30));
    EXPECT_TRUE(registrar.is_done(*number));
    EXPECT_TRUE(session.open);
    EXPECT_EQ(primary_of(1), "a-demoted");
    add(GroupEvent::before_promote, 1, "b", {"a"}, seconds(30));
    EXPECT_TRUE(session.open);
    add(GroupEvent::after_promote, 1, "b", {"a"}, seconds(30));
    EXPECT_FALSE(session.open);
    EXPECT_EQ(hosts(), (std::set<std::string>{"b p", "a s"}));
}

TEST_F(Registrar, a_failover_to_a_secondary_gives_it_the_primary_s_row) {
    loop(1, "a", {"b"});
    const NodeId row = session.tables.primary_of(1)->id;
    add(GroupEvent::after_promote, 1, "b", {}, seconds(30));
    EXPECT_EQ(session.tables.primary_of(1)->id, row);
    EXPECT_EQ(hosts(), (std::set<std::string>{"b p", "a s"}));
    loop(1, "b");
    EXPECT_EQ(hosts(), (std::set<std::string>{"b p"}));
}

TEST_F(Registrar, a_secondary_that_was_replaced_hands_its_row_on) {
    loop(1, "a", {"b", "c"});
    session.said.clear();
    loop(1, "a", {"b", "d"});
    EXPECT_EQ(session.said.size(), 1U);
    EXPECT_EQ(hosts(), (std::set<std::string>{"a p", "b s", "d s"}));
}

TEST_F(Registrar, the_loop_ends_an_overdue_pause_in_patroni_4) {
    loop(1, "a");
    add(GroupEvent::before_demote, 1, "a", {}, seconds(30));
    now = now + seconds(10);
    loop(1, "b");
    EXPECT_TRUE(session.open);
    now = now + seconds(30);
    loop(1, "b");
    EXPECT_FALSE(session.open);
    EXPECT_EQ(primary_of(1), "b");
}

TEST_F(Registrar, patroni_3_waits_for_the_member_until_another_group_asks) {
    use(Version::v3_0_2);
    loop(1, "a");
    loop(2, "x");
    add(GroupEvent::before_demote, 1, "a", {}, seconds(30));
    now = now + seconds(300);
    loop(1, "b");
    EXPECT_TRUE(session.open);
    loop(2, "y");
    EXPECT_EQ(session.said.back(), "update 2 y");
    EXPECT_FALSE(session.open);
}

TEST_F(Registrar, reads_the_rows_anew_after_a_statement_that_failed) {
    loop(1, "a");
    session.tables.nodes.clear();
    Registration wanted;
    wanted.group = {.group = 1, .nodes = {{"b", 5432, Role::primary, {}}}};
    registrar.add(wanted, now);
    ASSERT_TRUE(registrar.next(&session.tables, now));
    registrar.ended(false, "");
    drive();
    loop(1, "b");
    EXPECT_EQ(session.said.back(), "add b");
}

TEST_F(Registrar, goes_on_with_the_same_requests_after_a_time_without_connections) {
    Registration wanted;
    wanted.group = {.group = 1, .nodes = {{"a", 5432, Role::primary, {}}}};
    registrar.add(wanted, now);
    ASSERT_FALSE(registrar.next(nullptr, now)) << "the rows could not be read";
    loop(1, "a");
    EXPECT_EQ(session.said, (std::vector<std::string>{"add a"}));
}

TEST_F(Registrar, believes_its_own_memory_of_a_row_that_somebody_removed) {
    loop(1, "a");
    session.tables.nodes.clear();
    loop(1, "a");
    EXPECT_TRUE(session.tables.nodes.empty());
    registrar.read_anew();
    loop(1, "a");
    EXPECT_EQ(hosts(), (std::set<std::string>{"a p"}));
}

TEST_F(Registrar, forgets_what_it_was_asked_when_it_does_not_lead_any_more) {
    loop(1, "a");
    add(GroupEvent::before_demote, 1, "a", {}, seconds(30));
    registrar.on_demote();
    EXPECT_EQ(registrar.next(&session.tables, now), std::nullopt);
}

TEST_F(Registrar, does_nothing_before_it_has_been_primary_once) {
    registrar = CitusRegistrar(Version::v4_1);
    loop(1, "a");
    EXPECT_TRUE(session.said.empty());
}

}  // namespace
}  // namespace bestgres::fakepatroni
