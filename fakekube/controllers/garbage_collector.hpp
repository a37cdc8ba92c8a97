// The garbage collector: objects whose owners are gone are removed, owners that are deleted in the
// foreground wait for the dependents that block them, orphans are let go. What it deletes is judged
// by fresh reads, never by its view alone.
// https://kubernetes.io/docs/concepts/architecture/garbage-collection/
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/copy_on_write.hpp"

namespace bestgres::fakekube::controllers {

// Keys are uids. Only objects that own or are owned are remembered.
class GarbageCollector : public Controller {
public:
    GarbageCollector();
    std::unique_ptr<Controller> clone() const override;

private:
    struct Entry {
        std::string api_version;
        std::string kind;
        std::string ns;
        std::string name;
        std::vector<kube::OwnerReference> owners;
    };
    struct Graph {
        std::map<std::string, Entry> entries;                     // by uid
        std::map<std::string, std::set<std::string>> dependents;  // uids by the owner's uid
    };
    enum class OwnerState { solid, dangling, waiting, unknown };

    bool watches_everything() const override { return true; }
    bool cares_about(const Change& change) const override;
    void forget() override { graph_ = {}; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    void remember(const kube::Object& object);
    void remove_from_graph(const std::string& uid);
    void enqueue_dependents(const std::string& uid);
    std::optional<kube::Object> fresh(const Entry& entry, const std::string& uid,
                                      Client& client) const;
    OwnerState state_of(const kube::OwnerReference& owner, const Entry& dependent,
                        Client& client) const;
    void orphan_dependents(const kube::Object& owner, Client& client) const;
    void wait_for_dependents(const kube::Object& owner, Client& client);
    void judge(const kube::Object& object, const Entry& entry, Client& client);
    void remove_object(const kube::Object& object, const std::string& policy, Client& client) const;

    CopyOnWrite<Graph> graph_;
};

}  // namespace bestgres::fakekube::controllers
