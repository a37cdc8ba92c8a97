// The directory of one pod on this machine: volumes, /etc files, logs, and how they are mounted
// into its containers. Under root, everything belongs to one unprivileged uid of this machine,
// which stays the same for a PersistentVolume wherever on the machine the pod is made again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/node/mount_plan.hpp"
#include "fakekube/node/node_settings.hpp"
#include "fakekube/node/volume_files.hpp"

namespace bestgres::fakekube::node {

struct VolumeInput {
    const PodFacts& facts;
    const Lookup& lookup;  // ConfigMaps, Secrets, PersistentVolumeClaims, PersistentVolumes
    const std::function<std::optional<std::string>(const TokenRequest&)>& token;
};

class PodFiles {
public:
    PodFiles(const NodeSettings& settings, const kube::Object& pod);

    // Makes the volumes, or says which is not there. May be called again.
    Result<Done> prepare(const VolumeInput& input);
    // Brings the file volumes up to date.
    Result<Done> refresh(const VolumeInput& input);
    Result<Done> write_hosts(const std::string& text) const;

    Result<std::vector<Mount>> mounts_of(const Json& container,
                                         const Environment& environment) const;
    // A file that the container can write its last words to; empty again for each run.
    Result<Mount> termination_mount(const std::string& container, const std::string& path) const;
    std::string termination_message(const std::string& container) const;
    // With the container's user in it, whom programs look up.
    Result<std::vector<Mount>> account_mounts(const std::string& root, std::uint32_t uid,
                                              std::uint32_t gid) const;
    std::string log_path(const std::string& container, int attempt) const;

    const std::string& directory() const { return directory_; }
    std::optional<std::uint32_t> real_uid() const { return real_uid_; }
    void remove_all() const;

private:
    Result<Done> prepare_volume(const Json& volume, const VolumeInput& input);
    Result<std::string> claim_directory(const std::string& claim, const VolumeInput& input) const;
    Result<Done> choose_uid(const VolumeInput& input);

    const NodeSettings& settings_;
    kube::Object pod_;
    std::string directory_;
    std::optional<std::uint32_t> real_uid_;
    bool uid_chosen_ = false;
    std::map<std::string, std::string> volumes_;  // name -> path
};

// The directory that a PersistentVolume stands for on this machine.
Result<std::string> directory_of_volume(const kube::Object& volume,
                                        const std::string& volumes_directory);

// The numbers that a container runs as: its own or the pod's securityContext, else the image's
// user.
struct Identity {
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
};
Result<Identity> identity_of(const Json& container, const kube::Object& pod, const Image& image);

}  // namespace bestgres::fakekube::node
