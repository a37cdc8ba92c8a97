#include "operator/manifests/names.hpp"

#include <gtest/gtest.h>

#include "operator/manifests/labels.hpp"

namespace bestgres::manifests {
namespace {

TEST(Names, ordinal_is_read_back_from_pod_and_volume) {
    EXPECT_EQ(pod_ordinal("db", pod_name("db", 12)), 12);
    EXPECT_EQ(volume_claim_ordinal("db", volume_claim_name("db", 0)), 0);
}

TEST(Names, of_other_clusters_have_no_ordinal) {
    for (const char* other : {"db", "db-", "db-x", "db-01", "db-+1", "db--1", "db-1-0", "dba-1",
                              "db-99999999999999999999"}) {
        EXPECT_EQ(pod_ordinal("db", other), std::nullopt) << other;
    }
    EXPECT_EQ(volume_claim_ordinal("db", "pgdata-db-1-0"), std::nullopt);
    EXPECT_EQ(pod_ordinal("db-1", "db-1-0"), 0);
}

TEST(Labels, selector_reads_the_same_as_text) {
    EXPECT_EQ(pod_selector_text("db"), "app.kubernetes.io/name=postgresql,bestgres.io/cluster=db");
}

}  // namespace
}  // namespace bestgres::manifests
