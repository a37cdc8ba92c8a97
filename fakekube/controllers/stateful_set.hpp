// The StatefulSet controller: carries out plan_stateful_set, keeps ControllerRevisions and the
// owner references of claims, and writes status.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/stateful_set_plan.hpp"

namespace bestgres::fakekube::controllers {

class StatefulSetController : public Controller {
public:
    StatefulSetController();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    std::vector<kube::Object> claim_pods(const kube::Object& set, Client& client) const;
    std::vector<kube::Object> revisions(const kube::Object& set, Client& client) const;
    std::optional<kube::Object> update_revision(const kube::Object& set, Client& client,
                                                std::vector<kube::Object>& known) const;
    void drop_old_revisions(const StatefulSetView& view, const std::vector<kube::Object>& known,
                            Client& client) const;
    bool carry_out(const StatefulSetStep& step, const kube::Object& set,
                   const std::vector<kube::Object>& known, Client& client) const;
    bool create_pod(const StatefulSetStep& step, const kube::Object& set,
                    const kube::Object& revision, Client& client) const;
    bool ensure_claims(const kube::Object& set, std::int64_t ordinal, const std::string& pod,
                       Client& client) const;
    void own_claims(const StatefulSetView& view, Client& client) const;
};

}  // namespace bestgres::fakekube::controllers
