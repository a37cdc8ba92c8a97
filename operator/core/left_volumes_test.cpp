#include "operator/core/member_testing.hpp"

namespace bestgres::core {
namespace {

using namespace testing;
using std::chrono::minutes;

const kube::Ref left = ref(kube::kinds::persistent_volume_claim, "pgdata-db-2");

// A cluster of two whose third member left: its volume is in quarantine.
Rig of_two(int operators, const std::string& quarantine) {
    Rig rig(operators);
    rig.patroni = healthy_member;
    rig.create_cluster("db",
                       "instances: 2\nvolumeSpec: {persistentVolumeSize: 1Gi, retention: "
                       "{whenScaled: Quarantine, quarantine: " +
                           quarantine + "}}\n");
    rig.run_for(std::chrono::seconds(5));
    bring_up(rig, "db", 2);
    rig.server.put(left, {{"metadata", {{"labels", {{"bestgres.io/cluster", "db"}}}}},
                          {"spec", {{"resources", {{"requests", {{"storage", "1Gi"}}}}}}},
                          {"status", {{"phase", "Bound"}}}});
    rig.run_for(std::chrono::seconds(30));
    return rig;
}

Instant end_of(Rig& rig) {
    const Result<Instant> until =
        parse_time(rig.server.find(left)->annotation("bestgres.io/quarantined-until"));
    EXPECT_TRUE(until.ok());
    return until.value_or(Instant{});
}

void run_until(Rig& rig, Instant when) {
    rig.run_for(when - rig.now());
}

TEST(LeftVolumes, go_at_their_time_without_a_call_before_it) {
    Rig rig = of_two(1, "10m");
    const Instant end = end_of(rig);
    rig.calls.clear();
    run_until(rig, end - std::chrono::seconds(5));
    EXPECT_EQ(rig.calls, std::vector<std::string>{});

    run_until(rig, end + std::chrono::seconds(5));
    EXPECT_EQ(rig.server.find(left), nullptr);
}

TEST(LeftVolumes, keep_their_time_when_another_operator_takes_over) {
    Rig rig = of_two(2, "10m");
    const Instant end = end_of(rig);
    rig.run_for(minutes(2));
    rig.kill(0);
    rig.run_for(minutes(1));
    EXPECT_EQ(end_of(rig), end);

    run_until(rig, end + std::chrono::seconds(5));
    EXPECT_EQ(rig.server.find(left), nullptr);
}

TEST(LeftVolumes, are_left_to_a_pod_that_is_no_member) {
    Rig rig = of_two(1, "1m");
    const kube::Ref rescue = ref(kube::kinds::pod, "rescue");
    Json pod = {{"metadata", {{"labels", {{"app", "rescue"}}}}}};
    pod["spec"]["volumes"] = {{{"persistentVolumeClaim", {{"claimName", "pgdata-db-2"}}}}};
    rig.server.put(rescue, pod);
    run_until(rig, end_of(rig) + minutes(1));
    EXPECT_NE(rig.server.find(left), nullptr);

    const std::uint64_t looks = rig.core().metrics(rig.now()).looks;
    rig.run_for(minutes(5));
    EXPECT_LE(rig.core().metrics(rig.now()).looks - looks, 1U) << "it is not asked all the time";
    rig.server.erase(rescue);
    rig.run_for(minutes(11));
    EXPECT_EQ(rig.server.find(left), nullptr);
}

}  // namespace
}  // namespace bestgres::core
