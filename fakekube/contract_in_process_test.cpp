// The contract suite on the API server in process, on virtual time.
#include "fakekube/in_process_cluster.hpp"
#include "lib/kube/contract_test.hpp"

namespace bestgres::fakekube {
namespace {

class InProcessSubject final : public kube::contract::Subject {
public:
    InProcessSubject()
        : server_({.started = now_, .tokens = {}}),
          cluster_(server_,
                   {.user = {.name = "admin", .groups = {"system:masters"}},
                    .field_manager = "contract"},
                   [this] { return now_; }) {}

    kube::Cluster& cluster() override { return cluster_; }
    // Nothing happens by itself: what has not come by now does not come.
    std::optional<kube::contract::Event> next(Duration) override {
        if (events_.empty()) {
            for (InProcessCluster::Event& event : cluster_.take_events()) {
                events_.push_back(std::move(event));
            }
        }
        if (events_.empty()) {
            return std::nullopt;
        }
        kube::contract::Event event = std::move(events_.front());
        events_.pop_front();
        return event;
    }
    std::string fresh_name() override { return "contract"; }

private:
    Instant now_{1'700'000'000'000'000'000};
    ApiServer server_;
    InProcessCluster cluster_;
    std::deque<kube::contract::Event> events_;
};

std::vector<kube::contract::Maker> makers() {
    return {{.name = "value", .make = [] { return std::make_unique<InProcessSubject>(); }}};
}

}  // namespace
}  // namespace bestgres::fakekube

namespace bestgres::kube::contract {

INSTANTIATE_TEST_SUITE_P(InProcess, Contract, testing::ValuesIn(fakekube::makers()), name_of);

}  // namespace bestgres::kube::contract
