#include "operator/core/informer.hpp"

#include <algorithm>

namespace bestgres::core {
namespace {

constexpr Duration first_pause = std::chrono::milliseconds(500);
constexpr Duration longest_pause = std::chrono::seconds(30);
// A stream that lived this long ended in the ordinary way.
constexpr Duration ordinary_life = std::chrono::seconds(5);

}  // namespace

std::optional<Instant> Informer::wake_at() const {
    if (state_ == State::to_list || state_ == State::to_watch) {
        return due_;
    }
    return std::nullopt;
}

void Informer::back_off(Instant now) {
    failures_ = std::min(failures_ + 1, 16U);
    due_ = now + std::min(first_pause * (1 << std::min(failures_ - 1, 6U)), longest_pause);
}

std::optional<kube::Call> Informer::next_list(Instant now) {
    if (state_ != State::to_list || now < due_) {
        return std::nullopt;
    }
    state_ = State::listing;
    return kube::List{spec_.kind, spec_.ns, spec_.label_selector, ""};
}

kube::WatchSpec Informer::open(Instant now) {
    state_ = State::watching;
    opened_at_ = now;
    return {spec_.kind, spec_.ns, spec_.label_selector, "", version_};
}

std::optional<kube::WatchSpec> Informer::on_listed(
    const Result<kube::Outcome, kube::Error>& outcome, Instant now) {
    const auto* const listing = outcome.ok() ? std::get_if<kube::Listing>(&*outcome) : nullptr;
    if (listing == nullptr) {
        problem_ = outcome.ok() ? "list answered without a listing" : outcome.error().message;
        problem_is_own_ = outcome.ok() || outcome.error().code == kube::ErrorCode::forbidden ||
                          outcome.error().code == kube::ErrorCode::not_found;
        state_ = State::to_list;
        back_off(now);
        return std::nullopt;
    }
    listing_ = *listing;
    version_ = listing->resource_version;
    problem_.clear();
    failures_ = 0;
    synced_ = true;
    return open(now);
}

std::optional<kube::WatchSpec> Informer::next_watch(Instant now) {
    if (state_ != State::to_watch || now < due_) {
        return std::nullopt;
    }
    return open(now);
}

void Informer::on_watch_event(const kube::WatchEvent& event, Instant now) {
    if (state_ != State::watching) {
        return;
    }
    switch (event.type) {
        case kube::WatchEventType::added:
        case kube::WatchEventType::modified:
        case kube::WatchEventType::deleted:
        case kube::WatchEventType::bookmark:
            if (!event.object.resource_version().empty()) {
                version_ = event.object.resource_version();
            }
            problem_.clear();
            failures_ = 0;
            return;
        case kube::WatchEventType::gone:
            state_ = State::to_list;
            due_ = now;
            return;
        case kube::WatchEventType::closed:
            state_ = State::to_watch;
            problem_ = event.message;
            problem_is_own_ = false;
            if (now - opened_at_ >= ordinary_life) {
                due_ = now;
                problem_.clear();
            } else {
                back_off(now);
            }
            return;
    }
}

void Informer::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(state_));
    hasher.add(static_cast<std::uint64_t>(due_.ns));
    hasher.add(static_cast<std::uint64_t>(opened_at_.ns));
    hasher.add(static_cast<std::uint64_t>(failures_) * 2 + static_cast<std::uint64_t>(synced_));
    hasher.add(version_);
}

}  // namespace bestgres::core
