// A rig for tests of the core: the least API server that answers its calls, Patronis that answer
// what a test says, and a clock that jumps from event to event. fakekube is the real thing; this
// one keeps the core's tests beside it.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "operator/core/operator_core.hpp"

namespace bestgres::core::testing {

class TinyServer {
public:
    using Fault = std::function<std::optional<kube::Error>(const kube::Call&)>;

    Result<kube::Outcome, kube::Error> answer(const kube::Call& call);
    // What a user or controller writes.
    void put(const kube::Ref& ref, Json json);
    void edit(const kube::Ref& ref, const std::function<void(Json&)>& change);
    void erase(const kube::Ref& ref);
    const kube::Object* find(const kube::Ref& ref) const;
    const std::map<kube::Ref, kube::Object>& objects() const { return objects_; }

    struct Change {
        std::uint64_t version = 0;
        kube::WatchEventType type = kube::WatchEventType::added;
        kube::Ref ref;
        kube::Object before;  // empty of a creation
        kube::Object object;
    };
    const std::vector<Change>& log() const { return log_; }
    static bool matches(const std::string& label_selector, const kube::Object& object);

    Fault fault;                // asked before a call is carried out
    bool lose_answers = false;  // carried out, but the caller never hears of it

private:
    using Answer = Result<kube::Outcome, kube::Error>;

    Answer list(const kube::List& list) const;
    Answer write(const kube::Ref& ref, Json json);
    Answer apply(const kube::Apply& apply);
    Answer create(const kube::Create& create);
    Answer patch(const kube::Patch& patch);
    Answer replace(const kube::Replace& replace);
    Answer remove(const kube::Delete& remove);

    std::map<kube::Ref, kube::Object> objects_;
    std::vector<Change> log_;
    std::uint64_t version_ = 100;
};

// What the operator `index` of a rig is made from.
CoreSettings rig_settings(int index);

class Rig {
public:
    explicit Rig(int operators = 1);

    TinyServer server;
    // The answer to a call to a member's Patroni; 503 where it is not set.
    std::function<patroni::Reply(const patroni::Call&)> patroni;
    bool patroni_never_answers_orders = false;
    // The answer to statements; no rows where it is not set.
    std::function<Result<postgres::Rows, postgres::Failure>(const postgres::Call&)> sql;
    // Hears every event that a core was given, and what it answered.
    std::function<void(const Event&, Instant, const Outbox&)> listener;
    std::vector<std::string> calls;  // writes but those to the Lease, as texts
    std::vector<Record> records;

    OperatorCore& core(std::size_t index = 0) { return operators_[index].core; }
    Instant now() const { return now_; }
    void run_for(Duration span);
    void shut_down(std::size_t index);
    void tell_to_end(std::size_t index);  // heard when time goes on
    // The versions that watches of this kind stand at are compacted.
    void expire_watches(const kube::Kind& kind);
    void kill(std::size_t index) { operators_[index].alive = false; }
    // A BGCluster `name` in namespace `shop`.
    void create_cluster(const std::string& name, const std::string& spec);
    std::string phase_of(const std::string& name) const;

private:
    struct Watcher {
        kube::WatchId id = 0;
        kube::WatchSpec spec;
        std::uint64_t seen = 0;
    };
    struct Operator {
        OperatorCore core;
        bool alive = true;
        std::optional<Instant> wake_at;
        std::deque<Event> inbox;
        std::map<kube::WatchId, Watcher> watches;
    };

    void feed(Operator& subject, const Event& event);
    void take(Operator& subject, Outbox out);
    void collect_watch_events(Operator& subject);
    bool deliver();

    std::vector<Operator> operators_;
    Instant now_{1'795'190'400'000'000'000};
};

}  // namespace bestgres::core::testing
