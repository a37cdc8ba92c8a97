#include "fakekube/rest/watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "fakekube/registry.hpp"
#include "fakekube/rest/encode.hpp"
#include "fakekube/rest/table.hpp"

namespace bestgres::fakekube {
namespace {

using std::chrono::seconds;

constexpr seconds bookmark_period{60};
constexpr seconds bookmark_lead{2};  // before the watch's own end
constexpr seconds default_timeout{1800};

Status too_old(std::uint64_t version, const WatchLog& log) {
    return expired(fmt::format("too old resource version: {} ({})", version, log.compacted() + 1));
}

Outcome<std::uint64_t> version_parameter(const std::string& text) {
    std::uint64_t version = 0;
    if (text.empty()) {
        return version;
    }
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), version);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return plain_error(fmt::format(
            "resourceVersion: Invalid value: {}: strconv.ParseUint: parsing {}: invalid syntax",
            go_quote(text), go_quote(text)));
    }
    return version;
}

Outcome<Done> check_parameters(const Query& query) {
    const bool initial = is_true(query, "sendInitialEvents");
    const std::string match = first(query, "resourceVersionMatch");
    FieldErrors errors;
    if (!initial && !match.empty()) {
        errors.push_back(forbidden("resourceVersionMatch",
                                   "resourceVersionMatch is forbidden for watch unless "
                                   "sendInitialEvents is provided"));
    }
    if (initial && match != "NotOlderThan") {
        errors.push_back(
            forbidden("resourceVersionMatch",
                      "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
    }
    if (!errors.empty()) {
        return invalid("meta.k8s.io", "ListOptions", "", errors);
    }
    return Done{};
}

std::string prefix_of(const Selection& selection) {
    std::string prefix = storage_prefix(*selection.resource);
    if (selection.resource->namespaced && !selection.ns.empty()) {
        prefix.append(selection.ns).append(1, '/');
    }
    return prefix;
}

void fill_initial(const ServerState& state, WatchStream& stream) {
    const std::string prefix = prefix_of(stream.selection);
    state.store.scan(prefix, prefix, [&stream](const Store::Entry& entry) {
        if (matches(stream.selection, entry.object)) {
            stream.initial.push_back(entry.object);
        }
        return true;
    });
}

bool concerns(const Selection& selection, const StoredEvent& event) {
    const Resource& resource = *selection.resource;
    return event.kind->plural == resource.plural &&
           event.kind->group == resource.storage_group.value_or(resource.group) &&
           (selection.ns.empty() || event.object.ns() == selection.ns);
}

std::string object_line(WatchStream& stream, std::string_view type, const kube::Object& object,
                        Instant now) {
    const Resource& resource = *stream.selection.resource;
    const kube::Object shown = served(resource, object);
    if (stream.as_table) {
        Json table = table_of(resource, {shown},
                              {.include_object = stream.include_object,
                               .meta_version = stream.meta_version,
                               .now = now,
                               .with_columns = !stream.told_columns});
        stream.told_columns = true;
        return event_text(type, object_text(table));
    }
    if (stream.as_partial) {
        return event_text(type, object_text(partial_metadata(
                                    shown, Format{.meta_version = stream.meta_version})));
    }
    return event_text(type, object_text(shown.json()));
}

std::string bookmark_line(const WatchStream& stream, std::uint64_t version, bool initial_end) {
    const Resource& resource = *stream.selection.resource;
    Json meta = {{"resourceVersion", std::to_string(version)}, {"creationTimestamp", nullptr}};
    if (initial_end) {
        meta["annotations"] = {{"k8s.io/initial-events-end", "true"}};
    }
    return event_text("BOOKMARK", object_text({{"kind", resource.kind},
                                               {"apiVersion", resource.api_version()},
                                               {"metadata", std::move(meta)}}));
}

void tell_initial(const ServerState& state, WatchStream& stream, WatchChunk& chunk, Instant now) {
    for (const kube::Object& object : stream.initial) {
        chunk.events.push_back(object_line(stream, "ADDED", object, now));
    }
    stream.initial.clear();
    if (stream.tells_initial_end) {
        stream.tells_initial_end = false;
        chunk.events.push_back(bookmark_line(stream, state.version, true));
    }
}

const char* word(EventType type) {
    switch (type) {
        case EventType::added:
            return "ADDED";
        case EventType::modified:
            return "MODIFIED";
        case EventType::deleted:
            return "DELETED";
    }
    return "";
}

// False when the log no longer holds what comes next.
bool tell_events(const ServerState& state, WatchStream& stream, WatchChunk& chunk, Instant now) {
    if (stream.after_version < state.log.compacted()) {
        chunk.events.push_back(event_text(
            "ERROR", object_text(status_json(too_old(stream.after_version, state.log)))));
        return false;
    }
    while (stream.after_version < state.log.last()) {
        const StoredEvent& event = state.log.at(++stream.after_version);
        if (!concerns(stream.selection, event)) {
            continue;
        }
        stream.something_happened = true;
        if (const std::optional<Told> told = told_of(stream.selection, event)) {
            chunk.events.push_back(object_line(stream, word(told->type), told->object, now));
        }
    }
    return true;
}

// A watch that ends within moments gets none.
Instant next_bookmark(Instant now, const std::optional<Instant>& deadline) {
    const Instant regular = now + bookmark_period;
    if (!deadline) {
        return regular;
    }
    const Instant last = *deadline - bookmark_lead;
    return last < now ? *deadline + bookmark_period : std::min(regular, last);
}

void tell_bookmark(WatchStream& stream, WatchChunk& chunk, Instant now) {
    if (!stream.wants_bookmarks || now < stream.next_bookmark) {
        return;
    }
    stream.next_bookmark = next_bookmark(now + bookmark_lead, stream.deadline);
    if (stream.something_happened && stream.after_version > stream.last_bookmark) {
        stream.last_bookmark = stream.after_version;
        chunk.events.push_back(bookmark_line(stream, stream.after_version, false));
    }
}

}  // namespace

Outcome<Response> open_watch(const ServerState& state, Selection selection,
                             const WatchAsked& request) {
    const auto& [query, format, now] = request;
    BG_TRY(check_parameters(query));
    const std::string from = first(query, "resourceVersion");
    const Outcome<std::uint64_t> version = version_parameter(from);
    if (!version.ok()) {
        return version.error();
    }
    WatchStream stream;
    stream.selection = std::move(selection);
    const bool initial = is_true(query, "sendInitialEvents") || *version == 0;
    stream.after_version = initial ? state.version : *version;
    stream.tells_initial_end =
        is_true(query, "sendInitialEvents") && is_true(query, "allowWatchBookmarks");
    if (initial) {
        fill_initial(state, stream);
    }
    stream.wants_bookmarks = is_true(query, "allowWatchBookmarks");
    stream.last_bookmark = stream.after_version;
    std::int64_t timeout = 0;
    const std::string asked = first(query, "timeoutSeconds");
    std::from_chars(asked.data(), asked.data() + asked.size(), timeout);
    stream.deadline = now + (timeout > 0 ? seconds(timeout) : default_timeout);
    stream.next_bookmark = next_bookmark(now, stream.deadline);
    stream.as_table = format.shape == Format::Shape::table;
    stream.as_partial =
        format.shape == Format::Shape::partial || format.shape == Format::Shape::partial_list;
    stream.meta_version = format.meta_version;
    const std::string include = first(query, "includeObject");
    stream.include_object = include.empty() ? "Metadata" : include;
    Response response = text_response(200, "", "application/json");
    response.watch = std::move(stream);
    return response;
}

WatchChunk poll_watch(const ServerState& state, WatchStream& stream, Instant now) {
    WatchChunk chunk;
    if (stream.ended) {
        chunk.closed = true;
        return chunk;
    }
    tell_initial(state, stream, chunk, now);
    if (!tell_events(state, stream, chunk, now)) {
        stream.ended = true;
    }
    tell_bookmark(stream, chunk, now);
    stream.ended = stream.ended || (stream.deadline && now >= *stream.deadline);
    chunk.closed = stream.ended;
    if (!stream.ended) {
        chunk.next_look = stream.deadline;
        if (stream.wants_bookmarks) {
            chunk.next_look = std::min(*stream.deadline, stream.next_bookmark);
        }
    }
    return chunk;
}

}  // namespace bestgres::fakekube
