// A page of documentation from a schema: one table for the fields of each object.
#pragma once

#include <string>
#include <string_view>

#include "operator/api/schema.hpp"

namespace bestgres::api {

// Spec and status of the kind, and the rules between fields, in Markdown.
std::string reference_section(std::string_view kind, const SchemaNode& root);

}  // namespace bestgres::api
