#include "operator/adapters/patroni_rest.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "lib/http/server.hpp"

namespace bestgres::adapters {
namespace {

using std::chrono::seconds;

std::string own_address() {
    return "127.99.2." + std::to_string(1 + getpid() % 250);
}

patroni::Call call_of(patroni::Verb verb) {
    patroni::Call call;
    call.ns = "shop";
    call.pod = "db-0";
    call.address = own_address();
    call.verb = verb;
    return call;
}

std::optional<patroni::Answer> ask(http::EventLoop& loop, const patroni::Call& call) {
    std::optional<patroni::Answer> answer;
    PatroniRest patroni(loop, [&](patroni::Answer given) { answer = std::move(given); });
    patroni.submit(7, call);
    EXPECT_FALSE(answer.has_value()) << "answered inside submit";
    loop.run_until([&] { return answer.has_value(); }, seconds(5));
    return answer;
}

TEST(PatroniRest, sends_credentials_and_body_of_a_write) {
    http::EventLoop loop;
    http::Request seen;
    http::Server server(loop, {.listen = {.address = own_address(), .port = 8008}},
                        [&](const http::ServerRequest& request, const http::Responder& responder) {
                            seen = request.request;
                            http::Response response;
                            response.status = 202;
                            response.body = "Switchover scheduled";
                            responder.respond(response);
                        });
    ASSERT_TRUE(server.start().ok());
    patroni::Call call = call_of(patroni::Verb::switchover);
    call.username = "patroni";
    call.password = "secret";
    call.body = {{"leader", "db-0"}, {"candidate", "db-1"}};
    const auto answer = ask(loop, call);
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->id, 7U);
    EXPECT_EQ(answer->outcome->status, 202);
    EXPECT_EQ(answer->outcome->body, "Switchover scheduled");
    EXPECT_EQ(seen.method + " " + seen.target, "POST /switchover");
    EXPECT_EQ(seen.headers.get("Authorization"), "Basic cGF0cm9uaTpzZWNyZXQ=");
    EXPECT_EQ(seen.body, R"({"candidate":"db-1","leader":"db-0"})");
}

TEST(PatroniRest, names_pod_and_attempt_when_nobody_listens) {
    http::EventLoop loop;
    const auto answer = ask(loop, call_of(patroni::Verb::status));
    ASSERT_TRUE(answer.has_value());
    ASSERT_FALSE(answer->outcome.ok());
    EXPECT_FALSE(answer->outcome.error().sent);
    EXPECT_EQ(answer->outcome.error().message.rfind("GET /patroni of shop/db-0: ", 0), 0U)
        << answer->outcome.error().message;
}

TEST(PatroniRest, says_that_a_request_was_sent_when_no_answer_came) {
    http::EventLoop loop;
    std::vector<http::Responder> unanswered;
    http::Server server(loop, {.listen = {.address = own_address(), .port = 8008}},
                        [&](const http::ServerRequest&, const http::Responder& responder) {
                            unanswered.push_back(responder);
                        });
    ASSERT_TRUE(server.start().ok());
    patroni::Call call = call_of(patroni::Verb::restart);
    call.deadline = std::chrono::milliseconds(200);
    const auto answer = ask(loop, call);
    ASSERT_TRUE(answer.has_value());
    EXPECT_TRUE(answer->outcome.error().sent);
}

}  // namespace
}  // namespace bestgres::adapters
