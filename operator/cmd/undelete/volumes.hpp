// `bestgres undelete CLUSTER` where nobody deletes the cluster: volumes of members that left are
// taken out of their quarantine, and kept from then on.
#pragma once

#include <string>
#include <vector>

#include "operator/cmd/undelete/undelete.hpp"

namespace bestgres::cmd {

struct TakenBack {
    std::string claim;
    std::string member;  // whose volume it was
    std::string until;   // when it was to be deleted
};
// Of all members of the cluster, or of `member` alone where it is not empty. An error says what was
// taken back before it.
Result<std::vector<TakenBack>> take_back_volumes(const Undeletion& with, const kube::Ref& cluster,
                                                 const std::string& member);
// A sentence for people; `now` tells how long it would have been there.
std::string describe(const TakenBack& volume, Instant now);

}  // namespace bestgres::cmd
