#include "operator/cmd/step/paused_server.hpp"

#include <gtest/gtest.h>

#include "lib/http/client.hpp"
#include "lib/kube/kind.hpp"

namespace bestgres::cmd {
namespace {

using std::chrono::seconds;

constexpr const char* config_maps = "/api/v1/namespaces/default/configmaps";

struct Served {
    Served() : server(loop, api, noon), client(loop, {}) { EXPECT_TRUE(server.start().ok()); }

    void make_config_map(const std::string& name) {
        const auto made = api.create({.now = noon}, api.resource(kube::kinds::config_map),
                                     {{"metadata", {{"name", name}, {"namespace", "default"}}}});
        EXPECT_TRUE(made.ok());
    }
    http::Origin origin() const { return http::parse_url(server.url())->origin; }
    http::Response ask(const std::string& method, const std::string& target) {
        std::optional<http::Response> answer;
        client.send(origin(), {.method = method, .target = target, .headers = {}, .body = {}},
                    seconds(5), [&](Result<http::Response, http::Failure> got) {
                        answer = got.ok() ? *got : http::Response{};
                    });
        EXPECT_TRUE(loop.run_until([&] { return answer.has_value(); }, seconds(10)));
        return answer.value_or(http::Response{});
    }

    Instant noon = *parse_time("2026-11-28T12:00:00Z");
    fakekube::ApiServer api = [this] {
        fakekube::ServerOptions options;
        options.started = noon;
        return fakekube::ApiServer(options);
    }();
    http::EventLoop loop;
    PausedServer server;
    http::Client client;
};

TEST(PausedServer, shows_the_world_where_it_is_paused) {
    Served served;
    served.make_config_map("first");
    EXPECT_EQ(served.ask("GET", std::string(config_maps) + "/first").status, 404);
    served.server.show(served.api, served.noon);
    EXPECT_EQ(served.ask("GET", std::string(config_maps) + "/first").status, 200);
}

TEST(PausedServer, cannot_be_written_to) {
    Served served;
    served.make_config_map("first");
    served.server.show(served.api, served.noon);
    const http::Response refused = served.ask("DELETE", std::string(config_maps) + "/first");
    EXPECT_EQ(refused.status, 405);
    EXPECT_NE(refused.body.find("the world is paused"), std::string::npos) << refused.body;
    EXPECT_EQ(served.ask("GET", std::string(config_maps) + "/first").status, 200);
}

TEST(PausedServer, a_watch_ends_when_the_world_moves) {
    Served served;
    bool began = false;
    bool ended = false;
    served.client.stream(
        served.origin(),
        {.method = "GET",
         .target = std::string(config_maps) + "?watch=true",
         .headers = {},
         .body = {}},
        {},
        {.on_head = [&](const http::Response&) { began = true; },
         .on_piece = [](std::string_view) {},
         .on_end = [&](const std::optional<http::Failure>& failure) { ended = !failure; }});
    ASSERT_TRUE(served.loop.run_until([&] { return began; }, seconds(10)));
    EXPECT_FALSE(served.loop.run_until([&] { return ended; }, std::chrono::milliseconds(50)));
    served.server.show(served.api, served.noon);
    EXPECT_TRUE(served.loop.run_until([&] { return ended; }, seconds(10)));
}

}  // namespace
}  // namespace bestgres::cmd
