// Exact Kubernetes quantities ("500m", "1.5Gi", "1e3"): arithmetic without floating point, and the
// canonical text that an API server stores.
// https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.hpp"

namespace bestgres::kube {

class Quantity {
public:
    // How the text is written; it is no part of the value.
    enum class Format { decimal_si, binary_si, decimal_exponent };

    Quantity() = default;
    static Quantity of_bytes(std::int64_t bytes);
    static Quantity of_milli(std::int64_t thousandths);

    // Digits below a nano-unit round away from zero; values beyond +-(2^63 - 1) are capped.
    static Result<Quantity> parse(std::string_view text);

    // Rounded up to a whole unit, as the scheduler and the volume plug-ins do.
    std::int64_t bytes() const;
    // Thousandths, rounded up; capped at the limits of the type.
    std::int64_t milli() const;
    bool is_zero() const { return nanos_ == 0; }
    bool is_negative() const { return nanos_ < 0; }

    // The result is written as the left side is, unless that is zero.
    friend Quantity operator+(const Quantity& left, const Quantity& right);
    friend Quantity operator-(const Quantity& left, const Quantity& right);
    // By value: 1Gi == 1073741824.
    friend bool operator==(const Quantity& left, const Quantity& right) {
        return left.nanos_ == right.nanos_;
    }
    friend std::strong_ordering operator<=>(const Quantity& left, const Quantity& right) {
        return left.nanos_ <=> right.nanos_;
    }

    // Canonical: the largest suffix that needs no fraction.
    std::string text() const;

private:
    __extension__ typedef __int128 Wide;  // NOLINT: `using` cannot carry __extension__

    Quantity(Wide nanos, Format format) : nanos_(nanos), format_(format) {}
    static Wide capped(Wide nanos);
    static Wide rounded_up(Wide nanos, Wide unit);
    std::string decimal_text() const;
    std::string binary_text() const;

    Wide nanos_ = 0;
    Format format_ = Format::decimal_si;
};

}  // namespace bestgres::kube
