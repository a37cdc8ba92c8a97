#include "lib/kube_client/waiting.hpp"

#include "lib/base/overloaded.hpp"

namespace bestgres::kube_client {
namespace {

// Every call has a deadline of its own; this one only ends a broken promise.
constexpr Duration patience = std::chrono::minutes(10);

}  // namespace

Result<std::unique_ptr<WaitingClient>> WaitingClient::make(Access access,
                                                           ApiClientOptions options) {
    std::unique_ptr<WaitingClient> waiting(new WaitingClient);
    WaitingClient& self = *waiting;
    auto client = ApiClient::make(
        self.loop_, std::move(access), std::move(options), [&self](ClusterEvent event) {
            std::visit(Overloaded{
                           [&self](kube::Answer& answer) {
                               const kube::CallId id = answer.id;
                               self.answers_.emplace(id, std::move(answer));
                           },
                           [&self](kube::WatchEvent& watched) {
                               self.events_.push_back(std::move(watched));
                           },
                       },
                       event);
        });
    BG_TRY(client);
    waiting->client_ = *std::move(client);
    return waiting;
}

Result<kube::Outcome, kube::Error> WaitingClient::call_and_wait(kube::Call call) {
    const kube::CallId id = ++last_id_;
    client_->submit(id, std::move(call));
    const bool answered = loop_.run_until([&] { return answers_.count(id) > 0; }, patience);
    BG_CHECK(answered, "a call was never answered");
    kube::Answer answer = std::move(answers_.at(id));
    answers_.erase(id);
    return std::move(answer.outcome);
}

Result<http::Response, kube::Error> WaitingClient::raw_and_wait(http::Request request) {
    std::optional<Result<http::Response, kube::Error>> answer;
    client_->raw(std::move(request),
                 [&](Result<http::Response, kube::Error> result) { answer = std::move(result); });
    const bool answered = loop_.run_until([&] { return answer.has_value(); }, patience);
    BG_CHECK(answered, "a request was never answered");
    return *std::move(answer);
}

std::optional<kube::WatchEvent> WaitingClient::next_event(Duration limit) {
    if (!loop_.run_until([&] { return !events_.empty(); }, limit)) {
        return std::nullopt;
    }
    kube::WatchEvent event = std::move(events_.front());
    events_.erase(events_.begin());
    return event;
}

}  // namespace bestgres::kube_client
