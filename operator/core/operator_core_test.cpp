#include "operator/core/operator_core.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "operator/api/cluster.hpp"
#include "operator/core/member_testing.hpp"

namespace bestgres::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::bring_up;
using testing::healthy_member;
using testing::ref;
using testing::Rig;
using testing::running;

TEST(OperatorCore, makes_the_objects_of_a_cluster_and_says_so) {
    Rig rig;
    rig.create_cluster("db", "instances: 3\n");
    rig.run_for(seconds(5));

    for (const kube::Ref& made :
         {ref(kube::kinds::stateful_set, "db"), ref(kube::kinds::service, "db"),
          ref(kube::kinds::secret, "db"), ref(kube::kinds::config_map, "db-accepted-spec"),
          ref(kube::kinds::role, "db"), ref(kube::kinds::pod_disruption_budget, "db")}) {
        EXPECT_NE(rig.server.find(made), nullptr) << to_string(made);
    }
    EXPECT_EQ(rig.phase_of("db"), "Creating");
    // The spec is stored before anything is done about it.
    EXPECT_EQ(rig.calls.at(1), "apply ConfigMap shop/db-accepted-spec");
    EXPECT_EQ(rig.calls.at(2), "create Secret shop/db");
}

TEST(OperatorCore, writes_nothing_while_nothing_changes) {
    Rig rig = running(3);
    EXPECT_EQ(rig.phase_of("db"), "Running");
    rig.calls.clear();

    rig.run_for(minutes(30));

    EXPECT_EQ(rig.calls, std::vector<std::string>{});
}

TEST(OperatorCore, writes_nothing_under_traffic) {
    Rig rig = running(3);
    rig.calls.clear();
    for (int round = 1; round < 20; ++round) {
        rig.server.edit(ref(kube::kinds::config_map, "db-leader"), [round](Json& json) {
            json["metadata"]["annotations"]["optime"] = std::to_string(67108864 + round * 5000);
        });
        rig.run_for(seconds(10));
    }
    EXPECT_EQ(rig.calls, std::vector<std::string>{});
}

TEST(OperatorCore, asks_a_member_again_that_was_not_ready_when_it_was_asked_first) {
    Rig rig;
    bool serves = false;
    rig.patroni = [&serves](const patroni::Call& call) {
        return serves || call.pod == "db-0"
                   ? healthy_member(call)
                   : patroni::Reply{
                         200, R"({"state":"starting","patroni":{"version":"4","scope":"db"}})"};
    };
    rig.create_cluster("db", "instances: 2\n");
    rig.run_for(seconds(5));
    bring_up(rig, "db", 2);
    const auto make_ready = [&rig](const char* word) {
        rig.server.edit(ref(kube::kinds::pod, "db-1"),
                        [word](Json& pod) { pod["status"]["conditions"][0]["status"] = word; });
        rig.run_for(seconds(30));
    };
    make_ready("False");
    serves = true;
    make_ready("True");
    const kube::Object* const cluster = rig.server.find(ref(kube::kinds::bg_cluster, "db"));
    EXPECT_EQ(string_at(cluster->json()["status"]["members"][1], {"version"}), "15.20");
}

TEST(OperatorCore, asks_a_member_again_whose_answer_was_lost) {
    Rig rig;
    bool lost = true;
    rig.patroni = [&lost](const patroni::Call& call) {
        return lost ? patroni::Reply{503, ""} : healthy_member(call);
    };
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(5));
    bring_up(rig, "db", 1);
    rig.run_for(seconds(50));
    lost = false;
    const auto version = [&rig] {
        const kube::Object* const cluster = rig.server.find(ref(kube::kinds::bg_cluster, "db"));
        return string_at(cluster->json()["status"]["members"][0], {"version"});
    };
    EXPECT_EQ(version(), "");
    rig.run_for(seconds(61));
    EXPECT_EQ(version(), "15.20");
}

TEST(OperatorCore, repairs_what_somebody_deletes) {
    Rig rig = running(1);
    rig.calls.clear();
    rig.server.erase(ref(kube::kinds::service, "db-repl"));
    rig.run_for(seconds(5));

    EXPECT_EQ(rig.calls, std::vector<std::string>{"apply Service shop/db-repl"});
}

TEST(OperatorCore, never_takes_over_a_foreign_object) {
    Rig rig;
    rig.server.put(ref(kube::kinds::service, "db"), {{"spec", {{"type", "foreign"}}}});
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(30));

    EXPECT_EQ(rig.server.find(ref(kube::kinds::service, "db"))->text_at({"spec", "type"}),
              "foreign");
    EXPECT_EQ(std::ranges::count(rig.calls, "apply Service shop/db"), 0);
}

TEST(OperatorCore, makes_an_object_when_its_name_is_free_again) {
    Rig rig;
    rig.server.put(ref(kube::kinds::service, "db"), {{"spec", {{"type", "foreign"}}}});
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(300));
    const auto taken = std::ranges::count_if(rig.server.objects(), [](const auto& entry) {
        return entry.second.text_at({"reason"}) == "NameTaken";
    });
    EXPECT_EQ(taken, 1) << "told once, not with every proof";
    rig.server.erase(ref(kube::kinds::service, "db"));
    rig.run_for(seconds(61));

    EXPECT_EQ(std::ranges::count(rig.calls, "apply Service shop/db"), 1);
}

TEST(OperatorCore, brings_a_label_back_that_somebody_took_away) {
    Rig rig = running(1);
    rig.calls.clear();
    rig.server.edit(ref(kube::kinds::stateful_set, "db"),
                    [](Json& json) { json["metadata"]["labels"].erase("bestgres.io/cluster"); });
    rig.run_for(seconds(5));

    EXPECT_EQ(rig.calls, std::vector<std::string>{"apply StatefulSet shop/db"});
    EXPECT_EQ(rig.server.find(ref(kube::kinds::stateful_set, "db"))->label("bestgres.io/cluster"),
              "db");
}

TEST(OperatorCore, replaces_a_stale_replica_only_after_a_fresh_look) {
    Rig rig = running(3);
    rig.calls.clear();
    rig.server.edit(ref(kube::kinds::pod, "db-1"), [](Json& json) {
        json["metadata"]["annotations"]["bestgres.io/template-hash"] = "old";
    });
    rig.run_for(seconds(3));

    EXPECT_EQ(std::ranges::count(rig.calls, "evict Pod shop/db-1"), 1);
}

// The node of the former leader died with the answer; the order's deadline is 45 s.
TEST(OperatorCore, fences_a_former_leader_without_waiting_for_its_answer) {
    Rig rig = running(3);
    rig.patroni_never_answers_orders = true;
    rig.server.edit(ref(kube::kinds::pod, "db-0"), [](Json& json) {
        json["metadata"]["annotations"]["bestgres.io/template-hash"] = "old";
    });
    rig.run_for(seconds(6));
    ASSERT_EQ(std::ranges::count(rig.calls, "/switchover db-0"), 1);
    rig.server.edit(ref(kube::kinds::config_map, "db-leader"),
                    [](Json& json) { json["metadata"]["annotations"]["leader"] = "db-1"; });
    rig.server.edit(ref(kube::kinds::pod, "db-1"),
                    [](Json& json) { json["metadata"]["labels"]["bestgres.io/role"] = "master"; });
    rig.run_for(seconds(3));
    EXPECT_EQ(std::ranges::count(rig.calls, "patch Pod shop/db-0"), 0) << "it may still answer";
    rig.run_for(seconds(10));

    EXPECT_EQ(std::ranges::count(rig.calls, "patch Pod shop/db-0"), 1);
}

// That the user changed his mind meanwhile comes first in every plan, and changes nothing.
TEST(OperatorCore, fences_a_former_leader_whose_answer_is_missing_under_a_new_spec_too) {
    Rig rig = running(3);
    rig.patroni_never_answers_orders = true;
    rig.server.edit(ref(kube::kinds::pod, "db-0"), [](Json& json) {
        json["metadata"]["annotations"]["bestgres.io/template-hash"] = "old";
    });
    rig.run_for(seconds(6));
    ASSERT_EQ(std::ranges::count(rig.calls, "/switchover db-0"), 1);
    rig.server.edit(ref(kube::kinds::bg_cluster, "db"), [](Json& json) {
        json["spec"]["postgresql"]["parameters"]["work_mem"] = "8MB";
        json["metadata"]["generation"] = 9;
    });
    rig.server.edit(ref(kube::kinds::config_map, "db-leader"),
                    [](Json& json) { json["metadata"]["annotations"]["leader"] = "db-1"; });
    rig.server.edit(ref(kube::kinds::pod, "db-1"),
                    [](Json& json) { json["metadata"]["labels"]["bestgres.io/role"] = "master"; });
    rig.run_for(seconds(15));

    EXPECT_EQ(std::ranges::count(rig.calls, "patch Pod shop/db-0"), 1);
}

// The watch that would tell of the other writer is stalled.
TEST(OperatorCore, reads_again_when_its_status_meets_another_writer_twice) {
    Rig rig = running(1);
    const std::uint64_t looks = rig.core().metrics(rig.now()).looks;
    int refused = 0;
    rig.server.fault = [&refused](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const replace = std::get_if<kube::Replace>(&call);
        if (replace == nullptr || replace->kind != kube::kinds::bg_cluster || ++refused > 2) {
            return std::nullopt;
        }
        kube::Error error;
        error.code = kube::ErrorCode::conflict;
        return error;
    };
    rig.server.edit(ref(kube::kinds::pod, "db-0"),
                    [](Json& pod) { pod["status"]["conditions"][0]["status"] = "False"; });
    rig.run_for(seconds(3));

    EXPECT_EQ(refused, 3);
    EXPECT_GT(rig.core().metrics(rig.now()).looks, looks);
}

TEST(OperatorCore, asks_again_later_when_a_budget_refuses_an_eviction) {
    Rig rig = running(3);
    rig.calls.clear();
    rig.server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        if (!std::holds_alternative<kube::Evict>(call)) {
            return std::nullopt;
        }
        kube::Error failure;
        failure.code = kube::ErrorCode::throttled;
        failure.message = "it would violate the pod's budget";
        return failure;
    };
    rig.server.edit(ref(kube::kinds::pod, "db-1"), [](Json& json) {
        json["metadata"]["annotations"]["bestgres.io/template-hash"] = "old";
    });
    rig.run_for(minutes(5));

    const Json& status = rig.server.find(ref(kube::kinds::bg_cluster, "db"))->json()["status"];
    EXPECT_EQ(status["conditions"][2]["reason"], "StepFailed");
    EXPECT_EQ(status["conditions"][2]["message"], "it would violate the pod's budget");
    // With pauses that grow to a minute.
    const auto asked = std::ranges::count(rig.calls, "evict Pod shop/db-1");
    EXPECT_GE(asked, 8);
    EXPECT_LE(asked, 14);

    rig.server.fault = nullptr;
    rig.run_for(seconds(80));
    EXPECT_EQ(std::ranges::count(rig.calls, "evict Pod shop/db-1"), asked + 1);
}

TEST(OperatorCore, does_not_disrupt_when_a_member_itself_says_that_it_is_unwell) {
    Rig rig = running(3);
    rig.patroni = [](const patroni::Call& call) {
        return call.pod == "db-2" ? patroni::Reply{503, ""} : healthy_member(call);
    };
    rig.calls.clear();
    rig.server.edit(ref(kube::kinds::pod, "db-1"), [](Json& json) {
        json["metadata"]["annotations"]["bestgres.io/template-hash"] = "old";
    });
    rig.run_for(minutes(1));

    EXPECT_EQ(std::ranges::count(rig.calls, "evict Pod shop/db-1"), 0);
}

TEST(OperatorCore, reads_again_when_an_outcome_is_unknown) {
    Rig rig;
    rig.create_cluster("db", "instances: 1\n");
    rig.server.lose_answers = true;
    rig.run_for(seconds(1));
    rig.server.lose_answers = false;
    rig.run_for(minutes(2));

    EXPECT_NE(rig.server.find(ref(kube::kinds::stateful_set, "db")), nullptr);
    EXPECT_EQ(std::ranges::count(rig.calls, "create Secret shop/db"), 1);
}

TEST(OperatorCore, stops_complaining_of_a_step_that_was_done_after_all) {
    Rig rig;
    rig.create_cluster("db", "instances: 1\n");
    bool lost = false;
    rig.server.fault = [&](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const apply = std::get_if<kube::Apply>(&call);
        rig.server.lose_answers =
            !lost && apply != nullptr && apply->kind == kube::kinds::stateful_set;
        lost = lost || rig.server.lose_answers;
        return std::nullopt;
    };
    rig.run_for(minutes(1));

    ASSERT_TRUE(lost);
    const kube::Object* const cluster = rig.server.find(ref(kube::kinds::bg_cluster, "db"));
    EXPECT_EQ(dump(object_at(cluster->json(), {"status"})).find("StepFailed"), std::string::npos);
}

TEST(OperatorCore, lets_only_the_holder_of_the_lease_act) {
    Rig rig(2);
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(minutes(1));
    EXPECT_TRUE(rig.core(0).leading(rig.now()));
    EXPECT_FALSE(rig.core(1).leading(rig.now()));
    EXPECT_EQ(std::ranges::count(rig.calls, "apply StatefulSet shop/db"), 1);

    rig.shut_down(0);
    rig.run_for(seconds(5));
    EXPECT_FALSE(rig.core(0).leading(rig.now()));
    EXPECT_TRUE(rig.core(1).leading(rig.now()));
}

TEST(OperatorCore, gives_the_lease_back_when_its_last_write_was_answered) {
    Rig rig;
    std::uint64_t answered = 0;
    bool released = false;
    rig.server.fault = [&](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const apply = std::get_if<kube::Apply>(&call);
        if (apply != nullptr && apply->kind == kube::kinds::stateful_set) {
            rig.tell_to_end(0);  // heard before the answer to this very call
        }
        const auto* const replace = std::get_if<kube::Replace>(&call);
        if (replace != nullptr && replace->kind == kube::kinds::lease &&
            replace->object.text_at({"spec", "holderIdentity"}).empty()) {
            answered = rig.core().metrics(rig.now()).steps.at("ApplyObject");
            released = true;
            EXPECT_FALSE(rig.core().holds_lease(rig.now())) << "who reads this may take it";
        }
        return std::nullopt;
    };
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(30));

    EXPECT_TRUE(released);
    EXPECT_EQ(answered,
              static_cast<std::uint64_t>(std::ranges::count_if(
                  rig.calls, [](const std::string& one) { return one.starts_with("apply "); })));
}

TEST(OperatorCore, takes_over_from_a_dead_leader_when_its_lease_has_run_out) {
    Rig rig(2);
    rig.run_for(seconds(10));
    rig.kill(0);
    rig.run_for(seconds(10));
    EXPECT_FALSE(rig.core(1).leading(rig.now()));
    rig.run_for(seconds(20));
    EXPECT_TRUE(rig.core(1).leading(rig.now()));
}

TEST(OperatorCore, stops_acting_before_its_lease_runs_out) {
    Rig rig;
    rig.run_for(seconds(10));
    rig.server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const replace = std::get_if<kube::Replace>(&call);
        if (replace == nullptr || replace->kind != kube::kinds::lease) {
            return std::nullopt;
        }
        kube::Error failure;
        failure.message = "update Lease: connection refused";
        return failure;
    };
    rig.run_for(seconds(25));
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(30));

    EXPECT_FALSE(rig.core().leading(rig.now()));
    EXPECT_EQ(rig.calls, std::vector<std::string>{});
}

TEST(OperatorCore, is_not_stopped_by_a_hostile_object) {
    Rig rig;
    rig.server.put(ref(kube::kinds::bg_cluster, "bad"), {{"spec", Json::array({1, 2})}});
    rig.server.put(ref(kube::kinds::bg_cluster, "worse"),
                   {{"spec", "text"}, {"status", {{"members", 7}, {"conditions", "x"}}}});
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(10));

    EXPECT_NE(rig.server.find(ref(kube::kinds::stateful_set, "db")), nullptr);
    EXPECT_EQ(rig.phase_of("bad"), "Failed");
}

// Who may not read a kind any more knows what it was; deciding on that could undo what others did.
TEST(OperatorCore, does_nothing_on_a_cache_that_is_known_to_be_old) {
    Rig rig = running(3);
    rig.server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const list = std::get_if<kube::List>(&call);
        if (list == nullptr || list->kind != kube::kinds::service ||
            !list->field_selector.empty()) {
            return std::nullopt;
        }
        kube::Error failure;
        failure.code = kube::ErrorCode::forbidden;
        failure.message = "no services";
        return failure;
    };
    rig.expire_watches(kube::kinds::service);
    rig.run_for(minutes(2));
    EXPECT_FALSE(rig.core().current(rig.now()));
    rig.calls.clear();
    rig.server.edit(ref(kube::kinds::bg_cluster, "db"), [](Json& json) {
        json["spec"]["postgresql"]["parameters"]["work_mem"] = "8MB";
        json["metadata"]["generation"] = 9;
    });
    rig.run_for(minutes(2));
    EXPECT_EQ(rig.calls, std::vector<std::string>{});

    rig.server.fault = nullptr;
    rig.run_for(minutes(1));
    EXPECT_TRUE(rig.core().current(rig.now()));
    EXPECT_FALSE(rig.calls.empty());
}

TEST(OperatorCore, names_a_missing_right) {
    Rig rig;
    rig.server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const list = std::get_if<kube::List>(&call);
        if (list == nullptr || list->kind != kube::kinds::secret) {
            return std::nullopt;
        }
        kube::Error failure;
        failure.code = kube::ErrorCode::forbidden;
        failure.message = "list Secret shop/: cannot list resource \"secrets\"";
        return failure;
    };
    rig.run_for(minutes(2));

    const auto told = std::ranges::count_if(rig.records, [](const Record& record) {
        return string_at(record.fields, {"error"}).find("secrets") != std::string::npos;
    });
    EXPECT_EQ(told, 1);
    EXPECT_FALSE(rig.core().synced());
}

TEST(OperatorCore, tears_down_in_order_and_lets_the_resource_go) {
    Rig rig = running(1);
    rig.server.edit(ref(kube::kinds::bg_cluster, "db"), [](Json& json) {
        json["metadata"]["deletionTimestamp"] = "2026-11-20T17:00:00Z";
    });
    rig.run_for(seconds(3));
    EXPECT_EQ(rig.server.find(ref(kube::kinds::stateful_set, "db")), nullptr);
    EXPECT_EQ(rig.phase_of("db"), "Deleting");
    EXPECT_NE(rig.server.find(ref(kube::kinds::service, "db")), nullptr);

    rig.server.erase(ref(kube::kinds::pod, "db-0"));
    rig.run_for(seconds(10));
    EXPECT_EQ(rig.server.find(ref(kube::kinds::bg_cluster, "db")), nullptr);
    EXPECT_EQ(rig.server.find(ref(kube::kinds::service, "db")), nullptr);
    EXPECT_NE(rig.server.find(ref(kube::kinds::secret, "db")), nullptr);
}

TEST(OperatorCore, runs_bootstrap_sql_once_even_when_an_answer_was_lost) {
    Rig rig;
    rig.patroni = healthy_member;
    rig.create_cluster("db", "instances: 1\nbootstrap: {sql: ['CREATE DATABASE shop']}\n");
    rig.run_for(seconds(5));
    bring_up(rig, "db", 1);
    // The statement ran before, and nobody heard of it: it exists, its row is not marked.
    std::vector<std::string> ran;
    bool marked = false;
    rig.sql = [&](const postgres::Call& call) -> Result<postgres::Rows, postgres::Failure> {
        const std::string first = call.statements.front().id;
        ran.push_back(first);
        if (first == "ledger.start") {
            postgres::Failure exists;
            exists.index = 1;
            exists.sqlstate = "42P04";
            exists.message = "database \"shop\" already exists";
            return exists;
        }
        marked = marked || first == "ledger.finish";
        postgres::Rows rows;
        rows.of_statement = {{}, {{"0", marked ? "t" : "f"}}};
        return rows;
    };
    rig.run_for(minutes(1));

    EXPECT_EQ(ran, (std::vector<std::string>{"ledger.make", "ledger.start", "ledger.make",
                                             "ledger.finish"}));
    EXPECT_EQ(rig.server.find(ref(kube::kinds::config_map, "db-accepted-spec"))
                  ->annotation("bestgres.io/bootstrap-sql"),
              "done");
}

TEST(OperatorCore, does_the_same_when_the_same_happens) {
    const auto run = [] {
        Rig rig = running(3);
        rig.server.erase(ref(kube::kinds::service, "db"));
        rig.run_for(minutes(1));
        return rig.core().hash();
    };
    EXPECT_EQ(run(), run());
}

TEST(OperatorCore, goes_on_as_a_copy_as_if_it_were_the_original) {
    Rig rig = running(1);
    OperatorCore copy = rig.core();
    const Instant now = rig.now() + seconds(1);

    const Outbox left = rig.core().on(Tick{}, now);
    const Outbox right = copy.on(Tick{}, now);

    EXPECT_EQ(left.kube_calls.size(), right.kube_calls.size());
    EXPECT_EQ(rig.core().hash(), copy.hash());
}

}  // namespace
}  // namespace bestgres::core
