// Events of the core as JSON and back, for recordings. What is written is read again exactly;
// nothing here hides secrets (redaction.hpp does, before).
#pragma once

#include "lib/base/json.hpp"
#include "lib/base/result.hpp"
#include "operator/core/event.hpp"

namespace bestgres::core {

Json to_json(const Event& event);
// The message names the field that is missing or has an unknown word.
Result<Event> parse_event(const Json& json);

}  // namespace bestgres::core
