#include "fakekube/kinds/event_forms.hpp"

#include <utility>

namespace bestgres::fakekube {
namespace {

struct Names {
    const char* core;
    const char* events_v1;
};

constexpr Names renamed[] = {{"involvedObject", "regarding"},
                             {"message", "note"},
                             {"reportingComponent", "reportingController"},
                             {"source", "deprecatedSource"},
                             {"firstTimestamp", "deprecatedFirstTimestamp"},
                             {"lastTimestamp", "deprecatedLastTimestamp"},
                             {"count", "deprecatedCount"}};

void rename(Json& event, const char* from, const char* to) {
    const auto found = event.find(from);
    if (found == event.end()) {
        return;
    }
    Json value = std::move(*found);
    event.erase(from);
    event[to] = std::move(value);
}

void fill(Json& event, const char* field, Json value) {
    if (!event.contains(field)) {
        event[field] = std::move(value);
    }
}

// The newer form does not write empty texts that the older one does.
void erase_if_empty(Json& event, const char* field) {
    if (event.contains(field) && event[field] == "") {
        event.erase(field);
    }
}

}  // namespace

Json core_event(Json event) {
    for (const Names& names : renamed) {
        rename(event, names.events_v1, names.core);
    }
    for (const char* field : {"reportingComponent", "reportingInstance"}) {
        fill(event, field, "");
    }
    fill(event, "source", Json::object());
    fill(event, "firstTimestamp", nullptr);
    fill(event, "lastTimestamp", nullptr);
    return event;
}

Json events_v1_event(Json event) {
    for (const Names& names : renamed) {
        rename(event, names.core, names.events_v1);
    }
    erase_if_empty(event, "reportingController");
    erase_if_empty(event, "reportingInstance");
    fill(event, "deprecatedSource", Json::object());
    fill(event, "deprecatedFirstTimestamp", nullptr);
    fill(event, "deprecatedLastTimestamp", nullptr);
    fill(event, "regarding", Json::object());
    return event;
}

}  // namespace bestgres::fakekube
