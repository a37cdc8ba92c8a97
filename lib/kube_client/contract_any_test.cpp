// The contract suite against the cluster of a kubeconfig:
//   BESTGRES_CONTRACT_KUBECONFIG=~/.kube/config build/dev/bin/kube_contract_any_test
// It works in namespaces of its own, contract-<number>, and deletes them.
#include <cstdlib>

#include "lib/kube_client/contract_subject.hpp"

namespace bestgres::kube_client {
namespace {

class AnySubject final : public ClientSubject {
public:
    using ClientSubject::ClientSubject;
    bool has_compacted() const override { return false; }
};

std::unique_ptr<kube::contract::Subject> subject_of_environment() {
    const char* path = std::getenv("BESTGRES_CONTRACT_KUBECONFIG");
    const Result<Access> access = load_kubeconfig(path, "");
    if (!access.ok()) {
        ADD_FAILURE() << access.error().message;
        return nullptr;
    }
    ApiClientOptions options;
    options.page_size = 2;
    options.watch_span = std::chrono::seconds(4);
    return std::make_unique<AnySubject>(std::make_shared<http::EventLoop>(), *access, options);
}

std::vector<kube::contract::Maker> makers() {
    if (std::getenv("BESTGRES_CONTRACT_KUBECONFIG") == nullptr) {
        return {};
    }
    return {{.name = "kubeconfig", .make = subject_of_environment}};
}

}  // namespace
}  // namespace bestgres::kube_client

namespace bestgres::kube::contract {

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(Contract);
INSTANTIATE_TEST_SUITE_P(Any, Contract, testing::ValuesIn(kube_client::makers()), name_of);

}  // namespace bestgres::kube::contract

TEST(ContractAny, needs_a_kubeconfig) {
    if (std::getenv("BESTGRES_CONTRACT_KUBECONFIG") == nullptr) {
        GTEST_SKIP() << "set BESTGRES_CONTRACT_KUBECONFIG to run the contract suite on a cluster";
    }
}
