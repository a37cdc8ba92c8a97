#include "lib/base/random.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

TEST(RandomStream, depends_on_seed_and_name_only) {
    RandomStream one(7, "kubelet/a");
    RandomStream same(7, "kubelet/a");
    RandomStream other(7, "kubelet/b");
    const std::uint64_t first = one.next();
    EXPECT_EQ(first, same.next());
    EXPECT_NE(first, other.next());
}

TEST(RandomStream, spreads_over_its_range) {
    RandomStream stream(1, "spread");
    std::array<int, 10> counts{};
    for (int i = 0; i < 10'000; ++i) {
        ++counts[stream.below(10)];
    }
    for (const int count : counts) {
        EXPECT_NEAR(count, 1000, 150);
    }
}

}  // namespace
}  // namespace bestgres
