// Who comes with a certificate of the server's authority is known by it.
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <optional>

#include "fakekube/server/serve.hpp"
#include "lib/base/json.hpp"
#include "lib/http/client.hpp"

namespace bestgres::fakekube {
namespace {

using std::chrono::seconds;

struct World {
    World()
        : log(
              LogLevel::warn, [] { return Instant{}; }, [](std::string_view) {}) {
        std::string pattern = std::filesystem::temp_directory_path() / "certified-XXXXXX";
        directory = mkdtemp(pattern.data());
        ServeOptions options;
        options.listen = {.address = "127.0.0.1", .port = 0};
        options.state_dir = directory;
        options.controllers = false;
        auto started = Serving::start(loop, options, log);
        BG_CHECK(started.ok(), started.ok() ? "" : started.error().message);
        serving = *std::move(started);
        authority = {.certificate = *read_whole_file(directory / "ca.crt"),
                     .key = *read_whole_file(directory / "ca.key")};
    }
    ~World() { std::filesystem::remove_all(directory); }
    World(const World&) = delete;
    World& operator=(const World&) = delete;

    // The answer to "who am I?", or of a failed exchange nothing.
    std::optional<http::Response> who_am_i(const std::optional<http::KeyPair>& certificate,
                                           const std::string& authorization) {
        auto tls = http::TlsContext::client(
            {.authorities = authority.certificate, .certificate = certificate});
        BG_CHECK(tls.ok(), "the client's context");
        http::Client client(loop, {.tls = *tls});
        http::Request request{.method = "POST",
                              .target = "/apis/authentication.k8s.io/v1/selfsubjectreviews",
                              .headers = {{"Content-Type", "application/json"}},
                              .body = "{}"};
        if (!authorization.empty()) {
            request.headers.set("Authorization", authorization);
        }
        std::optional<http::Response> answer;
        client.send(http::parse_url(serving->url())->origin, std::move(request), seconds(20),
                    [this, &answer](Result<http::Response, http::Failure> got) {
                        if (got.ok()) {
                            answer = *std::move(got);
                        }
                        loop.stop();
                    });
        loop.run();
        return answer;
    }

    std::filesystem::path directory;
    http::EventLoop loop;
    Log log;
    std::unique_ptr<Serving> serving;
    http::KeyPair authority;
};

http::KeyPair issued(const http::KeyPair& authority, const std::string& name) {
    return *http::issue_client_certificate(
        authority, {.common_name = name, .organizations = {"devs", "system:masters"}});
}

TEST(ClientCertificate, names_the_user_and_the_groups) {
    World world;
    const auto answer = world.who_am_i(issued(world.authority, "jane"), "Bearer unknown");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->status, 201) << answer->body;
    EXPECT_EQ((*parse_json(answer->body))["status"]["userInfo"],
              Json({{"username", "jane"},
                    {"groups", {"devs", "system:masters", "system:authenticated"}}}));
}

TEST(ClientCertificate, is_not_needed_and_leaves_tokens_in_force) {
    World world;
    const auto anonymous = world.who_am_i(std::nullopt, "");
    ASSERT_TRUE(anonymous.has_value());
    EXPECT_EQ(anonymous->status, 403) << anonymous->body;
    const auto unknown = world.who_am_i(std::nullopt, "Bearer unknown");
    ASSERT_TRUE(unknown.has_value());
    EXPECT_EQ(unknown->status, 401) << unknown->body;
    // Without a common name a certificate names nobody.
    const auto nameless = world.who_am_i(issued(world.authority, ""), "Bearer unknown");
    ASSERT_TRUE(nameless.has_value());
    EXPECT_EQ(nameless->status, 401) << nameless->body;
}

TEST(ClientCertificate, of_another_authority_is_refused) {
    World world;
    const http::KeyPair stranger = *http::make_authority("fakekube authority");
    EXPECT_FALSE(world.who_am_i(issued(stranger, "jane"), "").has_value());
}

}  // namespace
}  // namespace bestgres::fakekube
