#include "operator/cmd/operator/recorded_core.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <sstream>

namespace bestgres::cmd {
namespace {

namespace fs = std::filesystem;

const Instant start{1'795'190'400'000'000'000};

core::CoreSettings settings() {
    core::CoreSettings made;
    made.watch_namespace = "shop";
    made.leader.ns = "shop";
    made.leader.identity = "operator-0";
    return made;
}

class RecordedCoreTest : public ::testing::Test {
protected:
    void TearDown() override { fs::remove_all(directory_); }

    // Refuses whatever the core asks for, second after second, until its file is full.
    void fill(RecordedCore& core) {
        core::Outbox outbox = core.on(core::Tick{}, now_);
        while (!core.should_be_succeeded()) {
            core::Outbox next;
            for (const core::KubeCall& call : outbox.kube_calls) {
                ids_.insert(call.id);
                const kube::Error refusal{.code = kube::ErrorCode::unavailable,
                                          .applied = kube::Applied::no,
                                          .message = std::string(2000, 'x'),
                                          .retry_after = std::nullopt,
                                          .fields = {}};
                const core::Outbox more = core.on(kube::Answer{call.id, refusal}, now_);
                next.kube_calls.insert(next.kube_calls.end(), more.kube_calls.begin(),
                                       more.kube_calls.end());
            }
            now_ = now_ + std::chrono::seconds(1);
            const core::Outbox ticked = core.on(core::Tick{}, now_);
            next.kube_calls.insert(next.kube_calls.end(), ticked.kube_calls.begin(),
                                   ticked.kube_calls.end());
            outbox = std::move(next);
        }
    }

    Result<core::Recording> recording(const std::string& name) {
        std::ifstream file(directory_ + "/" + name);
        std::stringstream text;
        text << file.rdbuf();
        return core::parse_recording(text.str());
    }

    const std::string directory_ =
        fs::temp_directory_path() / ("bestgres-recorded-" + std::to_string(getpid()));
    Instant now_ = start;
    std::set<std::uint64_t> ids_;
};

TEST_F(RecordedCoreTest, changes_the_core_when_the_file_is_full_and_both_recordings_replay) {
    RecordedCore core(settings());
    ASSERT_TRUE(core.record(adapters::FlightRecorder(directory_, 1 << 20)).ok());
    fill(core);
    (void)core.succeed();
    EXPECT_FALSE(core.should_be_succeeded());
    const core::Outbox first = core.on(core::Tick{}, now_);
    ASSERT_FALSE(first.kube_calls.empty());
    for (const core::KubeCall& call : first.kube_calls) {
        EXPECT_FALSE(ids_.contains(call.id)) << "an old answer could be taken for a new one";
    }
    for (const char* const name : {"previous.jsonl", "current.jsonl"}) {
        const Result<core::Recording> read = recording(name);
        ASSERT_TRUE(read.ok()) << name << ": " << read.error().message;
        EXPECT_FALSE(read->events.empty()) << name;
        EXPECT_FALSE(core::replay(*read)) << name;
    }
}

TEST_F(RecordedCoreTest, tells_once_that_it_cannot_record_and_goes_on) {
    RecordedCore core(settings());
    ASSERT_TRUE(core.record(adapters::FlightRecorder(directory_, 1 << 20)).ok());
    fs::remove_all(directory_);
    std::ofstream(directory_) << "in the way";
    fill(core);
    (void)core.succeed();
    EXPECT_NE(core.take_problem(), "");
    EXPECT_EQ(core.take_problem(), "");
    EXPECT_FALSE(core.on(core::Tick{}, now_).kube_calls.empty());
}

TEST_F(RecordedCoreTest, records_nothing_unless_it_is_told_to) {
    RecordedCore core(settings());
    (void)core.on(core::Tick{}, now_);
    EXPECT_FALSE(core.should_be_succeeded());
    EXPECT_FALSE(fs::exists(directory_));
}

}  // namespace
}  // namespace bestgres::cmd
