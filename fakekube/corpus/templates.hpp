// Requests of the corpus are templates: variables, identities and default headers are filled in as
// the recorder did.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "fakekube/corpus/runner.hpp"
#include "fakekube/request.hpp"

namespace bestgres::fakekube::corpus {

std::string filled(std::string_view text, const std::map<std::string, std::string>& variables);

// In all keys and texts of a value.
Ordered filled_json(const Ordered& value, const std::map<std::string, std::string>& variables);

Request request_of(const Ordered& request, const std::map<std::string, std::string>& variables,
                   const std::map<std::string, std::string>& tokens);

}  // namespace bestgres::fakekube::corpus
