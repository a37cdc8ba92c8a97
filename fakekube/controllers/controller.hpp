// One built-in controller: its own view of the cluster, as fresh as its watch cursor, and a queue
// of names to look at. It decides on that view alone and acts through its client; it is a value and
// knows no clock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fakekube/controllers/cache.hpp"
#include "fakekube/controllers/client.hpp"
#include "fakekube/stored_event.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/kind.hpp"

namespace bestgres::fakekube::controllers {

// What happened to one object: `before` is null for a new one, `after` for one that is gone. After
// a restart everything that exists is new.
struct Change {
    const StorageKind& kind;
    const kube::Object* before = nullptr;
    const kube::Object* after = nullptr;

    bool is(const kube::Kind& other) const { return kind.is(other); }
    const kube::Object& object() const { return after != nullptr ? *after : *before; }
};

class Controller {
public:
    virtual ~Controller() = default;
    virtual std::unique_ptr<Controller> clone() const = 0;

    const std::string& name() const { return name_; }

    // What a run looks at: the log up to `visible`. `passed`: nothing up to there concerns it.
    struct Reach {
        std::uint64_t passed = 0;
        std::uint64_t visible = 0;
    };
    // Whether a run would read or do anything.
    bool has_work(const ApiServer& server, Instant now, Reach reach) const;
    // Reads the watch log and looks at the names that are due, as long as `looks` are left. Answers
    // whether it read or did anything.
    bool run(ApiServer& server, Instant now, Reach reach, int& looks);
    // When a name comes due without any event.
    std::optional<Instant> next_due() const;
    bool has_read_up_to(std::uint64_t version) const { return cursor_ && *cursor_ >= version; }
    bool has_started() const { return cursor_.has_value(); }

    // Forgets all that it saw, as a new process does.
    void restart();
    void record_events(bool wanted) { events_.wanted = wanted; }

protected:
    Controller(std::string name, std::vector<kube::Kind> watches);
    Controller(const Controller&) = default;
    Controller& operator=(const Controller&) = default;

    const Cache& objects(const kube::Kind& kind) const;
    // At construction: objects of this kind are also found by words.
    void find_by(const kube::Kind& kind, WordsOf words_of, Filing filing = Filing::under_each);
    void enqueue(Key key) { queue_.insert(std::move(key)); }
    // The earliest of several times counts.
    void enqueue_at(const Key& key, Instant at);
    // The controller of `object`, if it is of this kind and in the same namespace.
    void enqueue_controller(const kube::Object* object, std::string_view owner_kind);

private:
    // Says which names a change concerns, by enqueue().
    virtual void observe(const Change& change) = 0;
    virtual void sync(const Key& key, Client& client) = 0;
    // Drops whatever it remembers beside its caches.
    virtual void forget() {}
    // Called once after each (re)start, when the caches are filled.
    virtual void started(Instant) {}
    // Kinds beyond those named at construction.
    virtual bool watches_everything() const { return false; }
    // Of a change of a kind that it watches without keeping it: whether observe() cares.
    virtual bool cares_about(const Change&) const { return true; }
    // Whether a name rests until the view contains what the last look at it wrote: controllers
    // whose children have random names would make them twice.
    virtual bool waits_for_own_writes() const { return false; }

    void list_everything(ApiServer& server);
    void list_kind(const ApiServer& server, const Resource& resource);
    bool read_log(ApiServer& server, std::uint64_t visible);
    void take(const StoredEvent& event);
    bool concerns(const StoredEvent& event) const;
    bool keeps(const StorageKind& kind) const;
    Cache* find_cache(const StorageKind& kind);
    void collect_due(Instant now);
    std::optional<Key> next_key() const;
    void look_at(const Key& key, ApiServer& server, Instant now);

    std::string name_;
    std::vector<kube::Kind> watches_;
    std::vector<Cache> caches_;            // parallel to watches_
    std::optional<std::uint64_t> cursor_;  // absent: everything must be listed
    std::set<Key> queue_;
    std::map<Key, Instant> later_;
    std::map<Key, int> failures_;            // in a row
    std::map<Key, std::uint64_t> barriers_;  // version that must be seen before the next look
    EventMemory events_;
};

}  // namespace bestgres::fakekube::controllers
