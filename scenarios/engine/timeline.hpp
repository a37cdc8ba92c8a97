// The queue of what will happen: ordered by time, then by when it was put in. A value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "lib/base/check.hpp"
#include "lib/base/time.hpp"

namespace bestgres::scenarios {

template <class Happening>
class Timeline {
public:
    struct Entry {
        Happening what;
        std::uint64_t cause = 0;  // the event during which it was put in
    };
    struct Due {
        Instant at;
        std::uint64_t order = 0;
        Entry entry;
    };

    void put(Instant at, Happening what, std::uint64_t cause) {
        entries_.emplace(std::pair(at, next_order_++), Entry{std::move(what), cause});
    }
    bool empty() const { return entries_.empty(); }
    std::size_t size() const { return entries_.size(); }
    Instant next_at() const { return entries_.begin()->first.first; }

    // Everything of the first instant, in order.
    std::vector<const Happening*> ready() const {
        std::vector<const Happening*> ready;
        for (const auto& [when, entry] : entries_) {
            if (when.first != next_at()) {
                break;
            }
            ready.push_back(&entry.what);
        }
        return ready;
    }
    // Their numbers: an event keeps its own for as long as it waits, and no other has it.
    std::vector<std::uint64_t> ready_orders() const {
        std::vector<std::uint64_t> orders;
        for (const auto& [when, entry] : entries_) {
            if (when.first != next_at()) {
                break;
            }
            orders.push_back(when.second);
        }
        return orders;
    }
    // The `index`-th of the first instant; the last one where there are fewer.
    Due take(std::size_t index = 0) {
        BG_CHECK(!empty(), "nothing will happen");
        auto at = entries_.begin();
        const Instant first = next_at();
        for (auto next = std::next(at); index > 0 && next != entries_.end(); ++next, --index) {
            if (next->first.first != first) {
                break;
            }
            at = next;
        }
        Due due{at->first.first, at->first.second, std::move(at->second)};
        entries_.erase(at);
        return due;
    }
    template <class Visitor>
    void visit(Visitor visitor) const {
        for (const auto& [when, entry] : entries_) {
            visitor(when.first, entry.what);
        }
    }

private:
    std::map<std::pair<Instant, std::uint64_t>, Entry> entries_;
    std::uint64_t next_order_ = 0;
};

}  // namespace bestgres::scenarios
