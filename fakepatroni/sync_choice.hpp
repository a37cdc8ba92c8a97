// Which standbys a leader would like to be synchronous, and which are: Patroni's choice for the
// modes `on` and `quorum`, from the rows of pg_stat_replication.
#pragma once

#include <string>
#include <vector>

#include "fakepatroni/cluster_view.hpp"
#include "fakepatroni/dynamic_config.hpp"
#include "fakepatroni/postgres_types.hpp"

namespace bestgres::fakepatroni {

struct SyncChoice {
    std::vector<std::string> active = {};  // to be named in synchronous_standby_names, sorted
    std::vector<std::string> sync = {};    // those that hold all that was promised so far, sorted

    bool operator==(const SyncChoice&) const = default;
};

// `lsn_of_change` is where the primary stood when the names last changed: a standby counts as
// synchronous only from there on.
SyncChoice sync_choice(const std::vector<StandbyRow>& rows, const ClusterView& view,
                       const DynamicConfig& config, LsnBytes lsn_of_change);

// The text for synchronous_standby_names: `n1`, `2 (n1,n2)`, `ANY 1 (n1,n2)`.
std::string standby_names(const std::vector<std::string>& names, SyncMode mode, std::size_t number);

}  // namespace bestgres::fakepatroni
