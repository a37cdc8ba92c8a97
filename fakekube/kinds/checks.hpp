// The checks that many kinds share, in the words of Kubernetes' validation. A path is the field's
// name as errors show it: "spec.containers[0].name".
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/field_error.hpp"
#include "fakekube/names.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube {

inline constexpr std::string_view immutable_text = "field is immutable";

std::string at_index(std::string_view path, std::size_t index);   // "path[3]"
std::string at_key(std::string_view path, std::string_view key);  // "path[key]"

// One `Invalid value` for each problem.
FieldErrors invalid_each(const std::string& path, const Json& bad_value, const Problems& problems);

// Reading that never fails: absent and wrongly typed values are "" and nothing.
std::string text_of(const Json& object, std::string_view field);
bool is_set(const Json& object, std::string_view field);
// The field, or null.
const Json& value_of(const Json& object, std::string_view field);

// Present numbers must not be negative.
void check_not_negative(FieldErrors& errors, const Json& object, std::string_view field,
                        const std::string& path);
void check_required(FieldErrors& errors, const Json& object, std::string_view field,
                    const std::string& path);
// "" counts as unsupported unless `required_if_empty`.
void check_one_of(FieldErrors& errors, const std::string& value, const std::string& path,
                  const std::vector<std::string>& supported);
FieldErrors check_immutable(const Json& now, const Json& before, const std::string& path);

Problems port_number_problems(std::int64_t port);
Problems port_name_problems(std::string_view name);
Problems environment_name_problems(std::string_view name);
Problems config_key_problems(std::string_view key);
Problems ip_problems(std::string_view address);
bool is_ipv4(std::string_view address);
bool is_ipv6(std::string_view address);
bool is_cidr(std::string_view text);

// A number must not be negative; a text must be a percentage.
FieldErrors check_int_or_percent(const Json& value, const std::string& path);
FieldErrors check_not_above_100_percent(const Json& value, const std::string& path);
// 8008 or "http".
FieldErrors check_port(const Json& port, const std::string& path);

FieldErrors check_labels(const Json& labels, const std::string& path);
FieldErrors check_label_selector(const Json& selector, const std::string& path);
// Whether `labels` satisfy the selector; an empty or malformed one selects nothing.
bool selects(const Json& selector, const Json& labels);

}  // namespace bestgres::fakekube
