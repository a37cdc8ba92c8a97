// The pod addresses of one node: a value that hands out IPv4 addresses of a CIDR, the one longest
// unused first, so that an address is not soon seen again in another pod.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include "lib/base/result.hpp"

namespace bestgres::fakekube::node {

class AddressPool {
public:
    // "127.64.1.0/24"; network and broadcast addresses and the first one are left out.
    static Result<AddressPool> parse(const std::string& cidr);

    // `preferred` where it belongs to the pool and is free. Nothing: all are taken.
    std::optional<std::string> take(const std::string& preferred);
    void give_back(const std::string& address);

private:
    std::uint32_t first_ = 0;
    std::uint32_t last_ = 0;
    std::uint32_t next_ = 0;
    std::set<std::uint32_t> taken_;
};

}  // namespace bestgres::fakekube::node
