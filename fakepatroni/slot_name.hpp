// The replication slot that belongs to a member.
#pragma once

#include <string>
#include <string_view>

namespace bestgres::fakepatroni {

// Lower case; '-' and '.' become '_', other bytes uNNNN; at most 63 bytes.
std::string slot_name(std::string_view member);

}  // namespace bestgres::fakepatroni
