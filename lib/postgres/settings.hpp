// What changing a PostgreSQL setting takes: a reload, a restart, or a restart in a certain order.
#pragma once

#include <string_view>

#include "lib/base/json.hpp"

namespace bestgres::postgres {

enum class Takes { reload, restart };

// Settings of context `postmaster` (PostgreSQL 12 to 18) take a restart. A setting that is not
// known, such as an extension's, is taken for one of reload: Patroni reports `pending_restart`
// where that is wrong.
Takes change_takes(std::string_view setting);

// Settings of which a standby must have at least the primary's value, else recovery stops:
// raise them on the standbys first, lower them on the primary first.
// https://www.postgresql.org/docs/current/hot-standby.html#HOT-STANDBY-ADMIN
bool is_standby_bound(std::string_view setting);

// Whether `to` is less than `from`. Values that are no integers count as not lower.
bool is_lowered(const Json& from, const Json& to);

}  // namespace bestgres::postgres
