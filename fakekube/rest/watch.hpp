// Watches: the opening of a stream and the lines that a cursor has not told yet.
#pragma once

#include "fakekube/request.hpp"
#include "fakekube/rest/negotiation.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/status.hpp"

namespace bestgres::fakekube {

struct WatchAsked {
    const Query& query;
    const Format& format;
    Instant now;
};
Outcome<Response> open_watch(const ServerState& state, Selection selection,
                             const WatchAsked& asked);

WatchChunk poll_watch(const ServerState& state, WatchStream& stream, Instant now);

}  // namespace bestgres::fakekube
