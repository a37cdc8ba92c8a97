// A request to the API server's text face and its answer, as values: what a server puts on the wire
// and what the corpus runner compares. No socket is known here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fakekube/selection.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Whom the client certificate of a connection names, verified by whoever holds the connection.
struct VerifiedClient {
    std::string name = {};
    std::vector<std::string> groups = {};

    bool operator==(const VerifiedClient&) const = default;
};

struct Request {
    std::string method = {};
    std::string path = {};   // percent-encoded, without the query
    std::string query = {};  // percent-encoded, without "?"
    Headers headers = {};    // names in any case
    std::string body = {};
    std::optional<VerifiedClient> client = {};

    bool operator==(const Request&) const = default;
};

// The first value of a header, whatever the case of its name.
std::optional<std::string_view> find_header(const Headers& headers, std::string_view name);

// The rest of an answer whose head has been sent: a cursor in the watch log. The server asks
// ApiServer::poll for the next lines whenever versions rise or `next_look` has come.
struct WatchStream {
    Selection selection;
    std::uint64_t after_version = 0;  // everything up to here was told
    std::vector<kube::Object> initial;
    bool tells_initial_end = false;  // sendInitialEvents: a marked bookmark follows `initial`
    bool wants_bookmarks = false;
    std::uint64_t last_bookmark = 0;
    Instant next_bookmark;
    std::optional<Instant> deadline;  // timeoutSeconds
    bool as_table = false;
    bool as_partial = false;
    std::string include_object = "Metadata";
    bool told_columns = false;
    std::string meta_version = "v1";
    bool something_happened = false;  // to this resource, since the watch began
    bool ended = false;
};

struct WatchChunk {
    std::vector<std::string> events;        // each one JSON document and "\n": one HTTP chunk
    bool closed = false;                    // no chunk follows: end the body
    std::optional<Instant> next_look = {};  // ask again by then, even if no version rises
};

// A request that must be carried out by a node: the server copies the answer of
// GET http(s)://address:port/path through.
struct NodeProxy {
    std::string node = {};
    std::string address = {};
    std::uint16_t port = 10250;
    std::string path = {};  // with the query

    bool operator==(const NodeProxy&) const = default;
};

struct Response {
    int status = 200;
    Headers headers = {};
    std::string body = {};
    std::optional<WatchStream> watch;     // chunks follow instead of `body`
    std::optional<NodeProxy> proxy = {};  // the node's answer follows instead of `body`
};

}  // namespace bestgres::fakekube
