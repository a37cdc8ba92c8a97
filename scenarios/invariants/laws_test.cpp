#include "scenarios/invariants/laws.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

std::string page() {
    std::ifstream file(BESTGRES_SOURCE_DIR "/docs/laws.md");
    std::stringstream content;
    content << file.rdbuf();
    return content.str();
}

TEST(AllLaws, are_told_of_everything) {
    Court<Laws> court;
    const kube::Ref pod = ref_of(kube::kinds::pod, "db-0");
    const kube::Object seen = court.truth.object(pod);
    court.call(the_operator,
               kube::Delete{.ref = pod,
                            .only_if = {.uid = std::string(seen.uid()),
                                        .resource_version = std::string(seen.resource_version())}});
    ASSERT_EQ(court.alarms(), 1U);
    EXPECT_EQ(court.findings.found()[0].law, "K2");
    EXPECT_FALSE(court.findings.found()[0].facts.empty());
}

TEST(AllLaws, have_ids_of_their_own) {
    std::set<std::string_view> ids;
    for (const LawText& law : Laws::texts()) {
        EXPECT_TRUE(ids.insert(law.id).second) << law.id;
        EXPECT_FALSE(law.says.empty()) << law.id;
    }
}

TEST(AllLaws, stand_in_the_documentation_word_for_word) {
    const std::string text = page();
    for (const LawText& law : Laws::texts()) {
        const std::string line = "| " + std::string(law.id) + " | " + std::string(law.says) + " |";
        EXPECT_NE(text.find(line), std::string::npos) << "docs/laws.md lacks\n" << line;
    }
}

TEST(AllLaws, are_part_of_the_hash_of_a_world) {
    const TestTruth truth = healthy_truth();
    Laws laws;
    const auto hash = [&laws] {
        Hasher hasher;
        laws.hash_into(hasher);
        return hasher.value();
    };
    const std::uint64_t before = hash();
    Findings findings;
    laws.on(Settled{}, truth, findings);
    EXPECT_NE(hash(), before);
}

}  // namespace
}  // namespace bestgres::scenarios
