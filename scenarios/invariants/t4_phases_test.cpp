#include "scenarios/invariants/t4_phases.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct T4 : ::testing::Test, Court<T4Phases> {
    void phase(const char* word, const char* version = "16.4") {
        Json cluster = cluster_json();
        cluster["status"] = {{"phase", word}, {"version", version}};
        change(the_operator, kube::kinds::bg_cluster, cluster);
    }
};

TEST_F(T4, a_life_from_creation_to_deletion_is_lawful) {
    for (const char* word :
         {"Creating", "Running", "Updating", "Recovering", "Running", "Hibernated", "Deleting"}) {
        phase(word);
    }
    EXPECT_EQ(said(), "");
}

TEST_F(T4, deletion_is_for_good) {
    phase("Deleting");
    phase("Running");
    EXPECT_EQ(said(), "T4: Cluster shop/db was being deleted and is now Running");
}

TEST_F(T4, what_has_run_is_not_created_again) {
    phase("Running");
    phase("Creating");
    EXPECT_EQ(said(), "T4: Cluster shop/db has run and says that it is being created");
}

TEST_F(T4, a_namesake_is_created_anew) {
    phase("Running");
    Json namesake = cluster_json();
    namesake["metadata"]["uid"] = "uid-of-a-namesake";
    namesake["status"] = {{"phase", "Creating"}};
    change(the_operator, kube::kinds::bg_cluster, namesake);
    EXPECT_EQ(said(), "");
}

TEST_F(T4, what_is_known_is_not_forgotten) {
    phase("Running", "16.4");
    phase("Recovering", "");
    EXPECT_EQ(said(), "T4: Cluster shop/db takes back its version 16.4");
}

}  // namespace
}  // namespace bestgres::scenarios
