#include "operator/core/informer.hpp"

#include <algorithm>

namespace bestgres::core {
namespace {

constexpr Duration first_wait = std::chrono::milliseconds(500);
constexpr Duration longest_wait = std::chrono::seconds(30);
// A stream that lived this long ended in the ordinary way.
constexpr Duration ordinary_life = std::chrono::seconds(5);
// Longer than the longest pause, so that a cache that lives on lists is acted on.
constexpr Duration good_for = std::chrono::seconds(45);

}  // namespace

bool Informer::current(Instant now) const {
    const bool streams = state_ == State::watching && now - opened_at_ >= ordinary_life;
    return synced_ && (streams || now - heard_at_ <= good_for);
}

std::optional<Instant> Informer::wake_at() const {
    if (state_ == State::to_list || state_ == State::to_watch) {
        return due_;
    }
    return state_ == State::watching ? proves_at_ : std::nullopt;
}

Instant Informer::pause_after(std::uint32_t failures, Instant now) const {
    return now + std::min(first_wait * (1 << std::min(failures - 1, 6U)), longest_wait);
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
    proves_at_.reset();
    if (short_streams_ > 0) {
        proves_at_ = now + ordinary_life;
    }
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
        failed_lists_ = std::min(failed_lists_ + 1, 16U);
        due_ = pause_after(failed_lists_, now);
        return std::nullopt;
    }
    listing_ = *listing;
    version_ = listing->resource_version;
    failed_lists_ = 0;
    if (short_streams_ == 0) {
        problem_.clear();
    }
    synced_ = true;
    heard_at_ = now;
    return open(now);
}

std::optional<kube::WatchSpec> Informer::next_watch(Instant now) {
    if (state_ == State::watching && proves_at_ && now >= *proves_at_) {
        prove(now);
    }
    if (state_ != State::to_watch || now < due_) {
        return std::nullopt;
    }
    return open(now);
}

// The stream lives.
void Informer::prove(Instant now) {
    heard_at_ = now;
    short_streams_ = 0;
    proves_at_.reset();
    problem_.clear();
}

void Informer::on_end(const kube::WatchEvent& event, Instant now) {
    if (now - opened_at_ >= ordinary_life) {
        prove(now);
        due_ = now;
        return;
    }
    short_streams_ = std::min(short_streams_ + 1, 16U);
    due_ = pause_after(short_streams_, now);
    if (event.type == kube::WatchEventType::gone) {
        due_ = short_streams_ > 1 ? due_ : now;
        return;
    }
    problem_ = event.message;
    problem_is_own_ = false;
    if (short_streams_ > 1) {
        // Whatever keeps streams from living, what they would have told may be listed.
        problem_is_own_ = failed_lists_ == 0 && short_streams_ > 2;
        state_ = State::to_list;
    }
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
            prove(now);
            return;
        case kube::WatchEventType::gone:
            state_ = State::to_list;
            on_end(event, now);
            return;
        case kube::WatchEventType::closed:
            state_ = State::to_watch;
            on_end(event, now);
            return;
    }
}

void Informer::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(state_));
    hasher.add(static_cast<std::uint64_t>(due_.ns));
    hasher.add(static_cast<std::uint64_t>(opened_at_.ns));
    hasher.add(static_cast<std::uint64_t>(heard_at_.ns));
    hasher.add(proves_at_ ? static_cast<std::uint64_t>(proves_at_->ns) : 0);
    hasher.add(std::uint64_t{failed_lists_} << 32U | short_streams_);
    hasher.add(static_cast<std::uint64_t>(synced_));
    hasher.add(version_);
}

}  // namespace bestgres::core
