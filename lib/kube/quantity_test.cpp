#include "lib/kube/quantity.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace bestgres::kube {
namespace {

std::string canonical(std::string_view text) {
    const Result<Quantity> quantity = Quantity::parse(text);
    return quantity.ok() ? quantity->text() : quantity.error().message;
}

TEST(Quantity, writes_the_canonical_text) {
    EXPECT_EQ(canonical("0"), "0");
    EXPECT_EQ(canonical("0.5"), "500m");
    EXPECT_EQ(canonical("1000m"), "1");
    EXPECT_EQ(canonical("1024Mi"), "1Gi");
    EXPECT_EQ(canonical("1.5Gi"), "1536Mi");
    EXPECT_EQ(canonical("100Ki"), "100Ki");
    EXPECT_EQ(canonical("0.5Ki"), "512");
    EXPECT_EQ(canonical("1.0001Ki"), "1024102400u");
    EXPECT_EQ(canonical("1500"), "1500");
    EXPECT_EQ(canonical("12000"), "12k");
    EXPECT_EQ(canonical("1e3"), "1e3");
    EXPECT_EQ(canonical("12E6"), "12e6");
    EXPECT_EQ(canonical("1E"), "1E");
    EXPECT_EQ(canonical("-1.5Gi"), "-1536Mi");
    EXPECT_EQ(canonical("+.5"), "500m");
    EXPECT_EQ(canonical("0.0000000001"), "1n");
    EXPECT_EQ(canonical("100000000000000000000000"), "9223372036854775807");
    EXPECT_EQ(canonical("1e-400"), "1e-9") << "what is too small becomes the smallest";
}

TEST(Quantity, refuses_what_is_none) {
    for (const char* text :
         {"", "-", ".", "1.2.3", "Gi", "1 Gi", "1KB", "1kI", "1e", "1e3Mi", "x", "1e3.5", "--1"}) {
        EXPECT_FALSE(Quantity::parse(text).ok()) << text;
    }
}

TEST(Quantity, converts_rounding_up) {
    EXPECT_EQ(Quantity::parse("1500m")->bytes(), 2);
    EXPECT_EQ(Quantity::parse("2Gi")->bytes(), 2147483648);
    EXPECT_EQ(Quantity::parse("1.5")->milli(), 1500);
    EXPECT_EQ(Quantity::parse("1u")->milli(), 1);
    EXPECT_EQ(Quantity::of_milli(2500).text(), "2500m");
    EXPECT_EQ(Quantity::of_bytes(1 << 30).text(), "1Gi");
}

TEST(Quantity, compares_by_value_and_adds) {
    EXPECT_EQ(*Quantity::parse("1Gi"), *Quantity::parse("1073741824"));
    EXPECT_LT(*Quantity::parse("1G"), *Quantity::parse("1Gi"));
    EXPECT_EQ((*Quantity::parse("1Gi") + *Quantity::parse("512Mi")).text(), "1536Mi");
    EXPECT_EQ((Quantity() + *Quantity::parse("2Gi")).text(), "2Gi");
    EXPECT_TRUE((*Quantity::parse("1") - *Quantity::parse("2")).is_negative());
}

RC_GTEST_PROP(Quantity, reads_back_its_own_text, (std::int64_t number)) {
    const auto suffix = *rc::gen::elementOf(std::vector<std::string>{
        "", "n", "u", "m", "k", "M", "G", "Ki", "Mi", "Gi", "Ti", "e3", "e-2", "E"});
    const Result<Quantity> quantity = Quantity::parse(std::to_string(number) + suffix);
    RC_ASSERT(quantity.ok());
    const Result<Quantity> again = Quantity::parse(quantity->text());
    RC_ASSERT(again.ok());
    RC_ASSERT(*again == *quantity);
    RC_ASSERT(again->text() == quantity->text());
}

RC_GTEST_PROP(Quantity, adds_and_orders_like_integers, (std::int32_t left, std::int32_t right)) {
    const Quantity sum = Quantity::of_milli(left) + Quantity::of_milli(right);
    RC_ASSERT(sum.milli() == std::int64_t{left} + right);
    RC_ASSERT((Quantity::of_milli(left) < Quantity::of_milli(right)) == (left < right));
}

}  // namespace
}  // namespace bestgres::kube
