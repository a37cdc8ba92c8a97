// The core together with its recording. A recording begins with a core that knows nothing, so that
// it replays alone: when the file is full, a new core takes over and reads the cluster anew, as
// after a restart, which must be harmless at any time.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "operator/adapters/flight_recorder.hpp"
#include "operator/core/operator_core.hpp"
#include "operator/core/recording/recording.hpp"

namespace bestgres::cmd {

class RecordedCore {
public:
    explicit RecordedCore(core::CoreSettings settings);

    // From now on; before the first event. The error names the file.
    Result<Done> record(adapters::FlightRecorder recorder);

    core::Outbox on(const core::Event& event, Instant now);

    // The recording is full, and either no answer is awaited or it cannot wait longer.
    bool should_be_succeeded() const;
    // Answers to the former core are strangers to the new one; these watches of it are still open.
    std::vector<kube::WatchId> succeed();

    const core::OperatorCore& core() const { return *core_; }
    // Why nothing is recorded any more; empty otherwise. Each problem is told once.
    std::string take_problem();

private:
    Result<Done> begin();

    core::CoreSettings settings_;
    std::unique_ptr<core::OperatorCore> core_;
    std::optional<adapters::FlightRecorder> recorder_;
    core::Recorder lines_;
    std::string told_;
};

}  // namespace bestgres::cmd
