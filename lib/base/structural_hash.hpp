// The hash of a whole value, field by field: integers, texts, times, JSON, containers, variants,
// results and plain structs of all of these. Nobody lists fields, so that none is forgotten when
// one is added. A class with private state says its own: `hash()` or `hash_into(Hasher&)`.
#pragma once

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "lib/base/hash.hpp"
#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "lib/base/time.hpp"

namespace bestgres {

template <class T>
void hash_value(Hasher& hasher, const T& value);

template <class... Values>
void hash_values(Hasher& hasher, const Values&... values) {
    (hash_value(hasher, values), ...);
}

namespace structural {

template <class T>
concept HashesItself = requires(const T& value, Hasher& hasher) {
    value.hash_into(hasher);
};
template <class T>
concept HasHash = requires(const T& value) {
    { value.hash() } -> std::same_as<std::uint64_t>;
};
template <class T>
concept Range = requires(const T& value) {
    value.begin();
    value.end();
    value.size();
};
// Optional, shared and unique pointers: something or nothing.
template <class T>
concept Maybe = requires(const T& value) {
    static_cast<bool>(value);
    *value;
}
&&!requires(const T& value) {
    value.error();
};
template <class T>
concept SharedUntilWritten = requires(T& value) {
    value.write();
    *value;
};
template <class T>
concept Outcome = requires(const T& value) {
    value.ok();
    value.error();
};

template <class T>
inline constexpr bool is_variant = false;
template <class... Some>
inline constexpr bool is_variant<std::variant<Some...>> = true;
template <class T>
inline constexpr bool is_pair = false;
template <class First, class Second>
inline constexpr bool is_pair<std::pair<First, Second>> = true;
template <class T>
inline constexpr bool is_duration = false;
template <class Count, class Period>
inline constexpr bool is_duration<std::chrono::duration<Count, Period>> = true;

// Stands for a field of any type while fields are counted.
struct Any {
    template <class Field>
    operator Field&() const;
};
template <class T, std::size_t... Number>
constexpr bool has_fields(std::index_sequence<Number...>) {
    return requires {
        T{(static_cast<void>(Number), Any{})...};
    };
}
template <class T, std::size_t most = 17>
constexpr std::size_t count_fields() {
    if constexpr (most == 0 || has_fields<T>(std::make_index_sequence<most>())) {
        return most;
    } else {
        return count_fields<T, most - 1>();
    }
}

// A wrong count does not compile: a structured binding names all fields or none.
template <class T>
void hash_fields(Hasher& hasher, const T& value) {
    constexpr std::size_t count = count_fields<T>();
    static_assert(count <= 16, "a struct of more fields hashes itself");
    if constexpr (count == 1) {
        const auto& [a] = value;
        hash_values(hasher, a);
    } else if constexpr (count == 2) {
        const auto& [a, b] = value;
        hash_values(hasher, a, b);
    } else if constexpr (count == 3) {
        const auto& [a, b, c] = value;
        hash_values(hasher, a, b, c);
    } else if constexpr (count == 4) {
        const auto& [a, b, c, d] = value;
        hash_values(hasher, a, b, c, d);
    } else if constexpr (count == 5) {
        const auto& [a, b, c, d, e] = value;
        hash_values(hasher, a, b, c, d, e);
    } else if constexpr (count == 6) {
        const auto& [a, b, c, d, e, f] = value;
        hash_values(hasher, a, b, c, d, e, f);
    } else if constexpr (count == 7) {
        const auto& [a, b, c, d, e, f, g] = value;
        hash_values(hasher, a, b, c, d, e, f, g);
    } else if constexpr (count == 8) {
        const auto& [a, b, c, d, e, f, g, h] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h);
    } else if constexpr (count == 9) {
        const auto& [a, b, c, d, e, f, g, h, i] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i);
    } else if constexpr (count == 10) {
        const auto& [a, b, c, d, e, f, g, h, i, j] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (count == 11) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j, k);
    } else if constexpr (count == 12) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j, k, l);
    } else if constexpr (count == 13) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j, k, l, m);
    } else if constexpr (count == 14) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    } else if constexpr (count == 15) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    } else if constexpr (count == 16) {
        const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = value;
        hash_values(hasher, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p);
    }
}

template <class T>
void hash_compound(Hasher& hasher, const T& value) {
    if constexpr (is_variant<T>) {
        hasher.add(static_cast<std::uint64_t>(value.index()));
        std::visit([&hasher](const auto& held) { hash_value(hasher, held); }, value);
    } else if constexpr (is_pair<T>) {
        hash_values(hasher, value.first, value.second);
    } else if constexpr (Range<T>) {
        hasher.add(static_cast<std::uint64_t>(value.size()));
        for (const auto& part : value) {
            hash_value(hasher, part);
        }
    } else if constexpr (SharedUntilWritten<T>) {
        hash_value(hasher, *value);
    } else if constexpr (Outcome<T>) {
        hasher.add(static_cast<std::uint64_t>(value.ok()));
        if (value.ok()) {
            hash_value(hasher, *value);
        } else {
            hash_value(hasher, value.error());
        }
    } else if constexpr (Maybe<T>) {
        hasher.add(static_cast<std::uint64_t>(static_cast<bool>(value)));
        if (value) {
            hash_value(hasher, *value);
        }
    } else if constexpr (!std::is_empty_v<T>) {
        static_assert(std::is_aggregate_v<T>, "a class with private state hashes itself");
        hash_fields(hasher, value);
    }
}

}  // namespace structural

template <class T>
void hash_value(Hasher& hasher, const T& value) {
    if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
        hasher.add(static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, Json>) {
        hasher.add(hash_json(value));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        hasher.add(std::string_view(value));
    } else if constexpr (structural::is_duration<T>) {
        hasher.add(static_cast<std::uint64_t>(value.count()));
    } else if constexpr (structural::HashesItself<T>) {
        value.hash_into(hasher);
    } else if constexpr (structural::HasHash<T>) {
        hasher.add(value.hash());
    } else {
        structural::hash_compound(hasher, value);
    }
}

template <class T>
std::uint64_t hash_of(const T& value) {
    Hasher hasher;
    hash_value(hasher, value);
    return hasher.value();
}

}  // namespace bestgres
