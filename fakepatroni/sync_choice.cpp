#include "fakepatroni/sync_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

struct Eligible {
    const StandbyRow* row = nullptr;
    const MemberRecord* member = nullptr;
};

bool is_sync(const StandbyRow& row) {
    return row.sync_state == StandbySync::sync || row.sync_state == StandbySync::quorum;
}

// Members that may not lead come last; then priority, then what is synchronous already, then who
// has most.
bool goes_before(const Eligible& one, const Eligible& other) {
    const Tags& a = one.member->tags;
    const Tags& b = other.member->tags;
    if (a.nofailover != b.nofailover) {
        return !a.nofailover;
    }
    if (a.sync_priority != b.sync_priority) {
        return a.sync_priority > b.sync_priority;
    }
    if (is_sync(*one.row) != is_sync(*other.row)) {
        return is_sync(*one.row);
    }
    if (one.row->flushed != other.row->flushed) {
        return one.row->flushed > other.row->flushed;
    }
    return one.member->name < other.member->name;
}

}  // namespace

SyncChoice sync_choice(const std::vector<StandbyRow>& rows, const ClusterView& view,
                       const DynamicConfig& config, LsnBytes lsn_of_change) {
    std::vector<Eligible> eligible;
    LsnBytes most = 0;
    for (const StandbyRow& row : rows) {
        const MemberRecord* member = view.find_member(row.application_name);
        const bool fit = member != nullptr && row.state == "streaming" && member->running() &&
                         !member->tags.nosync && member->tags.sync_priority > 0;
        if (fit) {
            eligible.push_back({&row, member});
            most = std::max(most, row.flushed.bytes);
        }
    }
    std::sort(eligible.begin(), eligible.end(), goes_before);
    SyncChoice choice;
    const bool quorum = config.synchronous_mode == SyncMode::quorum;
    const auto wanted = static_cast<std::size_t>(config.synchronous_node_count);
    for (const Eligible& one : eligible) {
        const auto lag = static_cast<std::int64_t>(most - one.row->flushed.bytes);
        const bool bound = config.maximum_lag_on_syncnode > 0;
        if (bound && lag > config.maximum_lag_on_syncnode) {
            continue;
        }
        if (quorum || choice.active.size() < wanted) {
            choice.active.push_back(one.member->name);
            if (is_sync(*one.row) && one.row->flushed.bytes >= lsn_of_change) {
                choice.sync.push_back(one.member->name);
            }
        }
    }
    std::sort(choice.active.begin(), choice.active.end());
    std::sort(choice.sync.begin(), choice.sync.end());
    return choice;
}

std::string standby_names(const std::vector<std::string>& names, SyncMode mode,
                          std::size_t number) {
    if (names.empty()) {
        return "";
    }
    std::string list;
    for (const std::string& name : names) {
        list += (list.empty() ? "" : ",");
        const bool plain = name == "*" || std::all_of(name.begin(), name.end(), [](char letter) {
                               return (letter >= 'a' && letter <= 'z') || letter == '_' ||
                                      (letter >= '0' && letter <= '9');
                           });
        list += plain ? name : fmt::format("\"{}\"", name);
    }
    if (mode == SyncMode::quorum) {
        return fmt::format("ANY {} ({})", number, list);
    }
    return names.size() == 1 ? list : fmt::format("{} ({})", names.size(), list);
}

}  // namespace bestgres::fakepatroni
