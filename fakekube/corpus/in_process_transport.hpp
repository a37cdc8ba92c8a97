// The transport to an ApiServer value, with virtual time and, where wanted, controllers that run
// whenever time passes or something was written.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>

#include "fakekube/api_server.hpp"
#include "fakekube/corpus/transport.hpp"

namespace bestgres::fakekube::corpus {

// Drains what is due at `now`; answers when to be called next, at the latest.
using Background = std::function<std::optional<Instant>(ApiServer& server, Instant now)>;

class InProcessTransport : public Transport {
public:
    InProcessTransport(ApiServer server, Instant now, Background background);

    Response exchange(const Request& request) override;
    Opened open(const Request& request) override;
    StreamRead read(int id, Duration at_most) override;
    void close(int id) override;
    void sleep(Duration span) override;
    Instant now() const override { return now_; }

private:
    struct Stream {
        WatchStream watch = {};
        std::vector<std::string> lines = {};
        std::size_t told = 0;
        bool closed = false;
        std::optional<Instant> next_look = {};
    };

    void run_background();
    void advance(Instant to);
    // Fills the buffer from the cursor.
    void poll(Stream& stream);

    ApiServer server_;
    Instant now_;
    Background background_;
    std::optional<Instant> due_;
    std::map<int, Stream> streams_;
    int last_id_ = 0;
};

}  // namespace bestgres::fakekube::corpus
