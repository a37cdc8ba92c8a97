// The client against small servers that misbehave; how it works with a real one is the contract
// suite's subject.
#include "lib/kube_client/api_client.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "lib/http/server.hpp"

namespace bestgres::kube_client {
namespace {

using std::chrono::seconds;

struct World {
    explicit World(http::Server::Handler handler, Access access = {},
                   ApiClientOptions options = {.call_limit = seconds(2)})
        : server(loop, {.listen = {.address = "127.0.0.1", .port = 0}}, std::move(handler)) {
        access.server = {.tls = false, .host = "127.0.0.1", .port = *server.start()};
        access.source = "a test";
        client =
            *ApiClient::make(loop, std::move(access), std::move(options),
                             [this](ClusterEvent event) { events.push_back(std::move(event)); });
    }
    bool wait_for(std::size_t count) {
        return loop.run_until([&] { return events.size() >= count; }, seconds(10));
    }
    const kube::Answer& answer(std::size_t index) const {
        return std::get<kube::Answer>(events.at(index));
    }
    const kube::WatchEvent& event(std::size_t index) const {
        return std::get<kube::WatchEvent>(events.at(index));
    }

    http::EventLoop loop;
    http::Server server;
    std::unique_ptr<ApiClient> client;
    std::vector<ClusterEvent> events;
};

const kube::Call get_pod = kube::Get{{kube::kinds::pod, "shop", "db-0"}};

TEST(ApiClient, follows_the_pages_of_a_list) {
    World world([](const http::ServerRequest& request, const http::Responder& responder) {
        const bool first = request.request.target.find("continue=") == std::string::npos;
        responder.respond({.status = 200,
                           .headers = {},
                           .body = first ? R"({"metadata":{"resourceVersion":"5","continue":"c"},)"
                                           R"("items":[{"metadata":{"name":"a"}}]})"
                                         : R"({"metadata":{"resourceVersion":"5"},)"
                                           R"("items":[{"metadata":{"name":"b"}}]})"});
    });
    world.client->submit(1, kube::List{kube::kinds::pod, "shop", "", ""});
    ASSERT_TRUE(world.wait_for(1));
    const auto& listing = std::get<kube::Listing>(*world.answer(0).outcome);
    ASSERT_EQ(listing.items.size(), 2U);
    EXPECT_EQ(listing.items[1].name(), "b");
    EXPECT_EQ(listing.items[1].kind(), "Pod");
    EXPECT_EQ(listing.resource_version, "5");
}

TEST(ApiClient, lists_again_when_its_pages_were_compacted) {
    World world([](const http::ServerRequest& request, const http::Responder& responder) {
        const std::string& target = request.request.target;
        if (target.find("continue=") != std::string::npos) {
            responder.respond({.status = 410, .headers = {}, .body = "{}"});
            return;
        }
        const bool paged = target.find("limit=") != std::string::npos;
        responder.respond({.status = 200,
                           .headers = {},
                           .body = std::string(R"({"metadata":{"resourceVersion":"5")") +
                                   (paged ? R"(,"continue":"c")" : "") +
                                   R"(},"items":[{"metadata":{"name":"a"}}]})"});
    });
    world.client->submit(1, kube::List{kube::kinds::pod, "shop", "", ""});
    ASSERT_TRUE(world.wait_for(1));
    EXPECT_EQ(std::get<kube::Listing>(*world.answer(0).outcome).items.size(), 1U);
}

TEST(ApiClient, reads_a_rotated_token_after_401_at_the_latest) {
    std::string path = "/tmp/token-XXXXXX";
    ::close(mkstemp(path.data()));
    std::ofstream(path) << "old\n";
    Access access;
    access.token_file = path;
    std::vector<std::string> seen;
    World world(
        [&](const http::ServerRequest& request, const http::Responder& responder) {
            seen.push_back(request.request.headers.get("Authorization"));
            responder.respond({.status = seen.back() == "Bearer new" ? 200 : 401,
                               .headers = {},
                               .body = R"({"kind":"Pod"})"});
        },
        access);
    world.client->submit(1, get_pod);
    ASSERT_TRUE(world.wait_for(1));
    EXPECT_EQ(world.answer(0).outcome.error().code, kube::ErrorCode::unauthorized);
    EXPECT_NE(world.answer(0).outcome.error().message.find("renew the token"), std::string::npos);
    std::ofstream(path) << "new\n";
    world.client->submit(2, get_pod);
    ASSERT_TRUE(world.wait_for(2));
    EXPECT_TRUE(world.answer(1).outcome.ok());
    EXPECT_EQ(seen, (std::vector<std::string>{"Bearer old", "Bearer old", "Bearer new"}));
    std::remove(path.c_str());
}

TEST(ApiClient, a_write_without_an_answer_is_unknown) {
    std::vector<http::Responder> held;
    World world([&](const http::ServerRequest&, const http::Responder& responder) {
        held.push_back(responder);
    });
    world.client->submit(1, kube::Delete{.ref = {kube::kinds::pod, "shop", "db-0"}});
    ASSERT_TRUE(world.wait_for(1));
    EXPECT_EQ(world.answer(0).outcome.error().code, kube::ErrorCode::timeout);
    EXPECT_EQ(world.answer(0).outcome.error().applied, kube::Applied::unknown);
}

TEST(ApiClient, an_unreachable_server_is_named) {
    World world([](const http::ServerRequest&, const http::Responder&) {});
    world.server.stop(seconds(0), [] {});
    world.client->submit(1, get_pod);
    ASSERT_TRUE(world.wait_for(1));
    const kube::Error& error = world.answer(0).outcome.error();
    EXPECT_EQ(error.code, kube::ErrorCode::unavailable);
    EXPECT_EQ(error.applied, kube::Applied::no);
    EXPECT_NE(
        error.message.find("Connection refused; is the server up? The address comes from a test"),
        std::string::npos)
        << error.message;
}

TEST(ApiClient, tells_watch_events_gone_and_the_end) {
    std::optional<http::ResponseStream> stream;
    World world([&](const http::ServerRequest&, const http::Responder& responder) {
        stream = responder.start_stream({.status = 200, .headers = {}, .body = {}});
    });
    const kube::WatchSpec spec{kube::kinds::pod, "shop", "", "", "5"};
    world.client->watch(7, spec);
    ASSERT_TRUE(world.loop.run_until([&] { return stream.has_value(); }, seconds(5)));
    stream->send("{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"a\"}}}\n{\"ty");
    stream->send("pe\":\"ERROR\",\"object\":{\"code\":410}}\n");
    ASSERT_TRUE(world.wait_for(2));
    EXPECT_EQ(world.event(0).object.name(), "a");
    EXPECT_EQ(world.event(1).type, kube::WatchEventType::gone);
    EXPECT_EQ(world.event(1).id, 7U);

    stream.reset();
    world.client->watch(8, spec);
    ASSERT_TRUE(world.loop.run_until([&] { return stream.has_value(); }, seconds(5)));
    stream->abort();
    ASSERT_TRUE(world.wait_for(3));
    EXPECT_EQ(world.event(2).type, kube::WatchEventType::closed);
    EXPECT_NE(world.event(2).message.find("watch pods in shop"), std::string::npos);
}

TEST(ApiClient, a_watch_that_stays_open_and_silent_ends_after_its_span) {
    std::optional<http::ResponseStream> stream;
    World world(
        [&](const http::ServerRequest&, const http::Responder& responder) {
            stream = responder.start_stream({.status = 200, .headers = {}, .body = {}});
        },
        {}, {.watch_span = seconds(1), .watch_grace = std::chrono::milliseconds(100)});
    world.client->watch(7, {kube::kinds::pod, "shop", "", "", "5"});
    ASSERT_TRUE(world.loop.run_until([&] { return stream.has_value(); }, seconds(5)));
    stream->send("{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":\"6\"}}}\n");
    ASSERT_TRUE(world.wait_for(2));
    EXPECT_EQ(world.event(0).type, kube::WatchEventType::bookmark);
    EXPECT_EQ(world.event(1).type, kube::WatchEventType::closed);
    EXPECT_TRUE(world.loop.run_until([&] { return !stream->is_open(); }, seconds(5)));
}

TEST(ApiClient, a_refused_watch_names_the_verb) {
    World world([](const http::ServerRequest&, const http::Responder& responder) {
        responder.respond({.status = 403, .headers = {}, .body = "{}"});
    });
    world.client->watch(7, {kube::kinds::pod, "shop", "", "", "5"});
    ASSERT_TRUE(world.wait_for(1));
    EXPECT_EQ(world.event(0).type, kube::WatchEventType::closed);
    EXPECT_NE(world.event(0).message.find("\"watch\""), std::string::npos)
        << world.event(0).message;
}

TEST(ApiClient, nothing_follows_an_unwatch) {
    std::optional<http::ResponseStream> stream;
    World world([&](const http::ServerRequest&, const http::Responder& responder) {
        stream = responder.start_stream({.status = 200, .headers = {}, .body = {}});
    });
    world.client->watch(7, {kube::kinds::pod, "shop", "", "", "5"});
    ASSERT_TRUE(world.loop.run_until([&] { return stream.has_value(); }, seconds(5)));
    world.client->unwatch(7);
    EXPECT_TRUE(world.loop.run_until([&] { return !stream->is_open(); }, seconds(5)));
    EXPECT_TRUE(world.events.empty());
}

}  // namespace
}  // namespace bestgres::kube_client
