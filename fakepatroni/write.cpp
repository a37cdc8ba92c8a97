#include "fakepatroni/write.hpp"

#include <algorithm>

#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

bool says_what_was_sent(const kube::Object& object, const Json& annotations) {
    for (const auto& [key, value] : annotations.items()) {
        const std::string_view found = object.annotation(key);
        if (value.is_null() ? !found.empty() : found != value.get_ref<const std::string&>()) {
            return false;
        }
    }
    return true;
}

// A lock's precondition, moved on to the version that was read.
void set_version(kube::Call& call, std::string_view version) {
    if (auto* patch = std::get_if<kube::Patch>(&call)) {
        patch->body["metadata"]["resourceVersion"] = std::string(version);
    }
}

}  // namespace

std::string_view to_string(WriteOutcome outcome) {
    switch (outcome) {
        case WriteOutcome::ok:
            return "ok";
        case WriteOutcome::refused:
            return "refused";
        case WriteOutcome::unreachable:
            return "unreachable";
    }
    return "ok";
}

Write::Write(WriteRequest request, Duration retry_timeout, Instant now)
    : request_(std::move(request)), due_(now), deadline_(now + retry_timeout) {}

void Write::belongs_to(const MemberSettings& settings) {
    member_ = settings.name;
    version_ = settings.version;
    reading_ = get_leader_map(settings);
}

const kube::Call* Write::to_send() const {
    if (!wants_to_send_ || outcome_) {
        return nullptr;
    }
    return stage_ == Stage::rereading ? &reading_ : &request_.call;
}

// Half of what is left, unless that would be less than a second: the client has two tries in mind.
Duration Write::time_for_a_try(Instant now) const {
    const Duration left = deadline_ - now;
    return left / 2 >= Duration(seconds(1)) ? left / 2 : std::max(left, Duration(milliseconds(1)));
}

void Write::sent(kube::CallId id, Instant now) {
    id_ = id;
    wants_to_send_ = false;
    due_ = now + time_for_a_try(now);
}

void Write::retry(Instant now, Duration pause) {
    if (request_.kind == WriteKind::plain) {
        finish(WriteOutcome::refused);
        return;
    }
    if (now + pause >= deadline_) {
        finish(WriteOutcome::unreachable);
        return;
    }
    after_pause_ = stage_;
    stage_ = Stage::pausing;
    due_ = now + pause;
    delay_ = std::min<Duration>(2 * delay_, seconds(1));
}

void Write::overdue(Instant now, Duration jitter) {
    if (stage_ == Stage::pausing) {
        stage_ = after_pause_;
        wants_to_send_ = true;
        return;
    }
    id_ = 0;  // an answer that still comes belongs to nothing
    retry(now, delay_ + jitter);
}

void Write::conflict(Instant now) {
    const Traits& traits = traits_of(version_);
    if (request_.kind == WriteKind::acquire) {
        distrusts_watches_ = true;
        if (!traits.rereads_on_conflict || request_.version.empty()) {
            finish(WriteOutcome::refused);
            return;
        }
    }
    const bool again = stage_ == Stage::repeating;
    if (request_.kind == WriteKind::plain || again || deadline_ - now < Duration(seconds(1))) {
        finish(WriteOutcome::refused);
        return;
    }
    stage_ = Stage::rereading;
    wants_to_send_ = true;
}

// The object as it is now, after a conflict.
void Write::reread(const kube::Object& object, Instant now) {
    const Traits& traits = traits_of(version_);
    const bool mine = object.annotation("leader") == member_;
    const bool moved = object.resource_version() != request_.version;
    if (!mine || !moved) {
        finish(WriteOutcome::refused);
        return;
    }
    if (traits.accepts_own_lost_update && says_what_was_sent(object, request_.annotations)) {
        finish(WriteOutcome::ok);
        return;
    }
    if (request_.kind == WriteKind::acquire || deadline_ - now < Duration(milliseconds(500))) {
        finish(WriteOutcome::refused);
        return;
    }
    request_.version = object.resource_version();
    set_version(request_.call, request_.version);
    stage_ = Stage::repeating;
    wants_to_send_ = true;
}

void Write::answered(const Result<kube::Outcome, kube::Error>& outcome, Instant now,
                     Duration jitter) {
    if (outcome.ok()) {
        if (stage_ == Stage::rereading) {
            reread(std::get<kube::Object>(*outcome), now);
        } else {
            finish(WriteOutcome::ok);
        }
        return;
    }
    const kube::Error& error = outcome.error();
    if (error.retry_after) {
        retry(now, *error.retry_after);
        return;
    }
    switch (error.code) {
        case kube::ErrorCode::conflict:
        case kube::ErrorCode::already_exists:
            conflict(now);
            return;
        case kube::ErrorCode::forbidden:
            if (request_.kind == WriteKind::renew && traits_of(version_).retries_forbidden) {
                retry(now, delay_ + jitter);
            } else {
                finish(WriteOutcome::refused);
            }
            return;
        case kube::ErrorCode::throttled:
        case kube::ErrorCode::unavailable:
        case kube::ErrorCode::timeout:
            retry(now, delay_ + jitter);
            return;
        case kube::ErrorCode::not_found:
        case kube::ErrorCode::gone:
        case kube::ErrorCode::invalid:
        case kube::ErrorCode::unauthorized:
            finish(WriteOutcome::refused);
            return;
    }
}

}  // namespace bestgres::fakepatroni
