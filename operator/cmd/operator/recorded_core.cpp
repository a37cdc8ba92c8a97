#include "operator/cmd/operator/recorded_core.hpp"

namespace bestgres::cmd {

RecordedCore::RecordedCore(core::CoreSettings settings)
    : settings_(std::move(settings)), core_(std::make_unique<core::OperatorCore>(settings_)) {}

Result<Done> RecordedCore::record(adapters::FlightRecorder recorder) {
    recorder_.emplace(std::move(recorder));
    return begin();
}

Result<Done> RecordedCore::begin() {
    lines_ = core::Recorder();
    return recorder_->begin(core::Recorder::header(settings_, "bestgres " BESTGRES_VERSION));
}

core::Outbox RecordedCore::on(const core::Event& event, Instant now) {
    core::Outbox outbox = core_->on(event, now);
    if (recorder_) {
        recorder_->write(lines_.line(event, now, outbox));
    }
    return outbox;
}

bool RecordedCore::should_be_succeeded() const {
    return recorder_ && recorder_->is_full() && (core_->idle() || recorder_->is_overdue());
}

std::vector<kube::WatchId> RecordedCore::succeed() {
    std::vector<kube::WatchId> open = core_->open_watches();
    settings_.first_id = core_->next_id();
    core_ = std::make_unique<core::OperatorCore>(settings_);
    (void)begin();  // a failure is the recorder's problem, and the operator goes on without it
    return open;
}

std::string RecordedCore::take_problem() {
    if (!recorder_ || recorder_->problem() == told_) {
        return "";
    }
    told_ = recorder_->problem();
    return told_;
}

}  // namespace bestgres::cmd
