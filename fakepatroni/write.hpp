// One write to Kubernetes as Patroni's client carries it out: deadlines of each try, pauses,
// repetitions, and what a conflict on the leader object means. A state machine: the member submits
// what it asks for and tells it the answers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fakepatroni/settings.hpp"
#include "lib/base/hash.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::fakepatroni {

enum class WriteOutcome {
    ok,
    refused,      // definitive: it was not done, or somebody else was faster
    unreachable,  // retries are exhausted: whether it was done is not known
};
std::string_view to_string(WriteOutcome outcome);

enum class WriteKind {
    plain,    // one try: pod, failover, configuration, history, sync, release
    renew,    // of the leader's lock
    acquire,  // of a free lock
};

struct WriteRequest {
    WriteKind kind = WriteKind::plain;
    kube::Call call;
    Json annotations = Json::object();  // of a lock: what the object says if the write was done
    std::string version = {};           // of a lock: the precondition; empty: a creation
};

class Write {
public:
    Write(WriteRequest request, Duration retry_timeout, Instant now);

    // A call to be submitted now; `sent` says under which id.
    const kube::Call* to_send() const;
    void sent(kube::CallId id, Instant now);
    kube::CallId id() const { return id_; }
    // `jitter` is up to 0.8 s.
    void answered(const Result<kube::Outcome, kube::Error>& outcome, Instant now, Duration jitter);
    // What it waits for, an answer or the end of a pause, until when.
    Instant due() const { return due_; }
    void overdue(Instant now, Duration jitter);

    std::optional<WriteOutcome> outcome() const { return outcome_; }
    // An acquire met somebody else's version: Patroni distrusts its watches and opens them anew.
    bool distrusts_watches() const { return distrusts_watches_; }

    // Which Patroni it is, for what a conflict and a refusal mean; and the member's own name.
    void belongs_to(const MemberSettings& settings);
    void hash_into(Hasher& hasher) const;

private:
    enum class Stage { sending, pausing, rereading, repeating };

    void finish(WriteOutcome outcome) { outcome_ = outcome; }
    void conflict(Instant now);
    void reread(const kube::Object& object, Instant now);
    void retry(Instant now, Duration pause);
    Duration time_for_a_try(Instant now) const;

    WriteRequest request_;
    kube::Call reading_;  // GET of the leader object
    std::string member_;
    Version version_ = Version::v4_1;
    Stage stage_ = Stage::sending;
    Stage after_pause_ = Stage::sending;
    bool wants_to_send_ = true;
    kube::CallId id_ = 0;
    Instant due_{};
    Instant deadline_{};
    Duration delay_ = std::chrono::milliseconds(100);
    std::optional<WriteOutcome> outcome_;
    bool distrusts_watches_ = false;
};

}  // namespace bestgres::fakepatroni
