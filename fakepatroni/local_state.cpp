#include "fakepatroni/local_state.hpp"

#include <algorithm>

namespace bestgres::fakepatroni {

std::string_view to_string(LocalState state) {
    switch (state) {
        case LocalState::stopped:
            return "stopped";
        case LocalState::starting:
            return "starting";
        case LocalState::running:
            return "running";
        case LocalState::stopping:
            return "stopping";
        case LocalState::restarting:
            return "restarting";
        case LocalState::crashed:
            return "crashed";
        case LocalState::start_failed:
            return "start failed";
        case LocalState::initializing:
            return "initializing new cluster";
        case LocalState::creating_replica:
            return "creating replica";
    }
    return "stopped";
}

std::string_view to_string(LocalRole role, const Traits& traits) {
    switch (role) {
        case LocalRole::uninitialized:
            return "uninitialized";
        case LocalRole::primary:
            return traits.primary_role;
        case LocalRole::replica:
            return "replica";
        case LocalRole::demoted:
            return "demoted";
        case LocalRole::promoted:
            return "promoted";
    }
    return "replica";
}

bool has_server(const Postgres& local) {
    return local.state() != ServerState::stopped;
}

bool runs_as_primary(const Postgres& local) {
    return local.state() == ServerState::running && !local.in_recovery();
}

bool runs_as_standby(const Postgres& local) {
    return local.state() == ServerState::running && local.in_recovery();
}

LsnBytes position_of(const Postgres& local) {
    if (!local.answers()) {
        return 0;
    }
    return local.in_recovery() ? std::max(local.flushed().bytes, local.replayed().bytes)
                               : local.flushed().bytes;
}

bool is_empty(const Postgres& local) {
    return local.volume().directory == DataDirectory::empty;
}

std::string system_identifier_of(const Postgres& local) {
    return local.volume().has_data() ? local.volume().system_identifier : std::string();
}

PublishedReplication replication_of(const Postgres& local) {
    PublishedReplication out;
    out.replayed = local.replayed().bytes;
    if (!local.upstream().empty()) {
        out.received = local.flushed().bytes;
    }
    out.streaming = local.connection().has_value();
    return out;
}

}  // namespace bestgres::fakepatroni
