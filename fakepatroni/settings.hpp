// What the configuration file of one member says: everything that is not in the dynamic
// configuration. SIGHUP replaces it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "fakepatroni/version.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakepatroni {

struct Labels {
    std::map<std::string, std::string> fixed = {};  // kubernetes.labels
    std::string scope = "cluster-name";             // the key whose value is the scope
    std::string role = "role";                      // the key of the role
    std::string leader_value = {};  // empty: the version's word; Patroni 3 knows no other
    std::string follower_value = "replica";
    std::string standby_leader_value = {};  // empty: as the leader's

    bool operator==(const Labels&) const = default;
};

// `citus`: the group of a sharded cluster that this member is of.
struct CitusGroup {
    std::int64_t group = 0;  // 0 is the coordinator
    std::string database = {};

    bool operator==(const CitusGroup&) const = default;
};

struct MemberSettings {
    Version version = Version::v4_1;
    std::string ns = {};
    std::string scope = {};
    std::string name = {};  // of the pod
    std::string address = {};
    int postgres_port = 5432;
    int rest_port = 8008;
    Labels labels = {};
    std::optional<CitusGroup> citus = {};
    Json tags = Json::object();
    // `bootstrap.dcs`: the dynamic configuration that a bootstrap writes.
    Json bootstrap_config = Json::object();
    // `postgresql` of the file: parameters, remove_data_directory_on_... It wins over the dynamic
    // configuration, the parameters of the command line apart.
    Json postgresql = Json::object();
    std::string system_identifier = {};                 // what initdb of this member makes
    std::map<std::string, std::string> passwords = {};  // role -> digest, set by initdb
    std::uint64_t seed = 0;                             // of the jitter and of random choices

    bool operator==(const MemberSettings&) const = default;
};

// What a patroni.yml says; who the member is and where it listens is left to the caller.
MemberSettings read_settings(const Json& file);

std::string conn_url(const MemberSettings& settings);
// With the path of the status: what peers ask in a race.
std::string api_url(const MemberSettings& settings);
// `<scope>-leader` and its sisters; of a group `<scope>-<group>-leader`.
std::string object_name(const MemberSettings& settings, std::string_view suffix);
// Of both lists and watches: fixed labels first, the scope's last. Members of all groups of a
// scope see each other.
std::string label_selector(const MemberSettings& settings);
std::string_view leader_label(const MemberSettings& settings);

}  // namespace bestgres::fakepatroni
