// BGDbOps in the core: from the resource to the calls, over crashes, lost answers and clusters that
// are not there.
#include <gtest/gtest.h>

#include <algorithm>

#include "lib/base/yaml.hpp"
#include "operator/api/operation.hpp"
#include "operator/core/member_testing.hpp"

namespace bestgres::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using testing::ref;
using testing::Rig;
using testing::running;

// Three members that hand over and restart when they are told to.
class Members {
public:
    explicit Members(Rig& rig) : rig_(rig) {
        rig.patroni = [this](const patroni::Call& call) { return answer(call); };
    }

    std::string leader = "db-0";
    bool silent = false;  // does what it is told, and answers with an error

    void hand_over_to(const std::string& pod) {
        says(leader, R"("role":"replica","replication_state":"streaming"})");
        says(pod, R"("role":"primary"})");
        ++processes_[leader];
        leader = pod;
        rig_.server.edit(ref(kube::kinds::config_map, "db-leader"),
                         [&pod](Json& json) { json["metadata"]["annotations"]["leader"] = pod; });
    }

private:
    void says(const std::string& pod, const std::string& rest) {
        rig_.server.edit(ref(kube::kinds::pod, pod), [&rest](Json& json) {
            json["metadata"]["annotations"]["status"] =
                R"({"state":"running","version":"4.1.4","timeline":1,)" + rest;
        });
    }

    patroni::Reply answer(const patroni::Call& call) {
        const patroni::Reply done{silent ? 500 : 200, "done"};
        if (call.verb == patroni::Verb::switchover) {
            hand_over_to(string_at(call.body, {"candidate"}));
            return done;
        }
        if (call.verb == patroni::Verb::restart) {
            EXPECT_EQ(call.body, Json::object());
            ++processes_[call.pod];
            return done;
        }
        Json status = {{"state", "running"},
                       {"server_version", 150020},
                       {"postmaster_start_time", std::to_string(processes_[call.pod])},
                       {"role", call.pod == leader ? "primary" : "replica"},
                       {"patroni", {{"version", "4.1.4"}, {"scope", "db"}}}};
        for (const char* const member : {"db-0", "db-1", "db-2"}) {
            if (call.pod == leader && member != leader) {
                status["replication"].push_back(
                    {{"application_name", member}, {"state", "streaming"}});
            }
        }
        return {200, dump(status)};
    }

    Rig& rig_;
    std::map<std::string, int> processes_;
};

void ask(Rig& rig, const std::string& name, const std::string& spec,
         const std::string& cluster = "db") {
    Result<Json> json = parse_yaml(spec);
    ASSERT_TRUE(json.ok());
    (*json)["bgCluster"] = cluster;
    rig.server.put(
        ref(kube::kinds::bg_db_ops, name),
        {{"metadata", {{"generation", 1}, {"creationTimestamp", format_seconds(rig.now())}}},
         {"spec", *json}});
}

std::string status_of(const Rig& rig, const std::string& name, std::string_view field = "phase") {
    const kube::Object* const found = rig.server.find(ref(kube::kinds::bg_db_ops, name));
    return found == nullptr ? "absent" : std::string(found->text_at({"status", field}));
}

std::vector<std::string> commands(const Rig& rig) {
    std::vector<std::string> commands;
    std::ranges::copy_if(rig.calls, std::back_inserter(commands),
                         [](const std::string& call) { return call.starts_with('/'); });
    return commands;
}

TEST(Operate, switches_over_and_reports) {
    Rig rig = running(3);
    Members members(rig);
    rig.calls.clear();
    ask(rig, "over", "{op: switchover}");
    rig.run_for(minutes(1));

    EXPECT_EQ(status_of(rig, "over"), "Completed");
    EXPECT_EQ(status_of(rig, "over", "message"), "db-1 leads");
    EXPECT_EQ(commands(rig), std::vector<std::string>{"/switchover db-0"});
    EXPECT_FALSE(rig.server.find(ref(kube::kinds::bg_db_ops, "over"))
                     ->has_finalizer(api::operation_finalizer));
}

TEST(Operate, restarts_every_member_once) {
    Rig rig = running(3);
    Members members(rig);
    rig.calls.clear();
    ask(rig, "again", "{op: restart}");
    rig.run_for(minutes(2));

    EXPECT_EQ(status_of(rig, "again"), "Completed");
    EXPECT_EQ(commands(rig),
              (std::vector<std::string>{"/restart db-1", "/restart db-2", "/switchover db-0"}));
}

TEST(Operate, writes_and_asks_nothing_when_it_has_ended) {
    Rig rig = running(3);
    Members members(rig);
    ask(rig, "over", "{op: switchover}");
    rig.run_for(minutes(2));
    ASSERT_EQ(status_of(rig, "over"), "Completed");
    rig.calls.clear();
    const std::uint64_t looks = rig.core().metrics(rig.now()).looks;

    rig.run_for(minutes(60));

    EXPECT_EQ(rig.calls, std::vector<std::string>{});
    EXPECT_EQ(rig.core().metrics(rig.now()).looks, looks);
}

TEST(Operate, takes_no_lost_answer_for_a_failure) {
    Rig rig = running(3);
    Members members(rig);
    members.silent = true;
    rig.calls.clear();
    ask(rig, "over", "{op: switchover, maxRetries: 0}");
    rig.run_for(minutes(2));

    EXPECT_EQ(status_of(rig, "over"), "Completed");
    EXPECT_EQ(commands(rig), std::vector<std::string>{"/switchover db-0"});
}

TEST(Operate, gives_up_after_its_retries) {
    Rig rig = running(3);
    ask(rig, "over", "{op: switchover, maxRetries: 1}");
    rig.patroni = [](const patroni::Call& call) {
        return call.verb == patroni::Verb::switchover ? patroni::Reply{503, "no"}
                                                      : testing::healthy_member(call);
    };
    rig.calls.clear();
    rig.run_for(minutes(2));

    EXPECT_EQ(status_of(rig, "over"), "Failed");
    EXPECT_EQ(status_of(rig, "over", "message"),
              "switch over from db-0: Switchover db-0 to db-1: Patroni answers 503 no");
    EXPECT_EQ(commands(rig).size(), 2U);
}

// Whoever takes over finds in the journal what was begun, and in the world what has happened.
TEST(Operate, goes_on_where_another_operator_died) {
    for (int died_after = 1; died_after < 12; ++died_after) {
        Rig rig = running(3, 2);
        Members members(rig);
        rig.calls.clear();
        ask(rig, "again", "{op: restart}");
        for (int steps = 0; steps < 400 && static_cast<int>(rig.calls.size()) < died_after;
             ++steps) {
            rig.run_for(std::chrono::milliseconds(50));
        }
        const std::size_t leading = rig.core(0).leading(rig.now()) ? 0 : 1;
        rig.kill(leading);
        rig.run_for(minutes(5));

        EXPECT_EQ(status_of(rig, "again"), "Completed") << "died after " << died_after;
        const std::vector<std::string> told = commands(rig);
        EXPECT_LE(std::ranges::count(told, "/restart db-1"), 1) << "died after " << died_after;
        EXPECT_LE(std::ranges::count(told, "/restart db-2"), 1) << "died after " << died_after;
    }
}

TEST(Operate, ends_a_deleted_operation_and_lets_it_go) {
    Rig rig = running(3);
    Members members(rig);
    rig.server.edit(ref(kube::kinds::pod, "db-2"),
                    [](Json& json) { json["status"]["conditions"][0]["status"] = "False"; });
    ask(rig, "over", "{op: switchover}");
    rig.run_for(minutes(1));
    ASSERT_EQ(status_of(rig, "over"), "Running");

    rig.server.edit(ref(kube::kinds::bg_db_ops, "over"), [&rig](Json& json) {
        json["metadata"]["deletionTimestamp"] = format_seconds(rig.now());
    });
    rig.run_for(minutes(1));

    EXPECT_EQ(status_of(rig, "over"), "absent");
}

TEST(Operate, says_that_there_is_no_cluster_and_begins_when_there_is) {
    Rig rig;
    ask(rig, "early", "{op: switchover}");
    rig.run_for(minutes(1));
    EXPECT_EQ(status_of(rig, "early"), "Pending");
    EXPECT_EQ(status_of(rig, "early", "message"), "there is no BGCluster db");
    rig.calls.clear();
    rig.run_for(minutes(60));
    EXPECT_EQ(rig.calls, std::vector<std::string>{});
}

TEST(Operate, keeps_operations_of_two_clusters_apart) {
    Rig rig = running(3);
    Members members(rig);
    ask(rig, "other", "{op: switchover}", "elsewhere");
    ask(rig, "over", "{op: switchover}");
    rig.run_for(minutes(1));

    EXPECT_EQ(status_of(rig, "over"), "Completed");
    EXPECT_EQ(status_of(rig, "other", "message"), "there is no BGCluster elsewhere");
}

// Helm does not upgrade definitions: the clusters must not wait for that of the operations.
TEST(Operate, clusters_are_kept_where_operations_are_not_defined) {
    Rig rig;
    rig.server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const list = std::get_if<kube::List>(&call);
        if (list == nullptr || list->kind != kube::kinds::bg_db_ops) {
            return std::nullopt;
        }
        kube::Error missing;
        missing.code = kube::ErrorCode::not_found;
        missing.applied = kube::Applied::no;
        missing.message = "the server could not find the requested resource";
        return missing;
    };
    rig.create_cluster("db", "instances: 3\n");
    rig.run_for(minutes(1));

    EXPECT_NE(rig.server.find(ref(kube::kinds::stateful_set, "db")), nullptr);
}

TEST(Operate, removes_what_its_time_is_over_for) {
    Rig rig = running(3);
    Members members(rig);
    ask(rig, "over", "{op: switchover, ttlAfterFinished: 10m}");
    rig.run_for(minutes(5));
    EXPECT_EQ(status_of(rig, "over"), "Completed");
    rig.run_for(minutes(10));
    EXPECT_EQ(status_of(rig, "over"), "absent");
}

std::vector<kube::Object> jobs(const Rig& rig) {
    std::vector<kube::Object> jobs;
    for (const auto& [ref, object] : rig.server.objects()) {
        if (ref.kind == kube::kinds::job) {
            jobs.push_back(object);
        }
    }
    return jobs;
}

void end_job(Rig& rig, const kube::Object& job) {
    rig.server.edit(ref(kube::kinds::job, std::string(job.name())), [](Json& json) {
        json["status"]["conditions"] = Json::array({{{"type", "Complete"}, {"status", "True"}}});
    });
}

TEST(Operate, runs_a_program_as_a_job) {
    Rig rig = running(3);
    Members members(rig);
    ask(rig, "clean", "{op: vacuum}");
    rig.run_for(minutes(1));
    ASSERT_EQ(jobs(rig).size(), 1U);
    EXPECT_EQ(status_of(rig, "clean"), "Running");
    rig.calls.clear();
    rig.run_for(minutes(10));
    EXPECT_EQ(rig.calls, std::vector<std::string>{}) << "waiting costs nothing";

    end_job(rig, jobs(rig).front());
    rig.run_for(minutes(1));
    EXPECT_EQ(status_of(rig, "clean"), "Completed");
    EXPECT_EQ(jobs(rig).size(), 0U) << "its result is kept";
}

// The call may have been carried out, and the next one would be another Job.
TEST(Operate, makes_no_second_job_after_a_lost_answer) {
    Rig rig = running(3);
    Members members(rig);
    ask(rig, "clean", "{op: vacuum, maxRetries: 0}");
    bool lost = false;
    rig.server.fault = [&](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const create = std::get_if<kube::Create>(&call);
        rig.server.lose_answers =
            create != nullptr && create->kind == kube::kinds::job && !std::exchange(lost, true);
        return std::nullopt;
    };
    rig.run_for(minutes(1));
    ASSERT_TRUE(lost);
    ASSERT_EQ(jobs(rig).size(), 1U);
    EXPECT_EQ(status_of(rig, "clean"), "Running");
    end_job(rig, jobs(rig).front());
    rig.run_for(minutes(1));
    EXPECT_EQ(status_of(rig, "clean"), "Completed");
}

TEST(Operate, says_why_a_job_cannot_be_made) {
    Rig rig = running(3);
    Members members(rig);
    ask(rig, "clean", "{op: vacuum, maxRetries: 1}");
    rig.server.fault = [](const kube::Call& call) -> std::optional<kube::Error> {
        const auto* const create = std::get_if<kube::Create>(&call);
        if (create == nullptr || create->kind != kube::kinds::job) {
            return std::nullopt;
        }
        kube::Error refused;
        refused.code = kube::ErrorCode::forbidden;
        refused.applied = kube::Applied::no;
        refused.message = "exceeded quota";
        return refused;
    };
    rig.run_for(minutes(2));
    EXPECT_EQ(status_of(rig, "clean"), "Failed");
    EXPECT_EQ(status_of(rig, "clean", "message"), "vacuum all databases: exceeded quota");
}

}  // namespace
}  // namespace bestgres::core
