// The word of each value of an enumeration in replay files, both ways.
#pragma once

#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "lib/kube/cluster.hpp"
#include "scenarios/engine/fault.hpp"
#include "scenarios/engine/scenario.hpp"
#include "scenarios/engine/trigger.hpp"

namespace bestgres::scenarios {

template <class Enum>
struct Words {};

template <>
struct Words<CallPoint> {
    static constexpr std::array table = std::to_array<std::pair<CallPoint, std::string_view>>(
        {{CallPoint::before_send, "before_send"},
         {CallPoint::before_apply, "before_apply"},
         {CallPoint::after_apply, "after_apply"},
         {CallPoint::after_answer, "after_answer"}});
};
template <>
struct Words<Condition> {
    static constexpr std::array table = std::to_array<std::pair<Condition, std::string_view>>(
        {{Condition::settled, "settled"},
         {Condition::exists, "exists"},
         {Condition::absent, "absent"},
         {Condition::member_state, "member_state"},
         {Condition::leader, "leader"},
         {Condition::phase, "phase"},
         {Condition::step, "step"},
         {Condition::fault_over, "fault_over"},
         {Condition::edit_made, "edit_made"}});
};
template <>
struct Words<Combination> {
    static constexpr std::array table = std::to_array<std::pair<Combination, std::string_view>>(
        {{Combination::all_of, "all_of"},
         {Combination::any_of, "any_of"},
         {Combination::one_after_another, "one_after_another"}});
};
template <>
struct Words<PatroniVersion> {
    static constexpr std::array table = std::to_array<std::pair<PatroniVersion, std::string_view>>(
        {{PatroniVersion::v3_0, "3.0"}, {PatroniVersion::v4_1, "4.1"}});
};
template <>
struct Words<kube::Propagation> {
    static constexpr std::array table =
        std::to_array<std::pair<kube::Propagation, std::string_view>>(
            {{kube::Propagation::background, "background"},
             {kube::Propagation::foreground, "foreground"},
             {kube::Propagation::orphan, "orphan"}});
};

template <class Enum>
concept HasTable = requires {
    Words<Enum>::table;
};
template <class Enum>
concept HasWords = HasTable<Enum> || std::same_as<Enum, FaultKind>;

template <HasWords Enum>
std::string_view word_of(Enum value) {
    if constexpr (std::same_as<Enum, FaultKind>) {
        return to_string(value);
    } else {
        for (const auto& [known, word] : Words<Enum>::table) {
            if (known == value) {
                return word;
            }
        }
        check_failed(__FILE__, __LINE__, "known == value", "a value without a word");
    }
}

template <HasWords Enum>
std::optional<Enum> find_word(std::string_view text) {
    if constexpr (std::same_as<Enum, FaultKind>) {
        return find_fault_kind(text);
    } else {
        for (const auto& [value, word] : Words<Enum>::table) {
            if (word == text) {
                return value;
            }
        }
        return std::nullopt;
    }
}

// "a, b, c": for messages.
template <HasWords Enum>
std::string choices() {
    std::string all;
    if constexpr (std::same_as<Enum, FaultKind>) {
        for (const FaultKind kind : all_fault_kinds()) {
            all += (all.empty() ? "" : ", ") + std::string(to_string(kind));
        }
    } else {
        for (const auto& [value, word] : Words<Enum>::table) {
            all += (all.empty() ? "" : ", ") + std::string(word);
        }
    }
    return all;
}

}  // namespace bestgres::scenarios
