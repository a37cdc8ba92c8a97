#include "scenarios/invariants/t2_observed_generation.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct T2 : ::testing::Test, Court<T2ObservedGeneration> {
    void accept(std::int64_t generation, std::int64_t instances) {
        const auto spec = asked_spec(kube::Object([&] {
            Json cluster = cluster_json(instances);
            cluster["kind"] = "BGCluster";
            return cluster;
        }()));
        truth.put(kube::kinds::config_map,
                  manifests::accepted_spec_config_map({"shop", "db", std::string(uid_of_db)},
                                                      {*spec, generation})
                      .json());
    }
    void status(std::int64_t generation, std::int64_t observed, const char* ready = "False") {
        Json cluster = cluster_json();
        cluster["metadata"]["generation"] = generation;
        cluster["status"] = {
            {"observedGeneration", observed},
            {"conditions", Json::array({{{"type", "Ready"}, {"status", ready}},
                                        {{"type", "SpecValid"}, {"status", "True"}}})}};
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
};

TEST_F(T2, what_is_observed_grows_up_to_what_is_asked) {
    status(2, 1);
    status(2, 2);
    status(4, 3);
    EXPECT_EQ(said(), "");
}

TEST_F(T2, a_spec_that_is_not_valid_is_never_accepted) {
    const auto accepts = [&](std::int64_t generation) {
        accept(generation, 3);
        const kube::Object made =
            truth.object(ref_of(kube::kinds::config_map, manifests::accepted_spec_name("db")));
        tell(ObjectChanged{the_operator, kube::Object(), made});
    };
    accepts(1);
    Json cluster = cluster_json();
    cluster["metadata"]["generation"] = 2;
    cluster["spec"]["postgresql"]["parameters"]["port"] = "5433";
    truth.put(kube::kinds::bg_cluster, cluster);
    accepts(1);
    EXPECT_EQ(said(), "") << "the last that was valid stays";
    accepts(2);
    EXPECT_EQ(said(),
              "T2: Cluster shop/db has a spec that is not valid, and the operator accepts it");
}

TEST_F(T2, what_is_observed_never_goes_back) {
    status(4, 3);
    status(4, 2);
    EXPECT_EQ(said(), "T2: Cluster shop/db has observed generation 2 after 3");
}

TEST_F(T2, nobody_observes_what_was_not_asked_yet) {
    status(4, 5);
    EXPECT_EQ(said(), "T2: Cluster shop/db has observed generation 5, but is at 4");
}

TEST_F(T2, ready_means_that_the_spec_was_accepted) {
    accept(4, 3);
    status(4, 4, "True");
    EXPECT_EQ(said(), "");
}

TEST_F(T2, ready_for_a_spec_that_was_not_looked_at_is_a_lie) {
    accept(3, 2);
    status(4, 4, "True");
    EXPECT_EQ(said(),
              "T2: Cluster shop/db is Ready at generation 4, but the accepted spec is an older "
              "one");
}

}  // namespace
}  // namespace bestgres::scenarios
