#include "scenarios/invariants/x2_credentials.hpp"

#include "scenarios/invariants/testing.hpp"

namespace bestgres::scenarios {
namespace {

using namespace testing;

struct X2 : ::testing::Test, Court<X2Credentials> {
    void made(const char* password, const Actor& actor = the_operator) {
        Json secret = labelled("db");
        secret["data"] = {{"superuser-password", password}};
        change(actor, kube::kinds::secret, secret);
    }
    void deleted() { remove(the_user, ref_of(kube::kinds::secret, "db")); }
};

TEST_F(X2, credentials_are_made_once) {
    made("b25l");
    made("b25l");
    EXPECT_EQ(said(), "");
}

TEST_F(X2, users_do_not_share_a_password) {
    Json secret = labelled("db");
    secret["data"] = {{"admin-password", "b25l"}, {"superuser-password", "b25l"}};
    change(the_operator, kube::kinds::secret, secret);
    EXPECT_EQ(said(),
              "X2: operator-1 gives users of shop/db the same password: superuser-password is "
              "another one's too");
}

TEST_F(X2, credentials_do_not_change) {
    made("b25l");
    made("dHdv");
    EXPECT_EQ(said(), "X2: operator-1 changes the credentials of shop/db");
}

TEST_F(X2, others_do_not_open_the_data_that_is_there) {
    made("b25l");
    deleted();
    made("dHdv");
    EXPECT_EQ(said(),
              "X2: operator-1 makes other credentials for shop/db, whose volumes hold data");
}

TEST_F(X2, without_data_there_may_be_others) {
    made("b25l");
    deleted();
    for (const char* claim : {"pgdata-db-0", "pgdata-db-1", "pgdata-db-2"}) {
        truth.store.erase(ref_of(kube::kinds::persistent_volume_claim, claim));
    }
    made("dHdv");
    EXPECT_EQ(said(), "");
}

TEST_F(X2, a_person_may_rotate_them) {
    made("b25l");
    made("dHdv", the_user);
    made("dHdv");
    EXPECT_EQ(said(), "");
}

}  // namespace
}  // namespace bestgres::scenarios
