#include "lib/base/structural_hash.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace bestgres {
namespace {

struct Inner {
    std::string name = {};
    Json body = {};
    bool last = false;
};
struct Outer {
    std::int64_t number = 0;
    std::vector<Inner> list = {};
    std::map<std::string, Duration> spans = {};
    std::optional<Instant> at = {};
    std::variant<Done, Inner> either = {};
    Result<int> result = 1;
};

TEST(StructuralHash, sees_every_field_of_a_struct_below_any_container) {
    const Outer plain{.list = {Inner{}}};
    std::vector<Outer> others(8, plain);
    others[0].number = 1;
    others[1].list[0].name = "a";
    others[2].list[0].body = {{"a", 1}};
    others[3].list[0].last = true;
    others[4].spans["a"] = Duration(1);
    others[5].at = Instant{};
    others[6].either = Inner{};
    others[7].result = Error{"a"};
    for (const Outer& other : others) {
        EXPECT_NE(hash_of(other), hash_of(plain));
    }
    EXPECT_EQ(hash_of(Outer{.list = {Inner{}}}), hash_of(plain));
}

TEST(StructuralHash, tells_where_one_text_ends_and_the_next_begins) {
    using Texts = std::vector<std::string>;
    EXPECT_NE(hash_of(Texts{"ab", "c"}), hash_of(Texts{"a", "bc"}));
    EXPECT_NE(hash_of(Texts{}), hash_of(Texts{""}));
    EXPECT_NE(hash_of(std::optional<int>()), hash_of(std::optional<int>(0)));
}

}  // namespace
}  // namespace bestgres
