// Patroni's annotations and REST answers, parsed once at the edge. Unknown fields and words are
// tolerated: a newer Patroni must not make a member unreadable.
#pragma once

#include <string_view>

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/patroni/member.hpp"

namespace bestgres::patroni {

Role parse_role(std::string_view text);
State parse_state(std::string_view text);

// The text of the pod annotation `status`.
Result<MemberStatus> parse_member_status(std::string_view text);

// `annotations` is metadata.annotations of the object, or null: absent parts read as empty.
LeaderLock parse_leader(const Json& annotations);
SyncState parse_sync(const Json& annotations);
ConfigState parse_config(const Json& annotations);
FailoverRequest parse_failover(const Json& annotations);

// The body of GET /patroni (the same with 200 and 503 on other paths).
Result<RestStatus> parse_rest_status(std::string_view body);

// Whether a role label marks the leader: "master" or "primary".
bool is_leader_label(std::string_view value);

}  // namespace bestgres::patroni
