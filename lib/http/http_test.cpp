// Client and server against each other over real sockets.
#include <gtest/gtest.h>

#include <csignal>
#include <vector>

#include "lib/http/client.hpp"
#include "lib/http/connection.hpp"
#include "lib/http/server.hpp"

namespace bestgres::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct World {
    explicit World(Server::Handler handler, std::shared_ptr<const TlsContext> server_tls = nullptr)
        : server(loop,
                 {.listen = {.address = "127.0.0.1", .port = 0}, .tls = std::move(server_tls)},
                 std::move(handler)),
          port(*server.start()) {}

    Origin origin(bool tls = false) const {
        return {.tls = tls, .host = "127.0.0.1", .port = port};
    }
    Result<Response, Failure> exchange(Client& client, const Origin& to, Request request,
                                       Duration limit = seconds(5)) {
        std::optional<Result<Response, Failure>> outcome;
        client.send(to, std::move(request), limit,
                    [&](Result<Response, Failure> result) { outcome = std::move(result); });
        loop.run_until([&] { return outcome.has_value(); }, seconds(20));
        return std::move(*outcome);
    }

    EventLoop loop;
    Server server;
    std::uint16_t port;
};

void echo(const ServerRequest& request, const Responder& responder) {
    responder.respond({.status = 200,
                       .headers = {{"X-Client", request.client_address}},
                       .body = request.request.method + " " + request.request.target + " " +
                               request.request.body});
}

TEST(Http, answers_and_keeps_the_connection) {
    World world(echo);
    Client client(world.loop, {});
    for (int i = 0; i < 3; ++i) {
        const auto answer = world.exchange(client, world.origin(),
                                           {.method = "POST",
                                            .target = "/a?b=c",
                                            .headers = {},
                                            .body = std::string(300000, 'x')});
        ASSERT_TRUE(answer.ok()) << answer.error().message;
        EXPECT_EQ(answer->body, "POST /a?b=c " + std::string(300000, 'x'));
        EXPECT_EQ(answer->headers.get("x-client"), "127.0.0.1");
    }
    EXPECT_EQ(world.server.connections(), 1U);
}

TEST(Http, queues_beyond_the_connections_of_an_origin) {
    World world(echo);
    ClientOptions options;
    options.connections_per_origin = 2;
    Client client(world.loop, options);
    int answers = 0;
    for (int i = 0; i < 50; ++i) {
        client.send(world.origin(), {}, seconds(5), [&](const Result<Response, Failure>& answer) {
            answers += answer.ok() ? 1 : 0;
        });
    }
    EXPECT_TRUE(world.loop.run_until([&] { return answers == 50; }, seconds(10)));
    EXPECT_EQ(world.server.connections(), 2U);
}

TEST(Http, tells_an_unreachable_server_from_one_that_does_not_answer) {
    std::vector<Responder> held;
    World world(
        [&](const ServerRequest&, const Responder& responder) { held.push_back(responder); });
    Client client(world.loop, {});
    const auto silent =
        world.exchange(client, world.origin(), {.method = "POST"}, milliseconds(50));
    ASSERT_FALSE(silent.ok());
    EXPECT_EQ(silent.error().cause, Failure::Cause::timeout);
    EXPECT_TRUE(silent.error().sent);
    const auto refused = world.exchange(client, {.tls = false, .host = "127.0.0.1", .port = 1}, {});
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().cause, Failure::Cause::unreachable);
    EXPECT_FALSE(refused.error().sent);
    EXPECT_EQ(refused.error().message, "http://127.0.0.1:1: Connection refused");
}

TEST(Http, a_write_on_a_connection_that_breaks_is_unknown_and_never_repeated) {
    EventLoop loop;
    int connections = 0;
    std::vector<ConnectionPtr> open;
    const auto listener =
        listen(loop, {.address = "127.0.0.1", .port = 0}, nullptr, [&](ConnectionPtr connection) {
            ++connections;
            Connection* raw = connection.get();
            connection->set_events({.on_bytes = [raw](std::string_view) { raw->close(); },
                                    .on_end = [](std::string_view) {},
                                    .on_drained = nullptr});
            open.push_back(std::move(connection));
        });
    ASSERT_TRUE(listener.ok());
    Client client(loop, {});
    std::optional<Result<Response, Failure>> outcome;
    client.send({.tls = false, .host = "127.0.0.1", .port = (*listener)->port()},
                {.method = "PATCH"}, seconds(5),
                [&](Result<Response, Failure> result) { outcome = std::move(result); });
    ASSERT_TRUE(loop.run_until([&] { return outcome.has_value(); }, seconds(5)));
    EXPECT_EQ(outcome->error().cause, Failure::Cause::broken);
    EXPECT_TRUE(outcome->error().sent);
    EXPECT_EQ(connections, 1);
}

TEST(Http, reads_an_answer_that_ends_with_the_connection) {
    EventLoop loop;
    std::vector<ConnectionPtr> open;
    const auto listener =
        listen(loop, {.address = "127.0.0.1", .port = 0}, nullptr, [&](ConnectionPtr connection) {
            Connection* raw = connection.get();
            connection->set_events({.on_bytes =
                                        [raw](std::string_view) {
                                            raw->send(
                                                "HTTP/1.0 503 Service Unavailable\r\n"
                                                "Server: BaseHTTP/0.6\r\n\r\n{\"a\":1}");
                                            raw->close();
                                        },
                                    .on_end = [](std::string_view) {},
                                    .on_drained = nullptr});
            open.push_back(std::move(connection));
        });
    Client client(loop, {});
    std::optional<Result<Response, Failure>> outcome;
    client.send({.tls = false, .host = "127.0.0.1", .port = (*listener)->port()}, {}, seconds(5),
                [&](Result<Response, Failure> result) { outcome = std::move(result); });
    ASSERT_TRUE(loop.run_until([&] { return outcome.has_value(); }, seconds(5)));
    ASSERT_TRUE(outcome->ok()) << outcome->error().message;
    EXPECT_EQ((*outcome)->status, 503);
    EXPECT_EQ((*outcome)->body, "{\"a\":1}");
}

TEST(Http, pushes_chunks_and_notices_that_the_client_left) {
    std::optional<ResponseStream> stream;
    bool left = false;
    World world([&](const ServerRequest&, const Responder& responder) {
        stream = responder.start_stream({.status = 200, .headers = {}, .body = {}});
        stream->on_closed([&] { left = true; });
    });
    Client client(world.loop, {});
    std::vector<std::string> pieces;
    int status = 0;
    const ExchangeId id = client.stream(
        world.origin(), {}, {},
        {.on_head = [&](const Response& head) { status = head.status; },
         .on_piece = [&](std::string_view piece) { pieces.emplace_back(piece); },
         .on_end = [](const std::optional<Failure>&) { FAIL() << "it was cancelled"; }});
    ASSERT_TRUE(world.loop.run_until([&] { return status == 200; }, seconds(5)));
    EXPECT_TRUE(stream->send("one\n"));
    ASSERT_TRUE(world.loop.run_until([&] { return pieces.size() == 1; }, seconds(5)));
    EXPECT_EQ(pieces[0], "one\n");
    client.cancel(id);
    ASSERT_TRUE(world.loop.run_until([&] { return left; }, seconds(5)));
    EXPECT_FALSE(stream->is_open());
    EXPECT_FALSE(stream->send("two\n"));
}

TEST(Http, a_finished_stream_ends_cleanly_and_an_aborted_one_does_not) {
    bool abort = false;
    World world([&](const ServerRequest&, const Responder& responder) {
        ResponseStream stream = responder.start_stream({.status = 200, .headers = {}, .body = {}});
        stream.send("x");
        abort ? stream.abort() : stream.finish();
    });
    Client client(world.loop, {});
    for (const bool broken : {false, true}) {
        abort = broken;
        bool ended = false;
        std::optional<Failure> failure;
        client.stream(
            world.origin(), {}, {},
            {.on_head = nullptr, .on_piece = nullptr, .on_end = [&](std::optional<Failure> why) {
                 ended = true;
                 failure = std::move(why);
             }});
        ASSERT_TRUE(world.loop.run_until([&] { return ended; }, seconds(5)));
        EXPECT_EQ(failure.has_value(), broken);
    }
}

TEST(Http, refuses_large_bodies_and_nonsense) {
    EventLoop loop;
    ServerOptions options;
    options.listen = {.address = "127.0.0.1", .port = 0};
    options.body_limit = 100;
    Server server(loop, options, echo);
    const Origin origin{.tls = false, .host = "127.0.0.1", .port = *server.start()};
    Client client(loop, {});
    int status = 0;
    client.send(origin,
                {.method = "POST", .target = "/", .headers = {}, .body = std::string(101, 'x')},
                seconds(5), [&](const Result<Response, Failure>& answer) {
                    status = answer.ok() ? answer->status : -1;
                });
    ASSERT_TRUE(loop.run_until([&] { return status != 0; }, seconds(5)));
    EXPECT_EQ(status, 413);
}

TEST(Http, an_unanswered_request_gets_500) {
    World world([](const ServerRequest&, const Responder&) {});
    Client client(world.loop, {});
    EXPECT_EQ(world.exchange(client, world.origin(), {})->status, 500);
}

TEST(Http, stops_gracefully) {
    std::optional<Responder> held;
    World world([&](const ServerRequest&, const Responder& responder) { held = responder; });
    Client client(world.loop, {});
    std::optional<int> status;
    client.send(world.origin(), {}, seconds(5), [&](const Result<Response, Failure>& answer) {
        status = answer.ok() ? answer->status : -1;
    });
    ASSERT_TRUE(world.loop.run_until([&] { return held.has_value(); }, seconds(5)));
    bool stopped = false;
    world.server.stop(seconds(5), [&] { stopped = true; });
    held->respond({.status = 201, .headers = {}, .body = {}});
    ASSERT_TRUE(world.loop.run_until([&] { return stopped && status; }, seconds(5)));
    EXPECT_EQ(*status, 201);
    EXPECT_FALSE(world.exchange(client, world.origin(), {}).ok());
}

struct Certificates {
    KeyPair authority = *make_authority("test authority");
    KeyPair server = *issue_server_certificate(authority, {.common_name = "server",
                                                           .organizations = {},
                                                           .names = {"localhost"},
                                                           .addresses = {"127.0.0.1"}});

    std::shared_ptr<const TlsContext> server_context() const {
        return *TlsContext::server(
            {.certificate = server, .client_authorities = authority.certificate});
    }
};

TEST(HttpTls, verifies_both_sides) {
    const Certificates certificates;
    World world(
        [](const ServerRequest& request, const Responder& responder) {
            const PeerCertificate peer = request.client_certificate.value_or(PeerCertificate{});
            responder.respond({.status = 200,
                               .headers = {},
                               .body = peer.common_name + "/" +
                                       (peer.organizations.empty() ? "" : peer.organizations[0])});
        },
        certificates.server_context());
    TlsClientOptions tls{
        .authorities = certificates.authority.certificate,
        .certificate = *issue_client_certificate(
            certificates.authority,
            {.common_name = "jane", .organizations = {"devs"}, .names = {}, .addresses = {}}),
        .server_name = "",
        .verify = true};
    Client client(world.loop, {.tls = *TlsContext::client(tls)});
    const auto answer = world.exchange(client, world.origin(true), {});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->body, "jane/devs");

    tls.certificate.reset();
    Client anonymous(world.loop, {.tls = *TlsContext::client(tls)});
    EXPECT_EQ(world.exchange(anonymous, world.origin(true), {})->body, "/");
}

TEST(HttpTls, names_what_is_wrong_with_a_certificate) {
    const Certificates certificates;
    World world(echo, certificates.server_context());
    Client stranger(
        world.loop,
        {.tls = *TlsContext::client({.authorities = make_authority("another")->certificate,
                                     .certificate = std::nullopt,
                                     .server_name = "",
                                     .verify = true})});
    const auto unknown = world.exchange(stranger, world.origin(true), {});
    ASSERT_FALSE(unknown.ok());
    EXPECT_EQ(unknown.error().cause, Failure::Cause::tls);
    EXPECT_FALSE(unknown.error().sent);
    EXPECT_NE(unknown.error().message.find("certificate not accepted"), std::string::npos);

    Client misnamed(world.loop,
                    {.tls = *TlsContext::client({.authorities = certificates.authority.certificate,
                                                 .certificate = std::nullopt,
                                                 .server_name = "elsewhere.example",
                                                 .verify = true})});
    const auto other = world.exchange(misnamed, world.origin(true), {});
    ASSERT_FALSE(other.ok());
    EXPECT_NE(other.error().message.find("hostname mismatch"), std::string::npos)
        << other.error().message;
}

TEST(HttpTls, carries_large_bodies_both_ways) {
    const Certificates certificates;
    World world(echo, certificates.server_context());
    Client client(world.loop, {.tls = *TlsContext::client({.authorities = "",
                                                           .certificate = std::nullopt,
                                                           .server_name = "",
                                                           .verify = false})});
    const std::string body(2000000, 'y');
    for (int i = 0; i < 3; ++i) {
        const auto answer = world.exchange(
            client, world.origin(true),
            {.method = "PUT", .target = "/", .headers = {}, .body = body}, seconds(20));
        ASSERT_TRUE(answer.ok()) << answer.error().message;
        EXPECT_EQ(answer->body.size(), body.size() + 6);
    }
    EXPECT_EQ(world.server.connections(), 1U);
}

TEST(EventLoop, calls_timers_signals_and_descriptors) {
    EventLoop loop;
    int signals = 0;
    int timers = 0;
    loop.on_signals({SIGUSR1}, [&](int) { ++signals; });
    Timer cancelled(loop);
    cancelled.start(milliseconds(1), [] { FAIL(); });
    cancelled.cancel();
    Timer timer(loop);
    timer.start(milliseconds(1), [&] {
        ++timers;
        timer.start(milliseconds(1), [&] { ++timers; });
        std::raise(SIGUSR1);
    });
    EXPECT_TRUE(loop.run_until([&] { return signals == 1 && timers == 2; }, seconds(5)));
    EXPECT_FALSE(timer.is_pending());
}

}  // namespace
}  // namespace bestgres::http
