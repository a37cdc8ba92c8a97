#include "fakepatroni/quorum.hpp"

#include <algorithm>
#include <iterator>

namespace bestgres::fakepatroni {
namespace {

using Kind = QuorumStep::Kind;

std::int64_t size_of_union(const NameSet& one, const NameSet& other) {
    NameSet both;
    std::set_union(one.begin(), one.end(), other.begin(), other.end(), std::back_inserter(both));
    return static_cast<std::int64_t>(both.size());
}

NameSet without(const NameSet& names, const std::string& name) {
    NameSet rest = names;
    rest.erase(std::remove(rest.begin(), rest.end(), name), rest.end());
    return rest;
}

std::int64_t size_of(const NameSet& names) {
    return static_cast<std::int64_t>(names.size());
}

QuorumStep write_sync(QuorumState state, NameSet voters, std::int64_t quorum) {
    state.voters = std::move(voters);
    state.quorum = quorum;
    return {.kind = Kind::write_sync, .then = std::move(state)};
}

}  // namespace

bool QuorumState::overlaps() const {
    return quorum + number >= size_of_union(voters, names);
}

bool QuorumState::is_safe() const {
    return quorum >= size_of(voters) || overlaps();
}

QuorumStep next_step(const QuorumState& state, const QuorumWish& wish) {
    if (state.leader != wish.leader) {
        QuorumState mine = state;
        mine.leader = wish.leader;
        return write_sync(mine, without(state.voters, wish.leader),
                          std::min(state.quorum, size_of(without(state.voters, wish.leader))));
    }
    const std::int64_t number = std::min(wish.number, size_of(wish.active));
    QuorumState named = state;
    named.names = wish.active;
    named.number = number;
    named.confirmed = std::min(named.confirmed, number);
    const bool names_differ = named.names != state.names || named.number != state.number;
    if (names_differ && named.overlaps()) {
        return {.kind = Kind::write_names, .then = named};
    }
    // Until the new names are confirmed, the votes must make up for what they do not hold yet.
    const std::int64_t least = size_of(wish.active) - number;
    const std::int64_t needed =
        size_of_union(wish.active, state.names) - std::min(state.confirmed, state.number);
    const std::int64_t quorum =
        std::clamp<std::int64_t>(std::max(least, needed), 0, size_of(wish.active));
    if (wish.active != state.voters || quorum != state.quorum) {
        return write_sync(state, wish.active, quorum);
    }
    if (names_differ) {
        return {.kind = Kind::write_names, .then = named};
    }
    return {.kind = Kind::none, .then = state};
}

}  // namespace bestgres::fakepatroni
