#include "operator/core/recording/event_json.hpp"

#include <gtest/gtest.h>

namespace bestgres::core {
namespace {

const kube::Object pod(Json{
    {"apiVersion", "v1"}, {"kind", "Pod"}, {"metadata", {{"name", "db-0"}}}});

std::vector<Event> one_of_each() {
    const kube::Error refusal{.code = kube::ErrorCode::throttled,
                              .applied = kube::Applied::unknown,
                              .message = "later",
                              .retry_after = std::chrono::seconds(3),
                              .fields = {"spec.instances"}};
    postgres::Rows rows;
    rows.of_statement = {{}, {{"1", std::nullopt}, {"2", "t"}}};
    return {Tick{},
            Entropy{std::string("\0\xff text", 7)},
            Shutdown{},
            kube::Answer{1, kube::Outcome(pod)},
            kube::Answer{2, kube::Outcome(kube::Listing{{pod, pod}, "77"})},
            kube::Answer{3, kube::Outcome(Done{})},
            kube::Answer{4, refusal},
            kube::WatchEvent{5, kube::WatchEventType::deleted, pod, ""},
            kube::WatchEvent{6, kube::WatchEventType::closed, kube::Object(), "reset"},
            patroni::Answer{7, patroni::Reply{503, "no leader"}},
            patroni::Answer{8, patroni::Failure{.sent = true, .message = "no answer"}},
            postgres::Answer{9, rows},
            postgres::Answer{10, postgres::Failure{2, "42710", "role exists", true}}};
}

TEST(EventJson, brings_back_every_event_as_it_was) {
    for (const Event& event : one_of_each()) {
        const Json json = to_json(event);
        const Result<Event> back = parse_event(*parse_json(dump(json)));
        ASSERT_TRUE(back.ok()) << dump(json) << ": " << back.error().message;
        EXPECT_EQ(*back, event) << dump(json);
    }
}

TEST(EventJson, names_the_word_that_it_does_not_know) {
    const Result<Event> event = parse_event({{"watch", {{"id", 1}, {"type", "exploded"}}}});
    ASSERT_FALSE(event.ok());
    EXPECT_EQ(event.error().message, "unknown word: exploded");
    EXPECT_FALSE(parse_event(Json::object()).ok());
}

}  // namespace
}  // namespace bestgres::core
