#include "fakekube/node/address_pool.hpp"

#include <arpa/inet.h>

#include <cstdlib>

namespace bestgres::fakekube::node {
namespace {

std::optional<std::uint32_t> parse_address(const std::string& text) {
    in_addr address{};
    if (inet_pton(AF_INET, text.c_str(), &address) != 1) {
        return std::nullopt;
    }
    return ntohl(address.s_addr);
}

std::string to_text(std::uint32_t number) {
    return std::to_string(number >> 24U) + "." + std::to_string((number >> 16U) & 255U) + "." +
           std::to_string((number >> 8U) & 255U) + "." + std::to_string(number & 255U);
}

}  // namespace

Result<AddressPool> AddressPool::parse(const std::string& cidr) {
    const std::size_t slash = cidr.find('/');
    const auto base = parse_address(cidr.substr(0, slash));
    const int bits = slash == cidr.npos ? 0 : std::atoi(cidr.c_str() + slash + 1);
    if (!base || bits < 8 || bits > 29) {
        return Error{"not an IPv4 network of 8 to 29 bits: " + cidr};
    }
    const std::uint32_t size = 1U << static_cast<unsigned>(32 - bits);
    AddressPool pool;
    const std::uint32_t network = *base & ~(size - 1);
    pool.first_ = network + 2;
    pool.last_ = network + size - 2;
    pool.next_ = pool.first_;
    return pool;
}

std::optional<std::string> AddressPool::take(const std::string& preferred) {
    const auto wanted = parse_address(preferred);
    if (wanted && *wanted >= first_ && *wanted <= last_ && taken_.insert(*wanted).second) {
        return preferred;
    }
    for (std::uint32_t tried = first_; tried <= last_; ++tried) {
        const std::uint32_t address = next_;
        next_ = next_ == last_ ? first_ : next_ + 1;
        if (taken_.insert(address).second) {
            return to_text(address);
        }
    }
    return std::nullopt;
}

void AddressPool::give_back(const std::string& address) {
    if (const auto number = parse_address(address)) {
        taken_.erase(*number);
    }
}

}  // namespace bestgres::fakekube::node
