#include "fakepatroni/member.hpp"

#include <gtest/gtest.h>

namespace bestgres::fakepatroni {
namespace {

constexpr Instant start{1'000'000'000'000};

Member new_member() {
    MemberSettings settings;
    settings.ns = "shop";
    settings.scope = "db";
    settings.pod = "db-0";
    settings.system_identifier = "77";
    settings.bootstrap_config = {{"ttl", 20}};
    return Member(settings, Disk{});
}

kube::Answer empty_list(kube::CallId id) {
    return {.id = id, .outcome = kube::Outcome(kube::Listing{})};
}

kube::Answer stored(kube::CallId id, const std::string& name, const Json& annotations) {
    return {.id = id,
            .outcome = kube::Outcome(kube::Object(
                Json{{"kind", "ConfigMap"},
                     {"metadata",
                      {{"name", name}, {"resourceVersion", "5"}, {"annotations", annotations}}}}))};
}

TEST(Member, takes_the_initialize_key_before_initdb) {
    Member member = new_member();
    const MemberOutbox lists = member.on(Wake{}, start);
    ASSERT_EQ(lists.calls.size(), 2U);
    EXPECT_TRUE(lists.wake_at.has_value());
    member.on(empty_list(lists.calls[0].first), start);
    const MemberOutbox writes = member.on(empty_list(lists.calls[1].first), start);
    ASSERT_EQ(writes.calls.size(), 1U);
    EXPECT_EQ(kube::describe(writes.calls[0].second), "create ConfigMap shop/db-config");
    EXPECT_FALSE(member.disk().initialized);
}

TEST(Member, begins_initdb_only_when_the_key_is_its_own) {
    Member winner = new_member();
    Member loser = new_member();
    kube::Error taken;
    taken.code = kube::ErrorCode::already_exists;
    for (Member* member : {&winner, &loser}) {
        const MemberOutbox lists = member->on(Wake{}, start);
        member->on(empty_list(lists.calls[0].first), start);
        const MemberOutbox writes = member->on(empty_list(lists.calls[1].first), start);
        const kube::CallId id = writes.calls.at(0).first;
        if (member == &winner) {
            member->on(stored(id, "db-config", {{"initialize", ""}}), start);
        } else {
            member->on(kube::Answer{.id = id, .outcome = taken}, start);
        }
    }
    const Instant later = start + std::chrono::seconds(5);
    for (Member* member : {&winner, &loser}) {
        const MemberOutbox lists = member->on(Wake{}, later);
        const kube::Answer config = stored(lists.calls[0].first, "db-config", {{"initialize", ""}});
        member->on(kube::Answer{.id = lists.calls[0].first,
                                .outcome = kube::Outcome(kube::Listing{
                                    .items = {std::get<kube::Object>(*config.outcome)},
                                    .resource_version = ""})},
                   later);
        member->on(empty_list(lists.calls[1].first), later);
    }
    EXPECT_TRUE(winner.disk().initialized);
    EXPECT_FALSE(loser.disk().initialized);
    EXPECT_EQ(loser.last_sentence(), "waiting for the leader to bootstrap");
}

TEST(Member, answers_its_status_over_rest) {
    Member member = new_member();
    const MemberOutbox out = member.on(RestRequest{.id = 9, .verb = patroni::Verb::status}, start);
    ASSERT_EQ(out.replies.size(), 1U);
    EXPECT_EQ(out.replies[0].first, 9U);
    EXPECT_EQ((*parse_json(out.replies[0].second.body))["role"], "uninitialized");
}

TEST(Member, is_silent_after_its_end) {
    Member member = new_member();
    member.on(Terminate{}, start);
    EXPECT_TRUE(member.on(Wake{}, start).calls.empty());
    EXPECT_FALSE(member.is_ready());
}

}  // namespace
}  // namespace bestgres::fakepatroni
