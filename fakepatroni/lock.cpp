#include "fakepatroni/lock.hpp"

#include <charconv>

namespace bestgres::fakepatroni {
namespace {

Duration ttl_of(const LeaderRecord& record, Duration fallback) {
    std::int64_t duration = 0;
    const std::string& text = record.ttl;
    std::from_chars(text.data(), text.data() + text.size(), duration);
    return duration > 0 ? Duration(std::chrono::seconds(duration)) : fallback;
}

}  // namespace

void observe(LockView& lock, const LeaderRecord* object, Instant now) {
    if (object == nullptr) {
        lock.seen.reset();
        return;
    }
    if (!lock.seen || !lock.seen->same_lock(*object)) {
        lock.seen = *object;
        lock.since = now;
    }
}

std::string holder_of(const LockView& lock, const LeaderRecord* object, Duration ttl, Instant now) {
    if (object == nullptr || !lock.seen) {
        return "";
    }
    return lock.since + ttl_of(*object, ttl) < now ? "" : object->holder;
}

}  // namespace bestgres::fakepatroni
