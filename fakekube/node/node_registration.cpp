#include "fakekube/node/node_registration.hpp"

#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace bestgres::fakekube::node {
namespace {

constexpr Duration lease_period = std::chrono::seconds(10);
constexpr Duration status_period = std::chrono::minutes(5);
constexpr Duration retry = std::chrono::seconds(1);

std::string first_line(const char* path) {
    std::ifstream stream(path);
    std::string line;
    std::getline(stream, line);
    return line;
}

bool is_ready(const kube::Object& node) {
    for (const Json& condition : array_at(node.json(), {"status", "conditions"})) {
        if (string_at(condition, {"type"}) == "Ready") {
            return string_at(condition, {"status"}) == "True";
        }
    }
    return false;
}

}  // namespace

Machine measure_machine(const std::string& directory) {
    Machine machine;
    machine.cpus = std::max(1L, sysconf(_SC_NPROCESSORS_ONLN));
    machine.memory_bytes = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
    struct statvfs disk {};
    if (statvfs(directory.c_str(), &disk) == 0) {
        machine.disk_bytes = static_cast<std::int64_t>(disk.f_blocks * disk.f_frsize);
    }
    utsname kernel{};
    if (uname(&kernel) == 0) {
        machine.kernel = kernel.release;
    }
    machine.os_image = "fakekube node";
    machine.machine_id = first_line("/etc/machine-id");
    machine.boot_id = first_line("/proc/sys/kernel/random/boot_id");
    return machine;
}

NodeRegistration::NodeRegistration(Reactor& reactor, ApiPort& api, const Log& log,
                                   const NodeSettings& settings)
    : reactor_(reactor), api_(api), log_(log), complaints_(log), settings_(settings) {}

void NodeRegistration::start(const Machine& machine, int log_port) {
    machine_ = machine;
    log_port_ = log_port;
    register_node();
}

void NodeRegistration::register_node() {
    if (std::exchange(registering_, true)) {
        return;
    }
    api_.call(kube::Create{.kind = kube::kinds::node, .object = make_node(settings_)},
              [this](const auto& outcome) {
                  registering_ = false;
                  if (!outcome.ok() && outcome.error().code != kube::ErrorCode::already_exists) {
                      complaints_.tell("node not registered", outcome.error().message);
                      reactor_.after(retry, [this] { register_node(); });
                      return;
                  }
                  complaints_.tell("node not registered", "");
                  log_.info("node registered", {{"node", settings_.name}});
                  patch_status();
                  if (patched_at_.ns == 0) {
                      patched_at_ = wall_clock();
                      renew_lease();
                  }
              });
}

void NodeRegistration::on_node(const std::optional<kube::Object>& node) {
    if (patched_at_.ns == 0) {
        return;
    }
    if (!node) {
        register_node();
        return;
    }
    uid_ = node->uid();
    if (!is_ready(*node)) {
        patch_status();
    }
}

void NodeRegistration::patch_status() {
    if (std::exchange(patching_, true)) {
        return;
    }
    Json body = {{"metadata", {{"labels", make_node(settings_).json()["metadata"]["labels"]}}},
                 {"status", node_status(settings_, machine_, log_port_, wall_clock())}};
    api_.call(kube::Patch{.ref = {kube::kinds::node, "", settings_.name},
                          .type = kube::PatchType::strategic,
                          .body = std::move(body),
                          .subresource = "status"},
              [this](const auto& outcome) {
                  patching_ = false;
                  complaints_.tell("node status not reported",
                                   outcome.ok() ? "" : outcome.error().message);
                  if (outcome.ok()) {
                      patched_at_ = wall_clock();
                      return;
                  }
                  reactor_.after(retry, [this] { patch_status(); });
              });
}

void NodeRegistration::renew_lease() {
    const Instant now = wall_clock();
    if (now - patched_at_ > status_period) {
        patch_status();
    }
    Json body = {{"spec",
                  {{"holderIdentity", settings_.name},
                   {"leaseDurationSeconds", lease_seconds},
                   {"renewTime", format_micros(now)}}}};
    api_.call(kube::Patch{.ref = {kube::kinds::lease, "kube-node-lease", settings_.name},
                          .type = kube::PatchType::merge,
                          .body = std::move(body),
                          .subresource = ""},
              [this](const auto& outcome) {
                  if (!outcome.ok() && outcome.error().code == kube::ErrorCode::not_found) {
                      create_lease();
                  } else {
                      complaints_.tell("lease not renewed",
                                       outcome.ok() ? "" : outcome.error().message);
                  }
              });
    reactor_.after(lease_period, [this] { renew_lease(); });
}

void NodeRegistration::create_lease() {
    api_.call(kube::Create{.kind = kube::kinds::lease,
                           .object = make_lease(settings_.name, uid_, wall_clock())},
              [this](const auto& outcome) {
                  const bool there =
                      outcome.ok() || outcome.error().code == kube::ErrorCode::already_exists;
                  complaints_.tell("lease not created", there ? "" : outcome.error().message);
              });
}

}  // namespace bestgres::fakekube::node
