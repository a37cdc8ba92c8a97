// The status of PodDisruptionBudgets, on which evictions are judged.
// https://kubernetes.io/docs/concepts/workloads/pods/disruptions/
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"

namespace bestgres::fakekube::controllers {

struct BudgetView {
    kube::Object budget;
    std::vector<kube::Object> pods;              // those that it selects
    std::optional<std::int64_t> expected_scale;  // of their controllers together
    Instant now;
};

struct BudgetStatus {
    Json status;
    std::optional<Instant> look_again;  // when an eviction that led to nothing is forgotten
};

// Pure. Pods that were let go count as unhealthy until they are gone, for two minutes at most.
BudgetStatus budget_status(const BudgetView& view);

class DisruptionController : public Controller {
public:
    DisruptionController();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
    std::optional<std::int64_t> scale_of(const std::vector<kube::Object>& pods) const;
    void enqueue_budgets_of(const kube::Object* pod);
};

}  // namespace bestgres::fakekube::controllers
