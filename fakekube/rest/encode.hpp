// Answers as text: objects, lists, tables and Status bodies in the form that was negotiated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/context.hpp"
#include "fakekube/request.hpp"
#include "fakekube/rest/negotiation.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

// kind, apiVersion and metadata first, then the other fields in order: how Go structs are written.
std::string object_text(const Json& object);

Response json_response(int status, const Json& body, const Format& format);
Response text_response(int status, std::string body, std::string_view content_type);
Response status_response(const Status& status, const Format& format);
// A Status of success with the object's name and uid, as deletes answer.
Response deleted_response(const Resource& resource, const kube::Object& object,
                          const Format& format);

// How one answer is to be written.
struct Rendering {
    const Format& format;
    Instant now = {};
    std::string_view include_object = {};
};

// 406 where the format asks for a list shape of a single object or the other way round.
Outcome<Response> object_response(int status, const Resource& resource, const kube::Object& object,
                                  const Rendering& rendering);
Outcome<Response> list_response(const Resource& resource, const ListResult& list,
                                const Rendering& rendering);

Json partial_metadata(const kube::Object& object, const Format& format);
// One event line: {"type":...,"object":...}\n.
std::string event_text(std::string_view type, const std::string& object);

// Headers that every answer carries.
void add_common_headers(Response& response);
void add_warnings(Response& response, const std::vector<std::string>& warnings);

}  // namespace bestgres::fakekube
