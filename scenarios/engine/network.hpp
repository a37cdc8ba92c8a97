// What the network does to messages: nothing but delay, until a fault says otherwise. Faults are
// kept by number, so that each can end by itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "lib/base/hash.hpp"
#include "lib/base/random.hpp"
#include "lib/base/result.hpp"
#include "lib/base/time.hpp"
#include "scenarios/engine/fault.hpp"
#include "scenarios/engine/place.hpp"

namespace bestgres::scenarios {

// "a>b": one way; "a=b": both. Half a target is left out for everywhere: ">api", "node-1=".
struct LinkPattern {
    std::optional<Place> from;
    std::optional<Place> to;
    bool both_ways = false;

    bool covers(Place sender, Place receiver) const;
    bool operator==(const LinkPattern&) const = default;
};
Result<LinkPattern> parse_link(std::string_view target);

class Network {
public:
    // `kind` is partition, packet_loss, latency or half_open.
    struct Disturbance {
        std::size_t fault = 0;  // its number in the scenario
        FaultKind kind = FaultKind::partition;
        LinkPattern link = {};
        std::int64_t amount = 0;

        bool operator==(const Disturbance&) const = default;
    };
    void add(Disturbance disturbance) { disturbances_.push_back(disturbance); }
    void remove(std::size_t fault);
    bool is_quiet() const { return disturbances_.empty(); }

    // Whether messages arrive at all. What is said within one place always does.
    bool reaches(Place sender, Place receiver) const;
    // The delay that one message gets beside the usual one; absent: it is lost. Lost packets are
    // sent again after 200 ms, 400 ms and so on, as TCP does, and given up after the sixth.
    std::optional<Duration> extra_delay(Place sender, Place receiver, RandomStream& dice) const;

    void hash_into(Hasher& hasher) const;

private:
    std::vector<Disturbance> disturbances_;
};

}  // namespace bestgres::scenarios
