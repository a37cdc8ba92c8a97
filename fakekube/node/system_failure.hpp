// What the system refused, in its own words.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "lib/base/result.hpp"

namespace bestgres::fakekube::node {

// Reads errno: to be called before anything else sets it.
inline Error system_failure(const std::string& attempt) {
    return Error{attempt + ": " + std::strerror(errno)};
}

}  // namespace bestgres::fakekube::node
