// The contract suite over HTTPS, client and served fakekube on one loop.
#include <filesystem>

#include "fakekube/server/serve.hpp"
#include "lib/kube_client/contract_subject.hpp"

namespace bestgres::fakekube {
namespace {

struct Served {
    explicit Served(bool controllers)
        : log(
              LogLevel::warn, [] { return Instant{}; }, [](std::string_view) {}) {
        std::string pattern = std::filesystem::temp_directory_path() / "served-XXXXXX";
        directory = mkdtemp(pattern.data());
        ServeOptions options;
        options.listen = {.address = "127.0.0.1", .port = 0};
        options.state_dir = directory / "state";
        options.kubeconfig = directory / "kubeconfig";
        options.controllers = controllers;
        auto started = Serving::start(*loop, options, log);
        BG_CHECK(started.ok(), started.ok() ? "" : started.error().message);
        serving = *std::move(started);
    }
    ~Served() { std::filesystem::remove_all(directory); }
    Served(const Served&) = delete;
    Served& operator=(const Served&) = delete;

    std::filesystem::path directory;
    std::shared_ptr<http::EventLoop> loop = std::make_shared<http::EventLoop>();
    Log log;
    std::unique_ptr<Serving> serving;
};

class HttpsSubject final : public kube_client::ClientSubject {
public:
    explicit HttpsSubject(std::unique_ptr<Served> served)
        : ClientSubject(served->loop,
                        *kube_client::load_kubeconfig(served->directory / "kubeconfig", ""),
                        {.call_limit = std::chrono::seconds(10),
                         .watch_span = std::chrono::seconds(4),
                         .page_size = 2}),
          served_(std::move(served)) {}
    bool bookmarks_soon() const override { return true; }

private:
    std::unique_ptr<Served> served_;
};

kube::contract::Maker maker(const std::string& name, bool controllers) {
    return {.name = name, .make = [controllers] {
                return std::make_unique<HttpsSubject>(std::make_unique<Served>(controllers));
            }};
}

}  // namespace

std::vector<kube::contract::Maker> https_makers() {
    return {maker("https", false)};
}

}  // namespace bestgres::fakekube

namespace bestgres::kube::contract {

INSTANTIATE_TEST_SUITE_P(Served, Contract, testing::ValuesIn(fakekube::https_makers()), name_of);

}  // namespace bestgres::kube::contract
