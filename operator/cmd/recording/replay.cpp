#include "operator/cmd/recording/replay.hpp"

#include <fmt/format.h>

#include "operator/core/recording/event_json.hpp"
#include "operator/core/recording/recording.hpp"

namespace bestgres::cmd {
namespace {

constexpr int differs = 1;
constexpr int unreadable = 2;

// "watch modified Pod shop/db-1": what the core was told, in one line.
std::string summary(const core::Event& event) {
    const Json json = core::to_json(event);
    const std::string sort = json.begin().key();
    const Json& object = object_at(json, {sort, "object"});
    std::string text = sort;
    for (const std::string& word : {string_at(json, {sort, "type"}), string_at(object, {"kind"})}) {
        text += word.empty() ? "" : " " + word;
    }
    if (!object.empty()) {
        text += " " + string_at(object, {"metadata", "namespace"}) + "/" +
                string_at(object, {"metadata", "name"});
    }
    if (const std::string error = string_at(json, {sort, "error", "message"}); !error.empty()) {
        text += ": " + error;
    }
    return text;
}

void print_difference(const core::Difference& difference) {
    fmt::print("event {} at {}: {}\n", difference.event.number, format_micros(difference.event.at),
               summary(difference.event.event));
    for (const std::string& line : difference.lost) {
        fmt::print("  recorded  {}\n", line);
    }
    for (const std::string& line : difference.added) {
        fmt::print("  now       {}\n", line);
    }
}

}  // namespace

int replay_recording(const std::string& name, std::string_view text) {
    const Result<core::Recording> recording = core::parse_recording(text);
    if (!recording) {
        fmt::print(stderr, "bestgres replay: {}: {}\n", name, recording.error().message);
        return unreadable;
    }
    fmt::print("{}: {} events of {}, recorded by {}\n", name, recording->events.size(),
               recording->settings.leader.identity, recording->build);
    if (const auto difference = core::replay(*recording)) {
        print_difference(*difference);
        fmt::print("This program behaves otherwise than the recorded one from here on.\n");
        return differs;
    }
    fmt::print("Every event has the recorded answer.\n");
    return 0;
}

}  // namespace bestgres::cmd
