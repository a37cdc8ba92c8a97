#include <fmt/format.h>

#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

using kube::Quantity;

Result<Value> quantity(const Values& arguments) {
    const auto* content = arguments[0].get<std::string>();
    if (content == nullptr) {
        return no_overload();
    }
    const Result<Quantity> parsed = Quantity::parse(*content);
    if (!parsed.ok()) {
        return Error{
            "quantities must match the regular expression "
            "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"};
    }
    return Value{*parsed};
}

Result<Value> is_quantity(const Values& arguments) {
    const auto* content = arguments[0].get<std::string>();
    if (content == nullptr) {
        return no_overload();
    }
    return Value{Quantity::parse(*content).ok()};
}

struct Two {
    const Quantity* left;
    const Quantity* right;
};

Two two(const Values& arguments) {
    return Two{.left = arguments[0].get<Quantity>(), .right = arguments[1].get<Quantity>()};
}

Result<Value> is_less_than(const Values& arguments) {
    const Two both = two(arguments);
    if (both.left == nullptr || both.right == nullptr) {
        return no_overload();
    }
    return Value{*both.left < *both.right};
}

Result<Value> is_greater_than(const Values& arguments) {
    const Two both = two(arguments);
    if (both.left == nullptr || both.right == nullptr) {
        return no_overload();
    }
    return Value{*both.left > *both.right};
}

Result<Value> compare_to(const Values& arguments) {
    const Result<int> order = compare(arguments[0], arguments[1]);
    BG_TRY(order);
    return Value{static_cast<std::int64_t>(*order)};
}

Result<Quantity> operand(const Value& value) {
    if (const auto* amount = value.get<Quantity>()) {
        return *amount;
    }
    if (const auto* whole = value.get<std::int64_t>()) {
        return Quantity::of_bytes(*whole);
    }
    return no_overload();
}

template <bool is_sum>
Result<Value> add(const Values& arguments) {
    const auto* left = arguments[0].get<Quantity>();
    const Result<Quantity> right = operand(arguments[1]);
    BG_TRY(right);
    if (left == nullptr) {
        return no_overload();
    }
    return Value{is_sum ? *left + *right : *left - *right};
}

Result<Value> sign(const Values& arguments) {
    const auto* amount = arguments[0].get<Quantity>();
    if (amount == nullptr) {
        return no_overload();
    }
    const std::int64_t positive = amount->is_zero() ? 0 : 1;
    return Value{amount->is_negative() ? std::int64_t{-1} : positive};
}

Result<Value> is_integer(const Values& arguments) {
    const auto* amount = arguments[0].get<Quantity>();
    if (amount == nullptr) {
        return no_overload();
    }
    return Value{Quantity::of_bytes(amount->bytes()) == *amount};
}

Result<Value> as_integer(const Values& arguments) {
    const auto* amount = arguments[0].get<Quantity>();
    if (amount == nullptr) {
        return no_overload();
    }
    if (!(Quantity::of_bytes(amount->bytes()) == *amount)) {
        return Error{"cannot convert value to integer"};
    }
    return Value{amount->bytes()};
}

Result<Value> as_float(const Values& arguments) {
    const auto* amount = arguments[0].get<Quantity>();
    if (amount == nullptr) {
        return no_overload();
    }
    const bool is_whole = Quantity::of_bytes(amount->bytes()) == *amount;
    return Value{is_whole ? static_cast<double>(amount->bytes())
                          : static_cast<double>(amount->milli()) / 1000.0};
}

}  // namespace

std::vector<Function> quantity_functions() {
    return {{"quantity", false, 1, 1, quantity},
            {"isQuantity", false, 1, 1, is_quantity},
            {"isLessThan", true, 2, 2, is_less_than},
            {"isGreaterThan", true, 2, 2, is_greater_than},
            {"compareTo", true, 2, 2, compare_to},
            {"add", true, 2, 2, add<true>},
            {"sub", true, 2, 2, add<false>},
            {"sign", true, 1, 1, sign},
            {"isInteger", true, 1, 1, is_integer},
            {"asInteger", true, 1, 1, as_integer},
            {"asApproximateFloat", true, 1, 1, as_float}};
}

}  // namespace bestgres::fakekube::cel
