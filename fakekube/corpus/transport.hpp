// How the corpus runner reaches a server: in process, or over HTTP. Time is the transport's, so
// that a corpus of a real server's minutes runs in moments against a value.
#pragma once

#include <optional>
#include <string>

#include "fakekube/request.hpp"
#include "lib/base/time.hpp"

namespace bestgres::fakekube::corpus {

struct StreamRead {
    enum class Kind { line, ended, timed_out };

    Kind kind = Kind::timed_out;
    std::string line = {};
};

// The head of a streamed answer; of answers that are no streams also the body.
struct Opened {
    int id = 0;
    Response head = {};
    bool is_stream = false;
};

class Transport {
public:
    virtual ~Transport() = default;

    // The whole answer; of a watch, all its lines until the server closes it.
    virtual Response exchange(const Request& request) = 0;
    virtual Opened open(const Request& request) = 0;
    virtual StreamRead read(int id, Duration at_most) = 0;
    virtual void close(int id) = 0;

    virtual void sleep(Duration span) = 0;
    virtual Instant now() const = 0;
};

}  // namespace bestgres::fakekube::corpus
