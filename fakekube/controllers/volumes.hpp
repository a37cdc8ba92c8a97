// PersistentVolumeClaims and PersistentVolumes: binding, provisioning, growth and reclaiming, and
// the finalizers that keep what is in use.
#pragma once

#include <memory>
#include <string>

#include "fakekube/controllers/controller.hpp"

namespace bestgres::fakekube::controllers {

struct VolumeOptions {
    std::string directory = "/var/lib/fakekube/volumes";
    bool creates_standard_class = false;
};

// A key without a namespace is a volume, with one a claim.
class VolumeController : public Controller {
public:
    explicit VolumeController(VolumeOptions options);
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void started(Instant now) override;
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;

    void sync_claim(const kube::Object& claim, Client& client);
    void find_or_provision(const kube::Object& claim, Client& client) const;
    void provision(const kube::Object& claim, const kube::Object& storage_class,
                   Client& client) const;
    void bind(const kube::Object& claim, const kube::Object& volume, Client& client) const;
    void grow(const kube::Object& claim, const kube::Object& volume, Client& client) const;
    void sync_volume(const kube::Object& volume, Client& client);
    void release(const kube::Object& volume, Client& client) const;
    const kube::Object* class_of(const kube::Object& claim) const;

    VolumeOptions options_;
};

// kubernetes.io/pvc-protection: a claim stays while a scheduled pod uses it.
class ClaimProtectionController : public Controller {
public:
    ClaimProtectionController();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
};

// kubernetes.io/pv-protection: a volume stays while it is bound.
class VolumeProtectionController : public Controller {
public:
    VolumeProtectionController();
    std::unique_ptr<Controller> clone() const override;

private:
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
};

}  // namespace bestgres::fakekube::controllers
