// What an API server answers in the tests of this folder.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "lib/kube/cluster.hpp"

namespace bestgres::cmd {

// An answer that says that nothing was done.
inline kube::Error error(kube::ErrorCode code, std::string message) {
    return {.code = code,
            .applied = kube::Applied::no,
            .message = std::move(message),
            .retry_after = std::nullopt,
            .fields = {}};
}

}  // namespace bestgres::cmd
