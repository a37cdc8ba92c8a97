#include "scenarios/invariants/k10_one_way.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K10 : ::testing::Test, Court<K10OneWay> {
    void claim_becomes(const std::string& size) {
        change(the_operator, kube::kinds::persistent_volume_claim, claim_json("pgdata-db-0", size));
    }
    void status_says(std::int64_t timeline) {
        Json cluster = cluster_json();
        cluster["status"] = {{"timeline", timeline}};
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
    void accepted(const char* generation, const char* owner) {
        Json object = labelled("db-accepted-spec");
        object["metadata"]["labels"]["bestgres.io/owner-uid"] = owner;
        object["data"] = {{"generation", generation}};
        change(the_operator, kube::kinds::config_map, object);
    }
};

TEST_F(K10, storage_grows) {
    claim_becomes("2Gi");
    claim_becomes("2048Mi");
    EXPECT_EQ(said(), "");
}

TEST_F(K10, storage_never_shrinks) {
    claim_becomes("512Mi");
    EXPECT_EQ(said(),
              "K10: operator-1: PersistentVolumeClaim pgdata-db-0 asks for 512Mi where 1Gi was "
              "asked for");
}

TEST_F(K10, storage_keeps_its_class) {
    Json claim = claim_json("pgdata-db-0");
    claim["spec"]["storageClassName"] = "fast";
    change(the_operator, kube::kinds::persistent_volume_claim, claim);
    EXPECT_EQ(said(),
              "K10: operator-1: PersistentVolumeClaim pgdata-db-0 asks for class fast instead of "
              "standard");
}

TEST_F(K10, the_timeline_in_the_status_never_goes_back) {
    status_says(9);
    status_says(10);
    EXPECT_EQ(said(), "");
    status_says(0);
    EXPECT_EQ(said(), "K10: operator-1: BGCluster db status.timeline says 0 after 10");
}

TEST_F(K10, the_accepted_spec_never_goes_back_for_the_same_cluster) {
    accepted("9", "one");
    accepted("10", "one");
    accepted("1", "another");
    EXPECT_EQ(said(), "");
    accepted("10", "one");
    accepted("9", "one");
    EXPECT_EQ(said(), "K10: operator-1: ConfigMap db-accepted-spec says generation 9 after 10");
}

TEST_F(K10, a_person_may_restore_an_old_object) {
    change(the_user, kube::kinds::persistent_volume_claim, claim_json("pgdata-db-0", "512Mi"));
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
