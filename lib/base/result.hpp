// Result<T, E>: a value or the reason why there is none. Used for every failure that is expected;
// broken invariants are BG_CHECK's business.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "lib/base/check.hpp"

namespace bestgres {

// A failure that only has to be told. Interfaces whose callers must choose between reactions have
// error types of their own (kube::Error).
struct Error {
    std::string message;  // lower-case clause that names the object and the cause

    // "read /etc/x" + "permission denied" -> "read /etc/x: permission denied".
    Error within(std::string_view attempt) && {
        message.insert(0, std::string(attempt) + ": ");
        return std::move(*this);
    }
    bool operator==(const Error&) const = default;
};

struct Done {
    bool operator==(const Done&) const = default;
};

template <class T, class E = Error>
class [[nodiscard]] Result {
public:
    Result(T value)
        : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit by design
    Result(E error)
        : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: implicit by design

    bool ok() const { return state_.index() == 0; }
    explicit operator bool() const { return ok(); }

    const T& operator*() const& {
        check_ok();
        return std::get<0>(state_);
    }
    T& operator*() & {
        check_ok();
        return std::get<0>(state_);
    }
    T&& operator*() && {
        check_ok();
        return std::get<0>(std::move(state_));
    }
    const T* operator->() const { return &**this; }
    T* operator->() { return &**this; }

    const E& error() const& {
        BG_CHECK(!ok(), "error() of a successful result");
        return std::get<1>(state_);
    }
    E&& error() && {
        BG_CHECK(!ok(), "error() of a successful result");
        return std::get<1>(std::move(state_));
    }
    T value_or(T fallback) const& { return ok() ? **this : std::move(fallback); }

    bool operator==(const Result&) const = default;

private:
    void check_ok() const { BG_CHECK(ok(), "value of a failed result"); }

    std::variant<T, E> state_;
};

}  // namespace bestgres

// Evaluates to nothing; returns the error from the enclosing function when `expression` failed.
#define BG_TRY(expression)                        \
    do {                                          \
        auto&& bg_outcome = (expression);         \
        if (!bg_outcome.ok()) {                   \
            return std::move(bg_outcome).error(); \
        }                                         \
    } while (false)
