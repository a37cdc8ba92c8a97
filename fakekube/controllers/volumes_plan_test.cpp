#include "fakekube/controllers/volumes_plan.hpp"

#include <gtest/gtest.h>

#include "fakekube/controllers/testing.hpp"

namespace bestgres::fakekube::controllers {
namespace {

using namespace testing;  // NOLINT: the words of this test

kube::Object claim(const char* size, const char* storage_class = "manual") {
    Json json = object_json("v1", "PersistentVolumeClaim", "data");
    json["spec"] = {{"accessModes", Json::array({"ReadWriteOnce"})},
                    {"storageClassName", storage_class},
                    {"resources", {{"requests", {{"storage", size}}}}}};
    return kube::Object(std::move(json));
}

kube::Object volume(const char* name, const char* size) {
    Json json = object_json("v1", "PersistentVolume", name);
    json["spec"] = {{"accessModes", Json::array({"ReadWriteOnce"})},
                    {"storageClassName", "manual"},
                    {"capacity", {{"storage", size}}}};
    return kube::Object(std::move(json));
}

std::string chosen(const kube::Object& wanted, const std::vector<kube::Object>& volumes,
                   bool only_prebound = false) {
    const auto found = find_volume(wanted, volumes, only_prebound);
    return found ? std::string(found->name()) : "";
}

TEST(Volumes, give_a_claim_the_smallest_that_is_large_enough) {
    EXPECT_EQ(chosen(claim("2Gi"),
                     {volume("big", "10Gi"), volume("fits", "3Gi"), volume("small", "1Gi")}),
              "fits");
    EXPECT_EQ(chosen(claim("20Gi"), {volume("big", "10Gi")}), "");
    EXPECT_EQ(chosen(claim("1Gi", "other"), {volume("big", "10Gi")}), "");
}

TEST(Volumes, of_others_are_never_taken) {
    const kube::Object taken = changed(
        volume("taken", "1Gi"),
        {{"spec", {{"claimRef", {{"name", "other"}, {"namespace", "shop"}, {"uid", "u"}}}}}});
    EXPECT_EQ(chosen(claim("1Gi"), {taken}), "");
}

TEST(Volumes, bound_beforehand_win_even_over_waiting_for_a_consumer) {
    const kube::Object mine =
        changed(volume("mine", "1Gi"),
                {{"spec", {{"claimRef", {{"name", "data"}, {"namespace", "shop"}}}}}});
    EXPECT_EQ(chosen(claim("1Gi"), {volume("a", "1Gi"), mine}, true), "mine");
    EXPECT_EQ(chosen(claim("1Gi"), {volume("a", "1Gi")}, true), "");
}

TEST(Volumes, are_provisioned_for_exactly_one_claim) {
    const kube::Object made(
        provisioned_volume(claim("1Gi"), kube::Object(standard_storage_class()), "/v"));
    EXPECT_EQ(made.name(), "pvc-uid-of-data");
    EXPECT_TRUE(is_for(made, claim("1Gi")));
    EXPECT_FALSE(is_for(made, changed(claim("1Gi"), {{"metadata", {{"uid", "another"}}}})));
    EXPECT_EQ(string_at(made.json(), {"spec", "hostPath", "path"}), "/v/pvc-uid-of-data");
}

TEST(Volumes, grow_with_the_request_of_a_bound_claim) {
    const auto bound = [](const char* request, const char* has) {
        return changed(claim(request),
                       {{"status", {{"phase", "Bound"}, {"capacity", {{"storage", has}}}}}});
    };
    EXPECT_EQ(wanted_growth(bound("2Gi", "1Gi"), volume("v", "1Gi")), "2Gi");
    EXPECT_EQ(wanted_growth(bound("1Gi", "1Gi"), volume("v", "1Gi")), std::nullopt);
    EXPECT_EQ(wanted_growth(claim("2Gi"), volume("v", "1Gi")), std::nullopt);
    // The volume grew, then the controller was stopped.
    EXPECT_EQ(wanted_growth(bound("2Gi", "1Gi"), volume("v", "2Gi")), "2Gi");
}

}  // namespace
}  // namespace bestgres::fakekube::controllers
