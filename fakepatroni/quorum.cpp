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

// So many of the named standbys as a commit waits for, those that are still wanted first.
NameSet fewest_names(const QuorumState& state, const NameSet& wanted) {
    NameSet kept;
    for (const bool wanted_ones : {true, false}) {
        for (const std::string& name : state.names) {
            const bool is_wanted = std::binary_search(wanted.begin(), wanted.end(), name);
            if (is_wanted == wanted_ones && size_of(kept) < state.number) {
                kept.push_back(name);
            }
        }
    }
    std::sort(kept.begin(), kept.end());
    return kept;
}

QuorumStep write_sync(QuorumState state, NameSet voters, std::int64_t quorum) {
    state.voters = std::move(voters);
    state.quorum = quorum;
    return {.kind = Kind::write_sync, .then = std::move(state)};
}

}  // namespace

bool QuorumState::is_safe() const {
    return quorum + number >= size_of_union(voters, names);
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
    if (names_differ && named.is_safe()) {
        return {.kind = Kind::write_names, .then = named};
    }
    // The voters to come could not make up for all names of now: those become fewer first.
    if (size_of_union(wish.active, state.names) - state.number > size_of(wish.active)) {
        QuorumState fewer = state;
        fewer.names = fewest_names(state, wish.active);
        return {.kind = Kind::write_names, .then = fewer};
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
