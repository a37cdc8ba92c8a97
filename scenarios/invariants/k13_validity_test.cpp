#include "scenarios/invariants/k13_validity.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct K13 : ::testing::Test, Court<K13Validity> {
    void writes(Json body) {
        body["metadata"]["name"] = "db";
        body["metadata"]["namespace"] = "shop";
        const kube::Object object(std::move(body));
        tell(CallPerformed{the_operator, kube::Create{kube::kinds::config_map, object},
                           kube::Outcome(object)});
    }
    void refused(kube::ErrorCode code) {
        tell(CallPerformed{the_operator, kube::Delete{.ref = ref_of(kube::kinds::pod, "db-0")},
                           kube::Error{.code = code, .message = "because"}});
    }
};

TEST_F(K13, an_ordinary_object_is_lawful) {
    writes({{"data", {{"a", "b"}}}});
    EXPECT_EQ(said(), "");
}

TEST_F(K13, what_the_server_calls_invalid_is_an_alarm) {
    refused(kube::ErrorCode::conflict);
    refused(kube::ErrorCode::not_found);
    EXPECT_EQ(said(), "");
    refused(kube::ErrorCode::invalid);
    EXPECT_EQ(said(), "K13: operator-1: delete Pod shop/db-0 is refused as invalid");
}

TEST_F(K13, annotations_have_a_limit) {
    writes({{"metadata", {{"annotations", {{"a", std::string(200 * 1024, 'x')}}}}}});
    EXPECT_EQ(said(), "");
    writes({{"metadata", {{"annotations", {{"a", std::string(300 * 1024, 'x')}}}}}});
    EXPECT_EQ(said(),
              "K13: operator-1: create ConfigMap shop/db carries more than 256 KiB of "
              "annotations");
}

TEST_F(K13, objects_have_a_limit) {
    writes({{"data", {{"a", std::string(1024 * 1024, 'x')}}}});
    EXPECT_EQ(said(), "");
    writes({{"data", {{"a", std::string(2048 * 1024, 'x')}}}});
    EXPECT_EQ(said(), "K13: operator-1: create ConfigMap shop/db is larger than 1.5 MiB");
}

}  // namespace
}  // namespace bestgres::scenarios
