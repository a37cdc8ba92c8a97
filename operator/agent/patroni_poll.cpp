#include "operator/agent/patroni_poll.hpp"

#include <fmt/format.h>

namespace bestgres::agent {
namespace {

constexpr Duration period = std::chrono::seconds(1);
constexpr Duration answer_within = std::chrono::seconds(2);

http::Request get(std::string target) {
    http::Request request;
    request.target = std::move(target);
    return request;
}

}  // namespace

PatroniPoll::PatroniPoll(http::EventLoop& loop, const std::string& pod_ip,
                         std::function<void()> after_round)
    : loop_(loop), client_(loop, {}), timer_(loop), after_round_(std::move(after_round)) {
    origin_.host = pod_ip;
    origin_.port = 8008;
    observation_.first_asked = loop.now();
}

void PatroniPoll::start() {
    ask_leader();
}

void PatroniPoll::ask_leader() {
    client_.send(origin_, get("/leader"), answer_within,
                 [this](Result<http::Response, http::Failure> answer) {
                     auto report =
                         answer.ok() ? parse_report(answer->status, answer->body) : std::nullopt;
                     if (!report) {
                         end_round();
                         return;
                     }
                     ask_config();
                     ask_replica(std::move(*report));
                 });
}

void PatroniPoll::ask_replica(PatroniReport report) {
    const auto store = [this](PatroniReport seen, bool within_lag) {
        observation_.report = std::move(seen);
        observation_.replica_within_lag = within_lag;
        observation_.reported_at = loop_.now();
        end_round();
    };
    if (report.holds_lock || report.is_primary) {
        store(std::move(report), false);
        return;
    }
    client_.send(origin_, get(fmt::format("/replica?lag={}", maximum_lag_bytes_)), answer_within,
                 [store, report](Result<http::Response, http::Failure> answer) {
                     store(report, answer.ok() && answer->status == 200);
                 });
}

void PatroniPoll::ask_config() {
    client_.send(
        origin_, get("/config"), answer_within,
        [this](Result<http::Response, http::Failure> answer) {
            const Result<Json> config =
                answer.ok() ? parse_json(answer->body) : Result<Json>(Error{"no answer"});
            if (!config.ok()) {
                return;
            }
            if (const auto ttl = find_int(*config, {"ttl"})) {
                observation_.ttl = std::chrono::seconds(*ttl);
            }
            maximum_lag_bytes_ =
                find_int(*config, {"maximum_lag_on_failover"}).value_or(maximum_lag_bytes_);
        });
}

void PatroniPoll::end_round() {
    after_round_();
    timer_.start(period, [this] { ask_leader(); });
}

}  // namespace bestgres::agent
