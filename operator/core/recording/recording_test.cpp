#include "operator/core/recording/recording.hpp"

#include <gtest/gtest.h>

#include "lib/base/encoding.hpp"
#include "operator/core/testing.hpp"

namespace bestgres::core {
namespace {

using std::chrono::seconds;
using testing::Rig;

// What the rig's operators are made from; a recording says it in its first line.
const CoreSettings settings = testing::rig_settings(0);

// A cluster is made and grows; nothing that its Secret holds may be in the recording.
std::string record() {
    Rig rig;
    Recorder recorder;
    std::string text = Recorder::header(settings, "test") + "\n";
    rig.listener = [&](const Event& event, Instant at, const Outbox& outbox) {
        text += recorder.line(event, at, outbox) + "\n";
    };
    rig.create_cluster("db", "instances: 1\n");
    rig.run_for(seconds(5));
    rig.server.edit({kube::kinds::bg_cluster, "shop", "db"}, [](Json& json) {
        json["spec"]["instances"] = 3;
        json["metadata"]["generation"] = 2;
    });
    rig.run_for(seconds(30));
    for (const auto& [ref, object] : rig.server.objects()) {
        if (ref.kind == kube::kinds::secret) {
            for (const auto& [key, value] : object.json()["data"].items()) {
                const std::string plain = *decode_base64(value.get<std::string>());
                EXPECT_EQ(text.find(plain), std::string::npos) << key << " is in the recording";
                EXPECT_EQ(text.find(value.get<std::string>()), std::string::npos) << key;
            }
        }
    }
    return text;
}

TEST(Recording, replays_bit_for_bit_without_any_secret) {
    const std::string text = record();
    ASSERT_TRUE(is_recording(text));
    const Result<Recording> recording = parse_recording(text);
    ASSERT_TRUE(recording.ok()) << recording.error().message;
    EXPECT_EQ(recording->build, "test");
    EXPECT_GT(recording->events.size(), 30U);
    const auto difference = replay(*recording);
    EXPECT_FALSE(difference) << difference->event.number << " "
                             << (difference->lost.empty() ? "" : difference->lost.front());
}

TEST(Recording, names_the_first_event_at_which_the_code_behaves_otherwise) {
    Recording recording = *parse_recording(record());
    recording.settings.leader.renew_every = seconds(4);
    const auto difference = replay(recording);
    ASSERT_TRUE(difference);
    EXPECT_FALSE(difference->lost.empty());
    EXPECT_FALSE(difference->added.empty());
    recording.events.resize(difference->event.number - 1);
    EXPECT_FALSE(replay(recording)) << "there was an earlier difference";
}

TEST(Recording, reads_what_a_killed_process_left) {
    const std::string text = record();
    const Result<Recording> whole = parse_recording(text);
    const Result<Recording> cut = parse_recording(text.substr(0, text.size() - 10));
    ASSERT_TRUE(whole.ok() && cut.ok());
    EXPECT_EQ(cut->events.size() + 1, whole->events.size());
}

TEST(Recording, says_which_line_is_broken) {
    EXPECT_EQ(parse_recording("{}\n").error().message,
              "line 1: not a recording of a bestgres-operator");
    const std::string header = Recorder::header(settings, "test") + "\n";
    const auto broken = parse_recording(header + "{\"n\":1,\"event\":{\"watch\":{}}}\n");
    EXPECT_EQ(broken.error().message, "line 2: unknown word: ");
}

TEST(Redaction, keeps_of_pods_of_others_what_they_mount) {
    const Json pod = {
        {"apiVersion", "v1"},
        {"kind", "Pod"},
        {"metadata", {{"name", "rescue"}, {"namespace", "shop"}, {"labels", {{"app", "x"}}}}},
        {"spec",
         {{"containers", Json::array({{{"env", Json::array({{{"value", "hush"}}})}}})},
          {"volumes", Json::array({{{"persistentVolumeClaim", {{"claimName", "pgdata-db-2"}}}},
                                   {{"emptyDir", Json::object()}}})}}},
        {"status", {{"phase", "Running"}, {"podIP", "10.0.0.9"}}}};
    Redaction redaction;
    const Event event = redaction.redacted(kube::Answer{
        .id = 1,
        .outcome =
            kube::Outcome(kube::Listing{.items = {kube::Object(pod)}, .resource_version = "7"})});
    const auto& outcome = *std::get<kube::Answer>(event).outcome;
    const Json kept = std::get<kube::Listing>(outcome).items.at(0).json();
    EXPECT_EQ(dump(kept).find("hush"), std::string::npos) << dump(kept);
    EXPECT_EQ(string_at(kept["spec"]["volumes"][0], {"persistentVolumeClaim", "claimName"}),
              "pgdata-db-2");
    EXPECT_EQ(string_at(kept, {"status", "phase"}), "Running");
}

TEST(Redaction, gives_equal_values_equal_names_and_others_others) {
    Redaction redaction;
    const auto secret = [](const std::string& one, const std::string& two) {
        return kube::WatchEvent{1, kube::WatchEventType::added,
                                kube::Object(Json{{"kind", "Secret"},
                                                  {"stringData", {{"z", one}}},
                                                  {"data", {{"a", one}, {"b", two}}}}),
                                ""};
    };
    const auto data = [&](const Event& event) {
        return std::get<kube::WatchEvent>(redaction.redacted(event)).object.json();
    };
    const Json first = data(secret("b25l", "dHdv"));
    EXPECT_NE(first["data"]["a"], first["data"]["b"]);
    EXPECT_EQ(data(secret("dHdv", "b25l"))["data"]["a"], first["data"]["b"]);
    EXPECT_EQ(dump(first).find("b25l"), std::string::npos);
}

}  // namespace
}  // namespace bestgres::core
