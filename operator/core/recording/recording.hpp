// A recording of one OperatorCore: JSON lines, first what it was made from, then each event with
// the time it came and what the core answered. It replays bit for bit: the same events at the same
// times give the same answers, and where the code has changed, the first difference has a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "operator/core/operator_core.hpp"
#include "operator/core/recording/redaction.hpp"

namespace bestgres::core {

// What the core wants done, a line each: "patch ConfigMap shop/db-config #41a0...". The hash is
// over everything but passwords and the contents of Secrets.
std::vector<std::string> outputs_of(const Outbox& outbox);

// Writes lines; where they go is the caller's business.
class Recorder {
public:
    // `build` says which code made the recording.
    static std::string header(const CoreSettings& settings, std::string_view build);
    std::string line(const Event& event, Instant at, const Outbox& outbox);

private:
    Redaction redaction_;
    std::uint64_t events_ = 0;
};

struct RecordedEvent {
    std::uint64_t number = 0;
    Instant at;
    Event event;
    std::vector<std::string> outputs;
};

struct Recording {
    std::string build;
    CoreSettings settings;
    std::vector<RecordedEvent> events;
};

// A last line that was cut off is left out: the process that wrote it may have been killed. Other
// errors name the line.
Result<Recording> parse_recording(std::string_view text);
bool is_recording(std::string_view text);

struct Difference {
    RecordedEvent event;             // at which it shows
    std::vector<std::string> lost;   // recorded, and not given now
    std::vector<std::string> added;  // given now, and not recorded
};
// The first difference, if there is one.
std::optional<Difference> replay(const Recording& recording);

}  // namespace bestgres::core
