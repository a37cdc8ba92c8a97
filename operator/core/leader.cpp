#include "operator/core/leader.hpp"

#include <algorithm>

#include "lib/kube/kind.hpp"

namespace bestgres::core {
namespace {

std::int64_t seconds(Duration span) {
    return std::chrono::duration_cast<std::chrono::seconds>(span).count();
}

}  // namespace

bool Leader::may_act(Instant now) const {
    return !shutting_down_ && !doubted_ && held_until_ && now < *held_until_ - settings_.margin;
}

std::optional<Instant> Leader::wake_at() const {
    if (state_ != State::waiting) {
        return std::nullopt;
    }
    return due_;
}

bool Leader::may_take(Instant now) const {
    if (lease_.name().empty() || holder_.empty() || holder_ == settings_.identity) {
        return true;
    }
    const std::int64_t duration =
        find_int(lease_.json(), {"spec", "leaseDurationSeconds"}).value_or(0);
    return now - observed_at_ >= std::chrono::seconds(duration);
}

std::optional<kube::Call> Leader::next_call(Instant now) {
    if (state_ != State::waiting || (now < due_ && !shutting_down_)) {
        return std::nullopt;
    }
    if (shutting_down_) {
        if (!held_until_ || lease_.name().empty() || !known_) {
            state_ = State::released;
            return std::nullopt;
        }
        return write(now, true);
    }
    if (!known_) {
        state_ = State::looking;
        return kube::Get{{kube::kinds::lease, settings_.ns, settings_.name}};
    }
    if (may_take(now)) {
        return write(now, false);
    }
    known_ = false;
    return next_call(now);
}

std::optional<kube::Call> Leader::write(Instant now, bool release) {
    state_ = State::writing;
    releasing_ = release;
    if (release) {
        held_until_ = std::nullopt;  // whoever reads what is sent now may take it
    }
    sent_at_ = now;
    Json json = lease_.json();
    const bool exists = !lease_.name().empty();
    if (!exists) {
        json = {{"apiVersion", "coordination.k8s.io/v1"},
                {"kind", "Lease"},
                {"metadata", {{"name", settings_.name}, {"namespace", settings_.ns}}}};
    }
    json["metadata"].erase("managedFields");
    Json& spec = json["spec"];
    if (holder_ != settings_.identity) {
        spec["acquireTime"] = format_micros(now);
        spec["leaseTransitions"] =
            find_int(lease_.json(), {"spec", "leaseTransitions"}).value_or(-1) + 1;
    }
    spec["holderIdentity"] = release ? "" : settings_.identity;
    spec["leaseDurationSeconds"] = release ? 1 : seconds(settings_.duration);
    spec["renewTime"] = format_micros(now);
    if (exists) {
        return kube::Replace{kube::kinds::lease, kube::Object(std::move(json)), ""};
    }
    return kube::Create{kube::kinds::lease, kube::Object(std::move(json))};
}

void Leader::observe(const kube::Object& lease, Instant now) {
    if (lease_.resource_version() != lease.resource_version() || lease_.name().empty()) {
        observed_at_ = now;
    }
    lease_ = lease;
    holder_ = lease.text_at({"spec", "holderIdentity"});
    known_ = true;
    doubted_ = false;
    if (holder_ != settings_.identity) {
        held_until_.reset();
    }
}

// Whatever was written there, it may be another holder: nothing is done until that is known. Who
// writes it again and again is not raced, or reads and refusals would follow each other at once.
void Leader::doubt(Instant now) {
    doubted_ = true;
    due_ = now;
    if (refusals_ > 0) {
        due_ = now + std::min<Duration>(std::chrono::seconds(1 << std::min(refusals_ - 1, 6)),
                                        settings_.renew_every);
    }
    ++refusals_;
}

void Leader::on_answer(const Result<kube::Outcome, kube::Error>& outcome, Instant now) {
    const bool wrote = state_ == State::writing;
    const bool released = wrote && releasing_;
    state_ = released ? State::released : State::waiting;
    if (outcome.ok()) {
        problem_.clear();
        if (const auto* lease = std::get_if<kube::Object>(&*outcome)) {
            observe(*lease, now);
        }
        if (wrote) {
            refusals_ = 0;
            held_until_ = released ? std::nullopt : std::optional(sent_at_ + settings_.duration);
            due_ = sent_at_ + settings_.renew_every;
        } else {
            // Looked: take it at once where that is allowed, else look again later.
            due_ = may_take(now) ? now : now + settings_.look_every;
        }
        return;
    }
    const kube::Error& error = outcome.error();
    known_ = false;
    due_ = now + settings_.look_every;
    if (error.code == kube::ErrorCode::not_found && !wrote) {
        lease_ = kube::Object();
        holder_.clear();
        known_ = true;
        due_ = now;
        return;
    }
    problem_ = error.message;
    if (wrote &&
        (error.code == kube::ErrorCode::conflict || error.code == kube::ErrorCode::already_exists ||
         error.code == kube::ErrorCode::not_found)) {
        doubt(now);
    }
}

void Leader::hash_into(Hasher& hasher) const {
    hasher.add(static_cast<std::uint64_t>(state_));
    hasher.add(static_cast<std::uint64_t>(due_.ns));
    hasher.add(lease_.hash());
    hasher.add(static_cast<std::uint64_t>(held_until_ ? held_until_->ns : 0));
    hasher.add(static_cast<std::uint64_t>(doubted_));
    hasher.add(static_cast<std::uint64_t>(refusals_));
    hasher.add(holder_);
}

}  // namespace bestgres::core
