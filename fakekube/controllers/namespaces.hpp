// What every namespace has and how it ends: its default ServiceAccount, the root certificate, and
// the removal of all content once it is being deleted.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"

namespace bestgres::fakekube::controllers {

// Pods go first, everything else after them; spec.finalizers ends with "kubernetes".
class NamespaceController : public Controller {
public:
    NamespaceController();
    std::unique_ptr<Controller> clone() const override;

private:
    struct Remaining {
        std::map<std::string, std::int64_t> resources;  // "configmaps." to its count
        std::map<std::string, std::int64_t> finalizers;
    };

    bool watches_everything() const override { return true; }
    void forget() override { terminating_.clear(); }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    Remaining remove_content(const std::string& ns, Client& client) const;
    void write_conditions(const kube::Object& ns, const Remaining& remaining, Client& client) const;

    std::set<std::string> terminating_;
};

class ServiceAccountController : public Controller {
public:
    ServiceAccountController();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
};

// Fills Secrets of type kubernetes.io/service-account-token, and removes them with their account.
class TokenController : public Controller {
public:
    explicit TokenController(std::string certificate);
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
    void fill(const kube::Object& secret, const kube::Object& account, Client& client) const;

    std::string certificate_;
};

class RootCertificatePublisher : public Controller {
public:
    explicit RootCertificatePublisher(std::string certificate);
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    std::string certificate_;
};

}  // namespace bestgres::fakekube::controllers
