#include "lib/kube/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

namespace bestgres::kube {
namespace {

__extension__ typedef __int128 Wide;  // NOLINT: `using` cannot carry __extension__

constexpr Wide nanos_per_unit = 1'000'000'000;
constexpr Wide most = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) * nanos_per_unit;

struct Suffix {
    std::string_view text;
    int exponent;  // of ten, or of 1024 for the binary ones
};
constexpr std::array<Suffix, 10> decimal_suffixes{{{"n", -9},
                                                   {"u", -6},
                                                   {"m", -3},
                                                   {"", 0},
                                                   {"k", 3},
                                                   {"M", 6},
                                                   {"G", 9},
                                                   {"T", 12},
                                                   {"P", 15},
                                                   {"E", 18}}};
constexpr std::array<Suffix, 6> binary_suffixes{
    {{"Ki", 1}, {"Mi", 2}, {"Gi", 3}, {"Ti", 4}, {"Pi", 5}, {"Ei", 6}}};

struct Scale {
    Quantity::Format format = Quantity::Format::decimal_si;
    int ten_to = 0;
    Wide factor = 1;
};

std::optional<Scale> scale_of(std::string_view suffix) {
    for (const Suffix& known : decimal_suffixes) {
        if (suffix == known.text) {
            return Scale{.format = Quantity::Format::decimal_si, .ten_to = known.exponent};
        }
    }
    for (const Suffix& known : binary_suffixes) {
        if (suffix == known.text) {
            return Scale{.format = Quantity::Format::binary_si,
                         .ten_to = 0,
                         .factor = Wide{1} << (10 * known.exponent)};
        }
    }
    if (suffix.size() < 2 || (suffix[0] != 'e' && suffix[0] != 'E')) {
        return std::nullopt;
    }
    suffix.remove_prefix(suffix[1] == '+' ? 2 : 1);
    int exponent = 0;
    const auto [end, problem] =
        std::from_chars(suffix.data(), suffix.data() + suffix.size(), exponent);
    if (problem != std::errc() || end != suffix.data() + suffix.size()) {
        return std::nullopt;
    }
    // Beyond these a value is capped or rounded to one nano-unit anyway.
    return Scale{.format = Quantity::Format::decimal_exponent,
                 .ten_to = std::clamp(exponent, -100, 100)};
}

Wide saturating(Wide left, Wide right, bool multiply) {
    Wide result = 0;
    const bool overflows = multiply ? __builtin_mul_overflow(left, right, &result)
                                    : __builtin_add_overflow(left, right, &result);
    return overflows ? most : result;
}

Wide digits_value(std::string_view digits) {
    Wide value = 0;
    for (const char digit : digits) {
        value = std::min(saturating(saturating(value, 10, true), digit - '0', false), most);
    }
    return value;
}

// `whole`.`fraction` times `factor`, in nano-units; what is smaller rounds up.
Wide magnitude(std::string_view whole, std::string fraction, Wide factor) {
    constexpr std::size_t kept = 18;
    const bool has_rest =
        fraction.size() > kept && fraction.find_first_not_of('0', kept) != std::string::npos;
    fraction.resize(kept, '0');
    // 10^18 * 2^60 still fits into 127 bits.
    const Wide scaled = digits_value(fraction) * factor;
    const Wide below = (scaled + nanos_per_unit - 1) / nanos_per_unit +
                       ((has_rest && scaled % nanos_per_unit == 0) ? 1 : 0);
    const Wide units = saturating(digits_value(whole), factor, true);
    return std::min(saturating(saturating(units, nanos_per_unit, true), below, false), most);
}

void shift_point(std::string& whole, std::string& fraction, int ten_to) {
    for (; ten_to > 0; --ten_to) {
        whole += fraction.empty() ? '0' : fraction.front();
        fraction.erase(0, fraction.empty() ? 0 : 1);
    }
    for (; ten_to < 0; ++ten_to) {
        fraction.insert(fraction.begin(), whole.empty() ? '0' : whole.back());
        if (!whole.empty()) {
            whole.pop_back();
        }
    }
}

std::string digits_of(Wide value) {
    const bool negative = value < 0;
    std::string digits;
    do {
        const int digit = static_cast<int>(value % 10);
        digits += static_cast<char>('0' + (digit < 0 ? -digit : digit));
        value /= 10;
    } while (value != 0);
    if (negative) {
        digits += '-';
    }
    return {digits.rbegin(), digits.rend()};
}

std::int64_t narrowed(Wide value) {
    return static_cast<std::int64_t>(
        std::clamp(value, static_cast<Wide>(std::numeric_limits<std::int64_t>::min()),
                   static_cast<Wide>(std::numeric_limits<std::int64_t>::max())));
}

}  // namespace

Quantity Quantity::of_bytes(std::int64_t bytes) {
    return {capped(static_cast<Wide>(bytes) * nanos_per_unit), Format::binary_si};
}

Quantity Quantity::of_milli(std::int64_t thousandths) {
    return {capped(static_cast<Wide>(thousandths) * (nanos_per_unit / 1000)), Format::decimal_si};
}

Result<Quantity> Quantity::parse(std::string_view text) {
    const Error malformed{
        "quantities must match the regular expression "
        "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"};
    std::string_view rest = text;
    const bool negative = rest.starts_with('-');
    if (negative || rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    const auto take_digits = [&rest] {
        const std::size_t end = std::min(rest.find_first_not_of("0123456789"), rest.size());
        const std::string digits(rest.substr(0, end));
        rest.remove_prefix(end);
        return digits;
    };
    std::string whole = take_digits();
    std::string fraction;
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        fraction = take_digits();
    }
    if (whole.empty() && fraction.empty()) {
        return malformed;
    }
    const std::optional<Scale> scale = scale_of(rest);
    if (!scale) {
        return rest.find_first_not_of("eEinumkKMGTP+-0123456789") == std::string_view::npos
                   ? Error{"unable to parse quantity's suffix"}
                   : malformed;
    }
    shift_point(whole, fraction, scale->ten_to);
    const Wide value = magnitude(whole, std::move(fraction), scale->factor);
    return Quantity(negative ? -value : value, scale->format);
}

Quantity::Wide Quantity::capped(Wide nanos) {
    return std::clamp(nanos, -most, most);
}

Quantity::Wide Quantity::rounded_up(Wide nanos, Wide unit) {
    const Wide quotient = nanos / unit;
    const Wide rest = nanos % unit;
    if (rest == 0) {
        return quotient;
    }
    return rest > 0 ? quotient + 1 : quotient - 1;
}

std::int64_t Quantity::bytes() const {
    return narrowed(rounded_up(nanos_, nanos_per_unit));
}

std::int64_t Quantity::milli() const {
    return narrowed(rounded_up(nanos_, nanos_per_unit / 1000));
}

Quantity operator+(const Quantity& left, const Quantity& right) {
    return {Quantity::capped(left.nanos_ + right.nanos_),
            left.is_zero() ? right.format_ : left.format_};
}

Quantity operator-(const Quantity& left, const Quantity& right) {
    return {Quantity::capped(left.nanos_ - right.nanos_),
            left.is_zero() ? right.format_ : left.format_};
}

std::string Quantity::decimal_text() const {
    Wide mantissa = nanos_;
    int exponent = -9;
    while (exponent < 18 && mantissa % 1000 == 0) {
        mantissa /= 1000;
        exponent += 3;
    }
    if (format_ == Format::decimal_exponent) {
        return digits_of(mantissa) + (exponent == 0 ? "" : "e" + std::to_string(exponent));
    }
    const auto* const suffix = std::ranges::find(decimal_suffixes, exponent, &Suffix::exponent);
    return digits_of(mantissa) + std::string(suffix->text);
}

std::string Quantity::binary_text() const {
    Wide mantissa = nanos_ / nanos_per_unit;
    std::size_t steps = 0;
    while (steps < binary_suffixes.size() && mantissa % 1024 == 0) {
        mantissa /= 1024;
        ++steps;
    }
    return digits_of(mantissa) + (steps == 0 ? "" : std::string(binary_suffixes[steps - 1].text));
}

std::string Quantity::text() const {
    if (nanos_ == 0) {
        return "0";
    }
    // Small and fractional values of the binary family are written decimally, as upstream does.
    const Wide limit = 1024 * nanos_per_unit;
    const bool is_small = nanos_ > -limit && nanos_ < limit;
    const bool is_binary =
        format_ == Format::binary_si && !is_small && nanos_ % nanos_per_unit == 0;
    return is_binary ? binary_text() : decimal_text();
}

}  // namespace bestgres::kube
