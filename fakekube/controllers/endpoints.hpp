// From Services to Endpoints and EndpointSlices: three controllers, as in kube-controller-manager.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "fakekube/controllers/controller.hpp"
#include "fakekube/controllers/endpoints_plan.hpp"

namespace bestgres::fakekube::controllers {

// Reacts to Services and to the pods that they select, or selected a moment ago.
class ServiceController : public Controller {
protected:
    ServiceController(std::string name, std::vector<kube::Kind> more_watches);

    ServiceView view_of(const kube::Object& service) const;
    void observe(const Change& change) override;

private:
    void enqueue_services_of(const kube::Object* pod);
};

class EndpointsController : public ServiceController {
public:
    EndpointsController();
    std::unique_ptr<Controller> clone() const override;

private:
    // Endpoints whose Service went while nobody looked.
    void started(Instant now) override;
    void sync(const Key& key, Client& client) override;
    void write(const kube::Object& service, const kube::Object* existing, Client& client) const;
};

class EndpointSliceController : public ServiceController {
public:
    EndpointSliceController();
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
};

// Slices for Endpoints of Services without a selector.
class EndpointSliceMirroringController : public Controller {
public:
    EndpointSliceMirroringController();
    std::unique_ptr<Controller> clone() const override;

private:
    bool waits_for_own_writes() const override { return true; }
    void observe(const Change& change) override;
    void sync(const Key& key, Client& client) override;
};

}  // namespace bestgres::fakekube::controllers
