// The API client as a subject of the contract suite.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/kube/contract_test.hpp"
#include "lib/kube_client/api_client.hpp"

namespace bestgres::kube_client {

class ClientSubject : public kube::contract::Subject {
public:
    // The loop may serve the other side too.
    ClientSubject(std::shared_ptr<http::EventLoop> loop, Access access, ApiClientOptions options)
        : loop_(std::move(loop)) {
        auto client =
            ApiClient::make(*loop_, std::move(access), std::move(options),
                            [this](ClusterEvent event) { events_.push_back(std::move(event)); });
        BG_CHECK(client.ok(), client.ok() ? "" : client.error().message);
        client_ = *std::move(client);
    }

    kube::Cluster& cluster() override { return *client_; }
    std::optional<kube::contract::Event> next(Duration limit) override {
        if (!loop_->run_until([this] { return !events_.empty(); }, limit)) {
            return std::nullopt;
        }
        ClusterEvent event = std::move(events_.front());
        events_.pop_front();
        return event;
    }
    std::string fresh_name() override { return "contract-" + std::to_string(loop_->now().ns); }

private:
    std::shared_ptr<http::EventLoop> loop_;
    std::deque<ClusterEvent> events_;
    std::unique_ptr<ApiClient> client_;
};

}  // namespace bestgres::kube_client
