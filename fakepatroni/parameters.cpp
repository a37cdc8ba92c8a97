#include "fakepatroni/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace bestgres::fakepatroni {
namespace {

struct Quantity {
    std::int64_t number = 0;
    std::string unit;
};

std::optional<Quantity> quantity_of(const Parameters& parameters, std::string_view name) {
    const auto found = parameters.find(std::string(name));
    if (found == parameters.end()) {
        return std::nullopt;
    }
    Quantity quantity;
    const char* const end = found->second.data() + found->second.size();
    const auto [stop, code] = std::from_chars(found->second.data(), end, quantity.number);
    if (code != std::errc()) {
        return std::nullopt;
    }
    quantity.unit.assign(stop, end);
    std::erase(quantity.unit, ' ');
    return quantity;
}

template <std::size_t count>
std::int64_t scale_of(const std::string& unit,
                      const std::array<std::pair<std::string_view, std::int64_t>, count>& units) {
    const auto found =
        std::ranges::find_if(units, [&](const auto& entry) { return entry.first == unit; });
    return found == units.end() ? 1 : found->second;
}

constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> byte_units{
    {{"kB", 1 << 10}, {"MB", 1 << 20}, {"GB", 1 << 30}, {"TB", std::int64_t{1} << 40}}};
constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> millisecond_units{
    {{"s", 1000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};

}  // namespace

std::int64_t number_of(const Parameters& parameters, std::string_view name, std::int64_t standard) {
    const std::optional<Quantity> quantity = quantity_of(parameters, name);
    return quantity ? quantity->number : standard;
}

std::uint64_t bytes_of(const Parameters& parameters, std::string_view name,
                       std::uint64_t standard) {
    const std::optional<Quantity> quantity = quantity_of(parameters, name);
    if (!quantity || quantity->number < 0) {
        return standard;
    }
    return static_cast<std::uint64_t>(quantity->number * scale_of(quantity->unit, byte_units));
}

Duration duration_of(const Parameters& parameters, std::string_view name, Duration standard) {
    const std::optional<Quantity> quantity = quantity_of(parameters, name);
    if (!quantity) {
        return standard;
    }
    return std::chrono::milliseconds(quantity->number *
                                     scale_of(quantity->unit, millisecond_units));
}

std::string text_of(const Parameters& parameters, std::string_view name, std::string standard) {
    const auto found = parameters.find(std::string(name));
    return found == parameters.end() ? std::move(standard) : found->second;
}

std::optional<TooLow> too_low_for_standby(const Parameters& own, const Parameters& of_primary) {
    for (const BoundParameter& parameter : bound_parameters) {
        const std::int64_t mine = number_of(own, parameter.name, parameter.standard);
        const std::int64_t primary = number_of(of_primary, parameter.name, parameter.standard);
        if (mine < primary) {
            return TooLow{std::string(parameter.name), mine, primary};
        }
    }
    return std::nullopt;
}

}  // namespace bestgres::fakepatroni
