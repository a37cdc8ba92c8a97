// An answer in the form in which the corpus records answers: by the step's `record` mode, and
// normalised.
#pragma once

#include <string>

#include "fakekube/corpus/normalise.hpp"
#include "fakekube/corpus/runner.hpp"
#include "fakekube/request.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube::corpus {

struct Answer {
    int status = 0;
    Headers headers = {};
    std::string text = {};
    Json body = {};  // null where the text is no JSON

    static Answer of(const Response& response);
};

// Null where there is nothing at the pointer.
Json value_at(const Json& body, const std::string& pointer);
bool is_satisfied(const Ordered& poll, const Answer& answer);
std::string record_mode(const Ordered& step);
Json recorded_answer(const Answer& answer, const Ordered& step, const Normaliser& normaliser);
Json recorded_headers(const Headers& headers, const Normaliser& normaliser, bool of_watch);
// Only the parts of an event that a `brief` step compares.
Json brief_event(const Ordered& step, const Json& event);

}  // namespace bestgres::fakekube::corpus
