#include "operator/adapters/health_server.hpp"

#include <gtest/gtest.h>

#include "lib/http/client.hpp"

namespace bestgres::adapters {
namespace {

http::Response get(http::EventLoop& loop, std::uint16_t port, const std::string& target) {
    http::Client client(loop, {});
    std::optional<http::Response> response;
    http::Request request;
    request.target = target;
    client.send({.tls = false, .host = "127.0.0.1", .port = port}, request, std::chrono::seconds(5),
                [&](Result<http::Response, http::Failure> answer) {
                    response = answer.value_or(http::Response{});
                });
    loop.run_until([&] { return response.has_value(); }, std::chrono::seconds(5));
    return response.value_or(http::Response{});
}

TEST(HealthServer, answers_by_what_its_pages_say_at_that_moment) {
    http::EventLoop loop;
    bool ready = false;
    HealthServer server(
        loop, {.address = "127.0.0.1", .port = 0},
        {{"/readyz",
          [&] { return Page{.ok = ready, .text = ready ? "ready\n" : "no list yet\n"}; }},
         {"/metrics", [] { return Page{.ok = true, .text = "bestgres_clusters 3\n"}; }}});
    const Result<std::uint16_t> port = server.start();
    ASSERT_TRUE(port.ok());
    EXPECT_EQ(get(loop, *port, "/readyz").status, 503);
    ready = true;
    EXPECT_EQ(get(loop, *port, "/readyz?verbose").body, "ready\n");
    EXPECT_EQ(get(loop, *port, "/metrics").body, "bestgres_clusters 3\n");
    EXPECT_EQ(get(loop, *port, "/").status, 404);
}

}  // namespace
}  // namespace bestgres::adapters
