#include "scenarios/engine/network.hpp"

#include "lib/base/structural_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace bestgres::scenarios {
namespace {

using std::chrono::milliseconds;

constexpr int most_retransmissions = 6;
constexpr Duration first_retransmission = milliseconds(200);

std::string_view prefix_of(Place::Sort sort) {
    switch (sort) {
        case Place::Sort::api:
            return "api";
        case Place::Sort::node:
            return "node-";
        case Place::Sort::operator_core:
            return "operator-";
    }
    return "api";
}

Result<std::optional<Place>> parse_end(std::string_view text) {
    if (text.empty()) {
        return std::optional<Place>();
    }
    const std::optional<Place> place = find_place(text);
    if (!place) {
        return Error{fmt::format("\"{}\" is no place: api, node-1 or operator-1 are", text)};
    }
    return std::optional<Place>(place);
}

}  // namespace

std::string to_string(Place place) {
    const std::string_view prefix = prefix_of(place.sort);
    return place.sort == Place::Sort::api ? std::string(prefix)
                                          : fmt::format("{}{}", prefix, place.index + 1);
}

std::optional<Place> find_place(std::string_view name) {
    if (name == "api") {
        return Place::api();
    }
    for (const Place::Sort sort : {Place::Sort::node, Place::Sort::operator_core}) {
        const std::string_view prefix = prefix_of(sort);
        if (!name.starts_with(prefix)) {
            continue;
        }
        std::uint32_t number = 0;
        const char* const end = name.data() + name.size();
        const auto parsed = std::from_chars(name.data() + prefix.size(), end, number);
        if (parsed.ec == std::errc() && parsed.ptr == end && number > 0) {
            return Place{.sort = sort, .index = number - 1};
        }
    }
    return std::nullopt;
}

bool LinkPattern::covers(Place sender, Place receiver) const {
    const auto fits = [](const std::optional<Place>& wanted, Place place) {
        return !wanted || *wanted == place;
    };
    return (fits(from, sender) && fits(to, receiver)) ||
           (both_ways && fits(from, receiver) && fits(to, sender));
}

Result<LinkPattern> parse_link(std::string_view target) {
    const std::size_t at = target.find_first_of(">=");
    if (at == std::string_view::npos) {
        return Error{fmt::format("\"{}\" is no link: write a>b or a=b", target)};
    }
    const auto from = parse_end(target.substr(0, at));
    BG_TRY(from);
    const auto to = parse_end(target.substr(at + 1));
    BG_TRY(to);
    return LinkPattern{.from = *from, .to = *to, .both_ways = target[at] == '='};
}

void Network::remove(std::size_t fault) {
    std::erase_if(disturbances_, [fault](const Disturbance& one) { return one.fault == fault; });
}

bool Network::reaches(Place sender, Place receiver) const {
    if (sender == receiver) {
        return true;
    }
    return std::none_of(disturbances_.begin(), disturbances_.end(), [&](const Disturbance& one) {
        const bool cuts = one.kind == FaultKind::partition || one.kind == FaultKind::half_open;
        return cuts && one.link.covers(sender, receiver);
    });
}

std::optional<Duration> Network::extra_delay(Place sender, Place receiver,
                                             RandomStream& dice) const {
    if (disturbances_.empty() || sender == receiver) {
        return Duration::zero();
    }
    if (!reaches(sender, receiver)) {
        return std::nullopt;
    }
    Duration extra{};
    for (const Disturbance& one : disturbances_) {
        if (!one.link.covers(sender, receiver)) {
            continue;
        }
        if (one.kind == FaultKind::latency) {
            extra += milliseconds(one.amount);
        } else if (one.kind == FaultKind::packet_loss) {
            Duration pause = first_retransmission;
            int attempts = 0;
            while (dice.chance(static_cast<std::uint32_t>(one.amount))) {
                if (++attempts > most_retransmissions) {
                    return std::nullopt;
                }
                extra += pause;
                pause *= 2;
            }
        }
    }
    return extra;
}

void Network::hash_into(Hasher& hasher) const {
    hash_value(hasher, disturbances_);
}

}  // namespace bestgres::scenarios
