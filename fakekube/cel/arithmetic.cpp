#include "fakekube/cel/arithmetic.hpp"

#include <limits>
#include <optional>

#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

template <class T>
Result<Value> whole(char symbol, T left, T right, std::string_view type) {
    T result = 0;
    bool overflows = false;
    switch (symbol) {
        case '+':
            overflows = __builtin_add_overflow(left, right, &result);
            break;
        case '-':
            overflows = __builtin_sub_overflow(left, right, &result);
            break;
        case '*':
            overflows = __builtin_mul_overflow(left, right, &result);
            break;
        default: {
            if (right == 0) {
                return Error{symbol == '/' ? "division by zero" : "modulus by zero"};
            }
            const bool is_smallest = std::numeric_limits<T>::is_signed &&
                                     left == std::numeric_limits<T>::min() &&
                                     right == static_cast<T>(-1);
            overflows = is_smallest;
            if (!overflows) {
                result = symbol == '/' ? left / right : left % right;
            }
        }
    }
    if (overflows) {
        return Error{std::string(type) + " overflow"};
    }
    return Value{result};
}

Result<Value> real(char symbol, double left, double right) {
    switch (symbol) {
        case '+':
            return Value{left + right};
        case '-':
            return Value{left - right};
        case '*':
            return Value{left * right};
        case '/':
            return Value{left / right};
        default:
            return no_overload();
    }
}

Value joined_lists(const Value& left, const Value& right) {
    Values items = items_of(left);
    for (Value& item : items_of(right)) {
        items.push_back(std::move(item));
    }
    return list(std::move(items));
}

// Sums of what is no number; absent where the types do not fit.
std::optional<Value> sum(const Value& left, const Value& right) {
    if (left.is_list() && right.is_list()) {
        return joined_lists(left, right);
    }
    const auto* text_left = left.get<std::string>();
    const auto* text_right = right.get<std::string>();
    if (text_left != nullptr && text_right != nullptr) {
        return text(*text_left + *text_right);
    }
    const auto* bytes_left = left.get<Bytes>();
    const auto* bytes_right = right.get<Bytes>();
    if (bytes_left != nullptr && bytes_right != nullptr) {
        return Value{Bytes{.bytes = bytes_left->bytes + bytes_right->bytes}};
    }
    const auto* span_left = left.get<Duration>();
    const auto* span_right = right.get<Duration>();
    if (span_left != nullptr && span_right != nullptr) {
        return Value{*span_left + *span_right};
    }
    if (left.get<Instant>() != nullptr && span_right != nullptr) {
        return Value{*left.get<Instant>() + *span_right};
    }
    if (span_left != nullptr && right.get<Instant>() != nullptr) {
        return Value{*right.get<Instant>() + *span_left};
    }
    return std::nullopt;
}

std::optional<Value> difference(const Value& left, const Value& right) {
    const auto* span = right.get<Duration>();
    if (left.get<Duration>() != nullptr && span != nullptr) {
        return Value{*left.get<Duration>() - *span};
    }
    if (left.get<Instant>() != nullptr && span != nullptr) {
        return Value{*left.get<Instant>() - *span};
    }
    if (left.get<Instant>() != nullptr && right.get<Instant>() != nullptr) {
        return Value{*left.get<Instant>() - *right.get<Instant>()};
    }
    return std::nullopt;
}

Result<Value> arithmetic(char symbol, const Value& left, const Value& right) {
    const auto* int_left = left.get<std::int64_t>();
    const auto* int_right = right.get<std::int64_t>();
    if (int_left != nullptr && int_right != nullptr) {
        return whole(symbol, *int_left, *int_right, "integer");
    }
    const auto* natural_left = left.get<std::uint64_t>();
    const auto* natural_right = right.get<std::uint64_t>();
    if (natural_left != nullptr && natural_right != nullptr) {
        return whole(symbol, *natural_left, *natural_right, "unsigned integer");
    }
    const auto* real_left = left.get<double>();
    const auto* real_right = right.get<double>();
    if (real_left != nullptr && real_right != nullptr) {
        return real(symbol, *real_left, *real_right);
    }
    std::optional<Value> other;
    if (symbol == '+') {
        other = sum(left, right);
    } else if (symbol == '-') {
        other = difference(left, right);
    }
    if (!other.has_value()) {
        return no_overload();
    }
    return *std::move(other);
}

Result<Value> is_in(const Value& item, const Value& container) {
    if (container.is_map()) {
        return Value{find_entry(container, item).has_value()};
    }
    if (!container.is_list()) {
        return no_overload();
    }
    for (const Value& candidate : items_of(container)) {
        if (equal(candidate, item)) {
            return Value{true};
        }
    }
    return Value{false};
}

}  // namespace

Result<Value> apply_binary(std::string_view symbol, const Value& left, const Value& right) {
    if (symbol == "==" || symbol == "!=") {
        return Value{equal(left, right) == (symbol == "==")};
    }
    if (symbol == "in") {
        return is_in(left, right);
    }
    if (symbol[0] != '<' && symbol[0] != '>') {
        return arithmetic(symbol[0], left, right);
    }
    const Result<int> order = compare(left, right);
    BG_TRY(order);
    const bool may_be_equal = symbol.size() == 2;
    const bool holds = symbol[0] == '<' ? *order < 0 : *order > 0;
    return Value{holds || (may_be_equal && *order == 0)};
}

Result<Value> apply_unary(std::string_view symbol, const Value& operand) {
    if (symbol == "!") {
        const bool* truth = operand.get<bool>();
        if (truth == nullptr) {
            return no_overload();
        }
        return Value{!*truth};
    }
    if (const auto* integer = operand.get<std::int64_t>()) {
        return whole<std::int64_t>('-', 0, *integer, "integer");
    }
    if (const auto* number = operand.get<double>()) {
        return Value{-*number};
    }
    if (const auto* span = operand.get<Duration>()) {
        return Value{-*span};
    }
    return no_overload();
}

}  // namespace bestgres::fakekube::cel
