#include "operator/cmd/recording/replay.hpp"

#include <gtest/gtest.h>

#include "operator/core/recording/recording.hpp"

namespace bestgres::cmd {
namespace {

std::string recorded(core::CoreSettings settings, const std::string& claimed_identity) {
    core::OperatorCore core(settings);
    core::Recorder recorder;
    settings.leader.identity = claimed_identity;
    std::string text = core::Recorder::header(settings, "bestgres test") + "\n";
    Instant now{1'795'190'400'000'000'000};
    for (int second = 0; second < 5; ++second) {
        const core::Outbox outbox = core.on(core::Tick{}, now);
        text += recorder.line(core::Tick{}, now, outbox) + "\n";
        for (const core::KubeCall& call : outbox.kube_calls) {
            const kube::Error absent{.code = kube::ErrorCode::not_found,
                                     .applied = kube::Applied::no,
                                     .message = "absent",
                                     .retry_after = std::nullopt,
                                     .fields = {}};
            const kube::Answer answer{call.id, absent};
            text += recorder.line(answer, now, core.on(answer, now)) + "\n";
        }
        now = now + std::chrono::seconds(1);
    }
    return text;
}

core::CoreSettings settings() {
    core::CoreSettings made;
    made.watch_namespace = "shop";
    made.leader.ns = "shop";
    made.leader.identity = "operator-0";
    return made;
}

struct Told {
    int status = 0;
    std::string text;
};

Told replay(const std::string& text) {
    ::testing::internal::CaptureStdout();
    Told told;
    told.status = replay_recording("current.jsonl", text);
    told.text = ::testing::internal::GetCapturedStdout();
    return told;
}

TEST(ReplayRecording, says_that_the_same_code_answers_the_same) {
    const Told told = replay(recorded(settings(), "operator-0"));
    EXPECT_EQ(told.status, 0) << told.text;
    EXPECT_NE(told.text.find("Every event has the recorded answer."), std::string::npos);
    EXPECT_NE(told.text.find("of operator-0, recorded by bestgres test"), std::string::npos);
}

TEST(ReplayRecording, names_the_first_event_that_has_another_answer) {
    const Told told = replay(recorded(settings(), "somebody-else"));
    EXPECT_EQ(told.status, 1) << told.text;
    EXPECT_NE(told.text.find("kube: absent"), std::string::npos) << told.text;
    EXPECT_NE(told.text.find("  recorded  create Lease shop/bestgres-operator"), std::string::npos)
        << told.text;
    EXPECT_NE(told.text.find("  now       create Lease shop/bestgres-operator"), std::string::npos)
        << told.text;
}

TEST(ReplayRecording, refuses_what_is_no_recording) {
    EXPECT_EQ(replay("{\"some\": \"json\"}\n").status, 2);
}

}  // namespace
}  // namespace bestgres::cmd
