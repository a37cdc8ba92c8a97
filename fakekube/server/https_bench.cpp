// https_bench: what a served API server gives over TLS with keep-alive: 1 KB ConfigMaps, one and
// eight calls at a time. Works against any kubeconfig whose owner may write ConfigMaps in
// `default`; ci/bench starts `fakekube serve` for it.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "lib/base/json.hpp"
#include "lib/http/client.hpp"
#include "lib/http/event_loop.hpp"
#include "lib/kube_client/access.hpp"

namespace bestgres {
namespace {

using std::chrono::seconds;

constexpr const char* maps_path = "/api/v1/namespaces/default/configmaps";

// What one measurement does again and again.
struct Work {
    std::string name;
    std::function<http::Request(int number)> request;
    Duration limit = seconds(3);
};

struct Figures {
    std::size_t answered = 0;
    std::size_t failed = 0;
    double per_second = 0;
    double p50_ms = 0;
    double p99_ms = 0;
};

std::string path_of(int number) {
    return std::string(maps_path) + "/bench-" + std::to_string(number);
}

http::Request with_body(std::string method, std::string target, const Json& body) {
    http::Request request{.method = std::move(method), .target = std::move(target)};
    request.headers.set("Content-Type", "application/json");
    request.body = dump(body);
    return request;
}

Json config_map(const std::string& name) {
    return {{"apiVersion", "v1"},
            {"kind", "ConfigMap"},
            {"metadata", {{"name", name}}},
            {"data", {{"text", std::string(1000, 'x')}}}};
}

class Bench {
public:
    Bench(const kube_client::Access& access, std::shared_ptr<const http::TlsContext> tls)
        : access_(access), client_(loop_, {.tls = std::move(tls)}) {}

    // Keeps `at_once` exchanges open for the span of the work.
    Figures measure(const Work& work, int at_once) {
        Figures figures;
        std::vector<double> times;
        const auto start = std::chrono::steady_clock::now();
        const auto end = start + work.limit;
        int open = 0;
        std::function<void()> next = [&] {
            const auto sent = std::chrono::steady_clock::now();
            if (sent >= end) {
                return;
            }
            http::Request request = work.request(number_++);
            request.headers.set("Authorization", "Bearer " + access_.token);
            ++open;
            client_.send(access_.server, std::move(request), seconds(60),
                         [&, sent](const Result<http::Response, http::Failure>& answer) {
                             --open;
                             const std::chrono::duration<double, std::milli> took =
                                 std::chrono::steady_clock::now() - sent;
                             times.push_back(took.count());
                             figures.failed += answer.ok() && answer->status < 300 ? 0 : 1;
                             next();
                         });
        };
        for (int i = 0; i < at_once; ++i) {
            next();
        }
        loop_.run_until([&] { return open == 0; }, work.limit + seconds(60));
        const std::chrono::duration<double> span = std::chrono::steady_clock::now() - start;
        std::ranges::sort(times);
        figures.answered = times.size();
        if (!times.empty()) {
            figures.per_second = static_cast<double>(times.size()) / span.count();
            figures.p50_ms = times[times.size() / 2];
            figures.p99_ms = times[times.size() * 99 / 100];
        }
        return figures;
    }
    // Exactly the objects bench-0 to bench-999, to read and to list.
    void fill() {
        for (int number = 0; number < 1000; ++number) {
            bool answered = false;
            http::Request request =
                with_body("POST", maps_path, config_map("bench-" + std::to_string(number)));
            request.headers.set("Authorization", "Bearer " + access_.token);
            client_.send(access_.server, std::move(request), seconds(60),
                         [&](const Result<http::Response, http::Failure>&) { answered = true; });
            loop_.run_until([&] { return answered; }, seconds(60));
        }
    }

private:
    const kube_client::Access& access_;
    http::EventLoop loop_;
    http::Client client_;
    int number_ = 0;
};

std::vector<Work> works() {
    const auto get = [](int number) {
        return http::Request{.method = "GET", .target = path_of(number % 1000)};
    };
    const auto patch = [](int number) {
        http::Request request =
            with_body("PATCH", path_of(number % 1000), {{"data", {{"n", std::to_string(number)}}}});
        request.headers.set("Content-Type", "application/merge-patch+json");
        return request;
    };
    const auto list = [](int) { return http::Request{.method = "GET", .target = maps_path}; };
    // Into another namespace, so that the list stays at 1,000.
    const auto create = [](int number) {
        return with_body("POST", "/api/v1/namespaces/kube-public/configmaps",
                         config_map("made-" + std::to_string(number)));
    };
    return {{"GET", get}, {"PATCH merge", patch}, {"LIST 1000", list}, {"create", create}};
}

int run(const std::string& kubeconfig) {
    const Result<kube_client::Access> access = kube_client::load_kubeconfig(kubeconfig, "");
    if (!access.ok()) {
        fmt::print(stderr, "https_bench: {}\n", access.error().message);
        return 1;
    }
    auto tls = http::TlsContext::client(access->tls);
    if (!tls.ok()) {
        fmt::print(stderr, "https_bench: {}\n", tls.error().message);
        return 1;
    }
    Bench bench(*access, *tls);
    bench.fill();
    std::size_t failed = 0;
    for (const Work& work : works()) {
        for (const int at_once : {1, 8}) {
            const Figures figures = bench.measure(work, at_once);
            fmt::print("{:<12} {}-way {:>8.0f}/s  p50 {:>8.2f} ms  p99 {:>8.2f} ms\n", work.name,
                       at_once, figures.per_second, figures.p50_ms, figures.p99_ms);
            std::fflush(stdout);
            failed += figures.failed;
        }
    }
    if (failed > 0) {
        fmt::print("{} requests failed\n", failed);
    }
    return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace bestgres

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: https_bench KUBECONFIG\n", stderr);
        return 2;
    }
    return bestgres::run(arguments[1]);
}
