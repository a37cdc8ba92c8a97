// The requests that Patroni sends to an API server, body for body.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fakepatroni/records.hpp"
#include "fakepatroni/settings.hpp"
#include "lib/kube/cluster.hpp"

namespace bestgres::fakepatroni {

// Python's isoformat in UTC: "2026-11-20T16:47:39.403426+00:00".
std::string isoformat(Instant at);

// POST of `<scope>-<suffix>`: nulls are left out.
kube::Call create_map(const MemberSettings& settings, std::string_view suffix, Json annotations);
// PATCH of it; `version` is the precondition, where there is one.
kube::Call patch_map(const MemberSettings& settings, std::string_view suffix,
                     const Json& annotations, const std::optional<std::string>& version);
kube::Call get_leader_map(const MemberSettings& settings);
// `role` absent takes the label off.
kube::Call patch_pod(const MemberSettings& settings, const std::optional<std::string>& role,
                     const std::string& status);
kube::Call list_call(const MemberSettings& settings, const kube::Kind& kind);

struct LockWords {
    std::string ttl = {};
    std::string renew_time = {};
    std::string acquire_time = {};
    std::string transitions = {};
};
Json lock_annotations(const std::string& holder, const LockWords& words);

// `[[1,67381736,"no recovery target specified","2026-...","node2"]]`
std::string history_text(const std::vector<HistoryLine>& history);

// Compact JSON whose keys stay in the order in which they were added, as Python writes it.
class JsonText {
public:
    JsonText& text(std::string_view key, std::string_view value);
    JsonText& number(std::string_view key, std::uint64_t value);
    JsonText& flag(std::string_view key, bool value);
    JsonText& raw(std::string_view key, std::string_view value);
    std::string str() const { return text_ + "}"; }

private:
    void key(std::string_view name);

    std::string text_ = "{";
};
std::string quoted_json(std::string_view text);

}  // namespace bestgres::fakepatroni
