#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <utility>

#include "fakekube/continue_token.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/selection.hpp"

namespace bestgres::fakekube {
namespace {

// What keys were at an older version, where they are different now; null: there was none.
using Changes = std::map<std::string, std::optional<kube::Object>, std::less<>>;

// Undoes the log back to `version`.
Changes changes_since(const ServerState& state, std::string_view prefix, const Resource& resource,
                      std::uint64_t version) {
    Changes changes;
    for (std::uint64_t at = state.log.last(); at > version; --at) {
        const StoredEvent& event = state.log.at(at);
        if (event.kind->plural != resource.plural) {
            continue;
        }
        std::string key = storage_key(resource, event.object.ns(), event.object.name());
        if (!std::string_view(key).starts_with(prefix)) {
            continue;
        }
        changes[std::move(key)] =
            event.type == EventType::added ? std::nullopt : std::optional(event.before);
    }
    return changes;
}

struct KeyRange {
    std::string_view prefix;
    std::string_view from;
};

// Visits the objects of a range, as they were with `changes` undone.
template <class Visitor>
void visit_objects(const Store& store, const Changes& changes, const KeyRange& range,
                   Visitor visitor) {
    const auto& [prefix, from] = range;
    auto change = changes.lower_bound(from);
    bool more = true;
    const auto visit_changes_before = [&](const std::string* key) {
        for (; more && change != changes.end() && (key == nullptr || change->first <= *key);
             ++change) {
            more = !change->second || visitor(change->first, *change->second);
        }
    };
    store.scan(prefix, from, [&](const Store::Entry& entry) {
        visit_changes_before(&entry.key);
        if (more && changes.find(entry.key) == changes.end()) {
            more = visitor(entry.key, entry.object);
        }
        return more;
    });
    visit_changes_before(nullptr);
}

struct Page {
    std::uint64_t version = 0;
    std::string from;  // the first key
    bool inconsistent = false;
};

std::string list_prefix(const Resource& resource, std::string_view ns) {
    std::string prefix = storage_prefix(resource);
    if (resource.namespaced && !ns.empty()) {
        prefix.append(ns).append(1, '/');
    }
    return prefix;
}

Status too_old_token(const ContinueToken& token) {
    Status status = expired(
        "The provided continue parameter is too old to display a consistent list result. You can "
        "start a new list without the continue parameter, or use the continue token in this "
        "response to retrieve the remainder of the results. Continuing with the provided token "
        "results in an inconsistent list - objects that were created, modified, or deleted between "
        "the time the first chunk was returned and now may show up in the list.");
    status.metadata = {{"continue", to_text({.version = -1, .start = token.start})}};
    return status;
}

Outcome<Page> page_of(const ServerState& state, const std::string& prefix,
                      const ListOptions& options) {
    if (options.continue_token.empty()) {
        return Page{.version = state.version, .from = prefix};
    }
    if (!options.resource_version.empty() && options.resource_version != "0") {
        return bad_request("specifying resource version is not allowed when using continue");
    }
    const Result<ContinueToken> token = parse_continue_token(options.continue_token);
    if (!token.ok()) {
        return bad_request("invalid continue token: " + token.error().message);
    }
    if (token->version < 0) {
        return Page{.version = state.version, .from = prefix + token->start, .inconsistent = true};
    }
    const auto version = static_cast<std::uint64_t>(token->version);
    if (version < state.log.compacted()) {
        return too_old_token(*token);
    }
    return Page{.version = std::min(version, state.version), .from = prefix + token->start};
}

Outcome<std::uint64_t> parse_version(std::string_view text) {
    std::uint64_t version = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return plain_error(fmt::format(
            "resourceVersion: Invalid value: {}: strconv.ParseUint: parsing {}: invalid syntax",
            go_quote(text), go_quote(text)));
    }
    return version;
}

Status too_large_version(std::uint64_t wanted, std::uint64_t current) {
    return {
        .code = 504,
        .reason = "Timeout",
        .message =
            fmt::format("Timeout: Too large resource version: {}, current: {}", wanted, current),
        .details = {
            {"causes",
             {{{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}}}},
            {"retryAfterSeconds", 1}}};
}

// Moves the page back to an exact version, or refuses versions that are not there (yet).
Outcome<Done> honour_version(const ServerState& state, const ListOptions& options, Page& page) {
    if (options.resource_version.empty() || options.resource_version == "0") {
        return Done{};
    }
    const Outcome<std::uint64_t> version = parse_version(options.resource_version);
    if (!version.ok()) {
        return version.error();
    }
    if (*version > state.version) {
        return too_large_version(*version, state.version);
    }
    const bool exact = options.resource_version_match == "Exact";
    if (!exact) {
        return Done{};
    }
    if (*version < state.log.compacted()) {
        return expired(fmt::format("The resourceVersion for the provided list is too old."));
    }
    page.version = *version;
    return Done{};
}

}  // namespace

Outcome<ListResult> list_objects(const ServerState& state, const Resource& resource,
                                 std::string_view ns, const ListOptions& options) {
    const Outcome<Selection> selection = parse_selection(
        ResourcePtr(ResourcePtr(), &resource), options.label_selector, options.field_selector);
    if (!selection.ok()) {
        return selection.error();
    }
    const std::string prefix = list_prefix(resource, ns);
    Outcome<Page> page = page_of(state, prefix, options);
    if (!page.ok()) {
        return std::move(page).error();
    }
    BG_TRY(honour_version(state, options, *page));
    // The watch cache, which answers version 0, knows no limits.
    const bool limited = options.limit > 0 && options.resource_version != "0";
    const Changes changes = page->version == state.version
                                ? Changes()
                                : changes_since(state, prefix, resource, page->version);
    ListResult result{.items = {}, .version = page->version};
    std::int64_t remaining = 0;
    std::string last_key;
    visit_objects(
        state.store, changes, {prefix, page->from},
        [&](const std::string& key, const kube::Object& object) {
            if (limited && remaining == 0 &&
                static_cast<std::int64_t>(result.items.size()) == options.limit) {
                result.continue_token = to_text(
                    {.version = page->inconsistent ? -1 : static_cast<std::int64_t>(page->version),
                     .start = last_key.substr(prefix.size()) + '\0'});
                remaining = 1;
                return selection->selects_all();
            }
            if (remaining > 0) {
                ++remaining;
                return true;
            }
            last_key = key;
            if (matches(*selection, object)) {
                result.items.push_back(served(resource, object));
            }
            return true;
        });
    if (remaining > 0 && selection->selects_all()) {
        result.remaining = remaining;
    }
    return result;
}

}  // namespace bestgres::fakekube
