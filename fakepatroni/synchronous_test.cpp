#include "fakepatroni/synchronous.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

using Method = SynchronousNames::Method;
using patroni::Lsn;

SynchronousNames names_of(std::string_view text) {
    const Result<SynchronousNames> names = parse_synchronous_names(text);
    EXPECT_TRUE(names.ok()) << text;
    return names.value_or({});
}

TEST(SynchronousNames, are_read_in_every_form_that_patroni_writes) {
    EXPECT_EQ(names_of(""), SynchronousNames{});
    EXPECT_EQ(names_of("\"n1\""), (SynchronousNames{Method::first, 1, {"n1"}}));
    EXPECT_EQ(names_of("2 (n1,n2)"), (SynchronousNames{Method::first, 2, {"n1", "n2"}}));
    EXPECT_EQ(names_of("2 (\"db-0\", \"db-1\")"),
              (SynchronousNames{Method::first, 2, {"db-0", "db-1"}}));
    EXPECT_EQ(names_of("ANY 1 (a,b)"), (SynchronousNames{Method::any, 1, {"a", "b"}}));
    EXPECT_EQ(names_of("any 2(a, b ,c)"), (SynchronousNames{Method::any, 2, {"a", "b", "c"}}));
    EXPECT_EQ(names_of("*"), (SynchronousNames{Method::first, 1, {"*"}}));
    EXPECT_EQ(names_of("a, b"), (SynchronousNames{Method::first, 1, {"a", "b"}}));
    EXPECT_EQ(names_of("\"o\"\"dd\""), (SynchronousNames{Method::first, 1, {"o\"dd"}}));
}

TEST(SynchronousNames, are_refused_where_postgres_refuses_them) {
    for (const char* const text : {"2 (a", "ANY (a)", "0 (a)", "a b", "2 (a,)", "ANY 1", "(a)"}) {
        EXPECT_FALSE(parse_synchronous_names(text).ok()) << text;
    }
}

TEST(SynchronousNames, prefer_the_order_of_the_list_and_then_who_connected_first) {
    const std::vector<StandbyPosition> standbys{
        {"c", 1, Lsn{30}}, {"a", 2, Lsn{10}}, {"B", 3, Lsn{20}}};
    EXPECT_EQ(sync_states(names_of("2 (a,b,c)"), standbys),
              (std::vector{StandbySync::potential, StandbySync::sync, StandbySync::sync}));
    EXPECT_EQ(synchronous_position(names_of("2 (a,b,c)"), standbys), Lsn{10});
    EXPECT_EQ(synchronous_position(names_of("*"), standbys), Lsn{30});
    EXPECT_EQ(sync_states(names_of("ANY 1 (a,b)"), standbys),
              (std::vector{StandbySync::async, StandbySync::quorum, StandbySync::quorum}));
}

TEST(SynchronousNames, make_everybody_wait_while_too_few_standbys_stream) {
    const std::vector<StandbyPosition> standbys{{"a", 1, Lsn{10}}};
    EXPECT_EQ(synchronous_position(names_of("2 (a,b)"), standbys), std::nullopt);
    EXPECT_EQ(synchronous_position(names_of("ANY 1 (b,c)"), standbys), std::nullopt);
    EXPECT_EQ(synchronous_position(names_of("*"), {}), std::nullopt);
}

RC_GTEST_PROP(SynchronousNames, of_any_release_what_so_many_have_and_never_more,
              (std::vector<std::uint8_t> positions, std::uint8_t wanted)) {
    SynchronousNames names{Method::any, 1U + wanted % 4U, {"*"}};
    std::vector<StandbyPosition> standbys;
    for (const std::uint8_t position : positions) {
        standbys.push_back({"s", standbys.size(), Lsn{position}});
    }
    const std::optional<Lsn> reached = synchronous_position(names, standbys);
    RC_ASSERT(reached.has_value() == (positions.size() >= names.number));
    if (reached) {
        const auto have = [&](std::uint64_t lsn) {
            return static_cast<std::size_t>(
                std::ranges::count_if(positions, [&](auto position) { return position >= lsn; }));
        };
        RC_ASSERT(have(reached->bytes) >= names.number);
        RC_ASSERT(have(reached->bytes + 1) < names.number);
    }
}

}  // namespace
}  // namespace bestgres::fakepatroni
