// Leader election by a Lease: at most one operator acts. Own time only is trusted: a lease is held
// from the moment before its renewal was sent, and another's has expired when it has not changed
// for its duration under our eyes.
#pragma once

#include <optional>
#include <string>

#include "lib/base/hash.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::core {

struct LeaderSettings {
    std::string ns;
    std::string name = "bestgres-operator";
    std::string identity;
    Duration duration = std::chrono::seconds(20);
    Duration renew_every = std::chrono::seconds(5);
    Duration look_every = std::chrono::seconds(2);  // while another leads
    // Acting ends this long before the lease does: a call that is on its way then has arrived or
    // timed out when somebody else may act.
    Duration margin = std::chrono::seconds(8);
};

class Leader {
public:
    explicit Leader(LeaderSettings settings) : settings_(std::move(settings)) {}

    bool may_act(Instant now) const;
    bool holds(Instant now) const { return held_until_ && now < *held_until_; }
    bool released() const { return state_ == State::released; }
    // Who leads, as last seen; empty where nobody does.
    const std::string& holder() const { return holder_; }

    // The call to make now, if one is due. Its answer must come to `on_answer`.
    std::optional<kube::Call> next_call(Instant now);
    void on_answer(const Result<kube::Outcome, kube::Error>& outcome, Instant now);
    // Gives the lease back, if it is held.
    void shut_down() { shutting_down_ = true; }
    // When `next_call` has something to say again.
    std::optional<Instant> wake_at() const;
    // The last error, for one clear line in the log; empty after a success.
    const std::string& problem() const { return problem_; }
    void hash_into(Hasher& hasher) const;

private:
    enum class State { looking, writing, waiting, released };

    std::optional<kube::Call> write(Instant now, bool release);
    bool may_take(Instant now) const;
    void observe(const kube::Object& lease, Instant now);
    void doubt(Instant now);

    LeaderSettings settings_;
    State state_ = State::waiting;
    Instant due_;
    bool shutting_down_ = false;
    bool releasing_ = false;
    bool known_ = false;   // `lease_` is what the server has, as far as we know; else look first
    kube::Object lease_;   // empty: there is none
    Instant observed_at_;  // first sight of `lease_`'s version
    Instant sent_at_;
    std::optional<Instant> held_until_;
    bool doubted_ = false;  // somebody wrote the lease, and who holds it was not read since
    int refusals_ = 0;      // writes of ours that met another writer, in a row
    std::string holder_;
    std::string problem_;
};

}  // namespace bestgres::core
