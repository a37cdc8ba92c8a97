#include <algorithm>

#include "fakekube/cel/arithmetic.hpp"
#include "fakekube/cel/functions.hpp"

namespace bestgres::fakekube::cel {
namespace {

Result<Value> is_sorted(const Values& arguments) {
    const Values items = items_of(arguments[0]);
    for (std::size_t index = 1; index < items.size(); ++index) {
        const Result<int> order = compare(items[index - 1], items[index]);
        BG_TRY(order);
        if (*order > 0) {
            return Value{false};
        }
    }
    return Value{true};
}

Result<Value> sum(const Values& arguments) {
    const Values items = items_of(arguments[0]);
    if (items.empty()) {
        return Value{std::int64_t{0}};
    }
    Value total = items.front();
    for (std::size_t index = 1; index < items.size(); ++index) {
        Result<Value> next = apply_binary("+", total, items[index]);
        BG_TRY(next);
        total = *std::move(next);
    }
    return total;
}

template <int sign>
Result<Value> extreme(const Values& arguments) {
    const Values items = items_of(arguments[0]);
    if (items.empty()) {
        return Error{"min called on empty list"};
    }
    Value best = items.front();
    for (const Value& item : items) {
        const Result<int> order = compare(item, best);
        BG_TRY(order);
        if (*order * sign > 0) {
            best = item;
        }
    }
    return best;
}

bool has_all(const Value& container, const Value& wanted) {
    const Values items = items_of(container);
    const Values needed = items_of(wanted);
    return std::all_of(needed.begin(), needed.end(), [&items](const Value& one) {
        return std::any_of(items.begin(), items.end(),
                           [&one](const Value& item) { return equal(item, one); });
    });
}

Result<Value> sets_contains(const Values& arguments) {
    return Value{has_all(arguments[0], arguments[1])};
}
Result<Value> sets_equivalent(const Values& arguments) {
    return Value{has_all(arguments[0], arguments[1]) && has_all(arguments[1], arguments[0])};
}
Result<Value> sets_intersects(const Values& arguments) {
    const Values ours = items_of(arguments[0]);
    const Values theirs = items_of(arguments[1]);
    return Value{std::any_of(ours.begin(), ours.end(), [&theirs](const Value& item) {
        return std::any_of(theirs.begin(), theirs.end(),
                           [&item](const Value& other) { return equal(item, other); });
    })};
}

Result<Value> optional_of(const Values& arguments) {
    return some(arguments[0]);
}
Result<Value> optional_none(const Values&) {
    return Value{Optional{}};
}
Result<Value> has_value(const Values& arguments) {
    const Optional* held = arguments[0].get<Optional>();
    if (held == nullptr) {
        return no_overload();
    }
    return Value{held->value != nullptr};
}
Result<Value> value_of(const Values& arguments) {
    const Optional* held = arguments[0].get<Optional>();
    if (held == nullptr) {
        return no_overload();
    }
    if (held->value == nullptr) {
        return Error{"optional.none() dereference"};
    }
    return *held->value;
}
Result<Value> or_value(const Values& arguments) {
    const Optional* held = arguments[0].get<Optional>();
    if (held == nullptr) {
        return no_overload();
    }
    return held->value == nullptr ? arguments[1] : *held->value;
}
Result<Value> or_optional(const Values& arguments) {
    const Optional* held = arguments[0].get<Optional>();
    if (held == nullptr) {
        return no_overload();
    }
    return held->value == nullptr ? arguments[1] : arguments[0];
}

}  // namespace

std::vector<Function> list_functions() {
    return {{"isSorted", true, 1, 1, is_sorted},
            {"sum", true, 1, 1, sum},
            {"min", true, 1, 1, extreme<-1>},
            {"max", true, 1, 1, extreme<1>},
            {"sets.contains", false, 2, 2, sets_contains},
            {"sets.equivalent", false, 2, 2, sets_equivalent},
            {"sets.intersects", false, 2, 2, sets_intersects},
            {"optional.of", false, 1, 1, optional_of},
            {"optional.none", false, 0, 0, optional_none},
            {"hasValue", true, 1, 1, has_value},
            {"value", true, 1, 1, value_of},
            {"orValue", true, 2, 2, or_value},
            {"or", true, 2, 2, or_optional}};
}

}  // namespace bestgres::fakekube::cel
