// The patterns of the corpus' normalisation, scanned by hand: texts may have megabytes.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace bestgres::fakekube::corpus {

bool uuid_at(std::string_view text, std::size_t at);
bool is_time(std::string_view text);        // 2020-01-01T00:00:00Z
bool is_micro_time(std::string_view text);  // with a fraction

// Every UUID for which `wanted` holds becomes "<uid=...>".
std::string mark_uuids(std::string_view text,
                       const std::function<bool(const std::string&)>& wanted);
// Times inside a text become "<time>".
std::string replace_times(std::string_view text);
// Versions and pointers in messages.
std::string replace_numbers(std::string_view text);
// kube-api-access-xxxxx and the like.
std::string replace_generated_names(std::string_view text);

}  // namespace bestgres::fakekube::corpus
