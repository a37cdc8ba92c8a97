#include "operator/cmd/preview/preview.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace bestgres::cmd {
namespace {

plan::Facts asked_for(const Json& spec) {
    plan::Facts facts;
    facts.now = Instant{1'700'000'000'000'000'000};
    facts.operator_image = "bestgres-operator";
    facts.passwords = manifests::Passwords{"a", "b", "c", "d", "e"};
    facts.resource = kube::Object(Json{
        {"apiVersion", "bestgres.io/v1"},
        {"kind", "BGCluster"},
        {"metadata", {{"name", "db"}, {"namespace", "shop"}, {"uid", "u1"}, {"generation", 1}}},
        {"spec", spec}});
    return facts;
}

TEST(Preview, follows_a_new_cluster_until_it_waits_for_its_pods) {
    const Preview result = preview(asked_for({{"instances", 3},
                                              {"image", {{"tag", "bestgres-patroni:15"}}},
                                              {"volumeSpec", {{"persistentVolumeSize", "1Gi"}}}}));
    EXPECT_TRUE(result.problems.empty());
    std::vector<std::string> effects;
    for (const plan::Step& step : result.steps) {
        effects.push_back(plan::describe(step.effect));
        EXPECT_FALSE(step.because.empty());
        EXPECT_FALSE(plan::is_disruptive(step.effect)) << effects.back();
    }
    EXPECT_NE(std::find(effects.begin(), effects.end(), "ApplyObject StatefulSet db"),
              effects.end());
    EXPECT_FALSE(result.waits.empty());
    EXPECT_FALSE(result.continues);
}

TEST(Preview, of_what_stands_changes_nothing_for_another_operator_image) {
    plan::Facts facts = asked_for({{"instances", 1}});
    EXPECT_EQ(operator_image_of(facts), "bestgres-operator");
    const Json stateful_set = {
        {"metadata", {{"name", "db"}, {"namespace", "shop"}}},
        {"spec", {{"template", {{"spec", {{"initContainers", {{{"image", "registry/op:7"}}}}}}}}}}};
    facts.objects.emplace(kube::Ref{kube::kinds::stateful_set, "shop", "db"},
                          kube::Object(stateful_set));
    EXPECT_EQ(operator_image_of(facts), "registry/op:7");
}

TEST(Preview, names_what_is_refused_and_does_nothing) {
    const Preview result = preview(asked_for({{"instances", "many"}}));
    EXPECT_FALSE(result.problems.empty());
    const std::string text = format_preview(result);
    EXPECT_NE(text.find("refused: spec.instances"), std::string::npos) << text;
    EXPECT_NE(text.find("nothing to do"), std::string::npos) << text;
}

}  // namespace
}  // namespace bestgres::cmd
