#include "fakekube/node/prober.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "lib/base/overloaded.hpp"

namespace bestgres::fakekube::node {
namespace {

constexpr int first_good_status = 200;
constexpr int first_bad_status = 400;
constexpr std::size_t longest_message = 256;

http::ClientOptions client_options() {
    http::ClientOptions options;
    http::TlsClientOptions tls;
    tls.verify = false;
    if (const auto context = http::TlsContext::client(tls); context.ok()) {
        options.tls = *context;
    }
    options.body_limit = 1U << 20U;
    return options;
}

// A connection attempt under way; whoever is first, the socket or the timer, ends it.
struct Attempt {
    Descriptor socket;
    Reactor::TimerId timer = 0;
    Prober::Done done;
};

}  // namespace

Prober::Prober(Reactor& reactor, http::EventLoop& loop)
    : reactor_(reactor), http_(loop, client_options()) {}

void Prober::run(const Handler& handler, const HandlerTarget& target, Done done) {
    std::visit(Overloaded{[&](const ExecCommand& exec) { run_exec(exec, target, done); },
                          [&](const HttpGet& get) { run_http(get, target, done); },
                          [&](const TcpConnect& tcp) { run_tcp(tcp, target, done); },
                          [&](const Sleep& sleep) {
                              reactor_.after(std::min(sleep.span, target.timeout),
                                             [done] { done(true, ""); });
                          }},
               handler);
}

void Prober::run_exec(const ExecCommand& exec, const HandlerTarget& target, Done done) {
    if (!target.sandbox || exec.arguments.empty()) {
        reactor_.post([done] { done(false, "nothing to run a command in"); });
        return;
    }
    const std::string timed_out = "command timed out after " + format_duration(target.timeout);
    target.sandbox->run_command(
        exec.arguments, target.timeout, [done, timed_out](const CommandResult& result) {
            done(result.completed && result.code == 0,
                 result.completed ? result.output.substr(0, longest_message) : timed_out);
        });
}

void Prober::run_http(const HttpGet& get, const HandlerTarget& target, Done done) {
    http::Origin origin{.tls = get.tls,
                        .host = get.host.empty() ? target.pod_ip : get.host,
                        .port = static_cast<std::uint16_t>(get.port)};
    http::Request request;
    request.target = get.path.empty() || get.path.front() != '/' ? "/" + get.path : get.path;
    request.headers.add("User-Agent", "kube-probe/1.32");
    request.headers.add("Accept", "*/*");
    request.headers.add("Connection", "close");
    for (const auto& [name, value] : get.headers) {
        request.headers.set(name, value);
    }
    http_.send(origin, std::move(request), target.timeout, [done](const auto& answer) {
        if (!answer.ok()) {
            done(false, answer.error().message);
            return;
        }
        const bool good = answer->status >= first_good_status && answer->status < first_bad_status;
        done(good,
             good ? "" : "HTTP probe failed with statuscode: " + std::to_string(answer->status));
    });
}

void Prober::run_tcp(const TcpConnect& tcp, const HandlerTarget& target, Done done) {
    const std::string host = tcp.host.empty() ? target.pod_ip : tcp.host;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(tcp.port));
    const auto attempt = std::make_shared<Attempt>();
    attempt->done = std::move(done);
    attempt->socket = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    const bool known = inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1;
    if (!known || (connect(attempt->socket.get(), reinterpret_cast<const sockaddr*>(&address),
                           sizeof address) != 0 &&
                   errno != EINPROGRESS)) {
        const std::string why = known ? std::strerror(errno) : host + " is not an address";
        reactor_.post([attempt, why] { attempt->done(false, why); });
        return;
    }
    attempt->timer = reactor_.after(target.timeout, [this, attempt] {
        reactor_.unwatch(attempt->socket.get());
        attempt->done(false, "i/o timeout");
    });
    reactor_.watch(attempt->socket.get(), EPOLLOUT, [this, attempt](std::uint32_t) {
        int problem = 0;
        socklen_t size = sizeof problem;
        getsockopt(attempt->socket.get(), SOL_SOCKET, SO_ERROR, &problem, &size);
        reactor_.unwatch(attempt->socket.get());
        reactor_.cancel(attempt->timer);
        attempt->done(problem == 0, problem == 0 ? "" : std::strerror(problem));
    });
}

}  // namespace bestgres::fakekube::node
