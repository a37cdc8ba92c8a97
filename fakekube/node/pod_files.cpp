#include "fakekube/node/pod_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "fakekube/node/volume_writer.hpp"
#include "lib/base/hash.hpp"

namespace bestgres::fakekube::node {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_message = 4096;  // the kubelet's limit
constexpr std::uint32_t first_uid = 1'000'000'000;

std::string read_text(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
}

// Whether a line of passwd or group has this number.
bool has_number(const std::string& text, std::uint32_t number) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t name = line.find(':');
        const std::size_t password = name == line.npos ? line.npos : line.find(':', name + 1);
        if (password != line.npos &&
            std::strtoul(line.c_str() + password + 1, nullptr, 10) == number) {
            return true;
        }
    }
    return false;
}

std::uint32_t uid_for(const std::string& identity) {
    return first_uid + static_cast<std::uint32_t>(hash_text(identity) % first_uid);
}

bool is_inside(const std::string& path) {
    return ("/" + path + "/").find("/../") == std::string::npos;
}

std::optional<std::int64_t> security(const Json& container, const kube::Object& pod,
                                     std::string_view field) {
    const auto own = find_int(container, {"securityContext", field});
    return own ? own : find_int(pod.json(), {"spec", "securityContext", field});
}

}  // namespace

Result<std::string> directory_of_volume(const kube::Object& volume,
                                        const std::string& volumes_directory) {
    if (!volumes_directory.empty() &&
        !volume.annotation("pv.kubernetes.io/provisioned-by").empty()) {
        return volumes_directory + "/" + std::string(volume.name());
    }
    for (const char* source : {"hostPath", "local"}) {
        if (const auto path = find_string(volume.json(), {"spec", source, "path"})) {
            return *path;
        }
    }
    return Error{"PersistentVolume " + std::string(volume.name()) +
                 " is neither hostPath nor local"};
}

Result<Identity> identity_of(const Json& container, const kube::Object& pod, const Image& image) {
    Identity identity;
    identity.uid =
        static_cast<std::uint32_t>(security(container, pod, "runAsUser").value_or(image.user));
    const auto fs_group = find_int(pod.json(), {"spec", "securityContext", "fsGroup"});
    identity.gid = static_cast<std::uint32_t>(
        security(container, pod, "runAsGroup").value_or(fs_group.value_or(identity.uid)));
    const auto own = find_bool(container, {"securityContext", "runAsNonRoot"});
    const auto pods = find_bool(pod.json(), {"spec", "securityContext", "runAsNonRoot"});
    if (identity.uid == 0 && own.value_or(pods.value_or(false))) {
        return Error{"container has runAsNonRoot and image will run as root (pod: \"" +
                     std::string(pod.name()) + "_" + std::string(pod.ns()) +
                     "\", container: " + string_at(container, {"name"}) + ")"};
    }
    return identity;
}

PodFiles::PodFiles(const NodeSettings& settings, const kube::Object& pod)
    : settings_(settings),
      pod_(pod),
      directory_(settings.root_directory + "/pods/" + std::string(pod.uid())) {}

Result<Done> PodFiles::choose_uid(const VolumeInput& input) {
    if (!settings_.is_root || uid_chosen_) {
        return Done{};
    }
    std::string identity(pod_.uid());
    struct stat state {};
    for (const Json& volume : array_at(pod_.json(), {"spec", "volumes"})) {
        const auto claim = find_string(volume, {"persistentVolumeClaim", "claimName"});
        if (!claim) {
            continue;
        }
        const Result<std::string> path = claim_directory(*claim, input);
        if (!path) {
            return path.error();
        }
        if (stat(path->c_str(), &state) == 0 && state.st_uid != 0) {
            real_uid_ = state.st_uid;
            break;
        }
        identity = *path;
    }
    real_uid_ = real_uid_.value_or(uid_for(identity));
    uid_chosen_ = true;
    return Done{};
}

Result<Done> PodFiles::prepare(const VolumeInput& input) {
    BG_TRY(choose_uid(input));
    BG_TRY(make_directory(directory_, 0700, real_uid_));
    for (const char* part : {"/volumes", "/etc", "/logs", "/messages"}) {
        BG_TRY(make_directory(directory_ + part, 0755, real_uid_));
    }
    for (const Json& volume : array_at(pod_.json(), {"spec", "volumes"})) {
        Result<Done> done = prepare_volume(volume, input);
        if (!done) {
            return std::move(done).error().within("MountVolume.SetUp failed for volume \"" +
                                                  string_at(volume, {"name"}) + "\" ");
        }
    }
    BG_TRY(rewrite_in_place(directory_ + "/etc/hostname", std::string(pod_.name()) + "\n"));
    return rewrite_in_place(directory_ + "/etc/resolv.conf", read_text("/etc/resolv.conf"));
}

Result<Done> PodFiles::prepare_volume(const Json& volume, const VolumeInput& input) {
    const std::string name = string_at(volume, {"name"});
    std::string path = directory_ + "/volumes/" + name;
    if (is_file_volume(volume)) {
        Result<VolumeFiles> files = volume_files(
            volume, {.facts = input.facts, .lookup = input.lookup, .token = input.token});
        if (!files) {
            return std::move(files).error();
        }
        const Result<bool> written = write_volume(path, *files, real_uid_);
        if (!written) {
            return written.error();
        }
    } else if (const auto claim = find_string(volume, {"persistentVolumeClaim", "claimName"})) {
        Result<std::string> directory = claim_directory(*claim, input);
        if (!directory) {
            return std::move(directory).error();
        }
        path = *directory;
        BG_TRY(make_directory(path, 0770, real_uid_));
        if (real_uid_) {
            own_tree(path, *real_uid_);
        }
    } else if (const auto host = find_string(volume, {"hostPath", "path"})) {
        path = *host;
        if (string_at(volume, {"hostPath", "type"}) == "DirectoryOrCreate") {
            BG_TRY(make_directory(path, 0755, real_uid_));
        }
    } else {
        BG_TRY(make_directory(path, 0777, real_uid_));  // emptyDir, and what is not known here
    }
    volumes_[name] = path;
    return Done{};
}

Result<std::string> PodFiles::claim_directory(const std::string& claim,
                                              const VolumeInput& input) const {
    const std::string ns(pod_.ns());
    const auto object = input.lookup({kube::kinds::persistent_volume_claim, ns, claim});
    if (!object) {
        return Error{"persistentvolumeclaim \"" + claim + "\" not found"};
    }
    const std::string name = string_at(object->json(), {"spec", "volumeName"});
    const auto volume = input.lookup({kube::kinds::persistent_volume, "", name});
    if (name.empty() || !volume) {
        return Error{"persistentvolumeclaim \"" + claim + "\" is not bound"};
    }
    return directory_of_volume(*volume, settings_.volumes_directory);
}

Result<Done> PodFiles::refresh(const VolumeInput& input) {
    for (const Json& volume : array_at(pod_.json(), {"spec", "volumes"})) {
        if (is_file_volume(volume)) {
            BG_TRY(prepare_volume(volume, input));
        }
    }
    return Done{};
}

Result<Done> PodFiles::write_hosts(const std::string& text) const {
    return rewrite_in_place(directory_ + "/etc/hosts", text);
}

Result<std::vector<Mount>> PodFiles::mounts_of(const Json& container,
                                               const Environment& environment) const {
    std::vector<Mount> mounts;
    for (const char* file : {"hosts", "hostname", "resolv.conf"}) {
        mounts.push_back({.source = directory_ + "/etc/" + file,
                          .target = std::string("/etc/") + file,
                          .read_only = true});
    }
    for (const Json& mount : array_at(container, {"volumeMounts"})) {
        const auto volume = volumes_.find(string_at(mount, {"name"}));
        if (volume == volumes_.end()) {
            return Error{"volume \"" + string_at(mount, {"name"}) + "\" is not known"};
        }
        const auto expression = find_string(mount, {"subPathExpr"});
        const std::string sub_path = expression ? expand_references(*expression, environment)
                                                : string_at(mount, {"subPath"});
        std::string source = volume->second;
        if (!is_inside(sub_path)) {
            return Error{"subPath leaves its volume: " + sub_path};
        }
        if (!sub_path.empty()) {
            source += "/" + sub_path;
            std::error_code ignored;
            if (!fs::exists(source, ignored)) {
                BG_TRY(make_directory(source, 0750, real_uid_));
            }
        }
        mounts.push_back({.source = source,
                          .target = string_at(mount, {"mountPath"}),
                          .read_only = find_bool(mount, {"readOnly"}).value_or(false)});
    }
    return mounts;
}

Result<Mount> PodFiles::termination_mount(const std::string& container,
                                          const std::string& path) const {
    const std::string file = directory_ + "/messages/" + container;
    BG_TRY(rewrite_in_place(file, ""));
    if (real_uid_ && chown(file.c_str(), *real_uid_, *real_uid_) != 0) {
        return Error{"hand over " + file};
    }
    return Mount{.source = file, .target = path, .read_only = false};
}

std::string PodFiles::termination_message(const std::string& container) const {
    return read_text(directory_ + "/messages/" + container).substr(0, longest_message);
}

Result<std::vector<Mount>> PodFiles::account_mounts(const std::string& root, std::uint32_t uid,
                                                    std::uint32_t gid) const {
    const std::string prefix = root == "/" ? "" : root;
    std::string passwd = read_text(prefix + "/etc/passwd");
    std::string group = read_text(prefix + "/etc/group");
    if (!has_number(passwd, uid)) {
        passwd += "container:x:" + std::to_string(uid) + ":" + std::to_string(gid) +
                  ":container:/tmp:/bin/sh\n";
    }
    if (!has_number(group, gid)) {
        group += "container:x:" + std::to_string(gid) + ":\n";
    }
    const std::string suffix = "-" + std::to_string(uid) + "-" + std::to_string(gid);
    std::vector<Mount> mounts;
    for (const auto& [name, text] : {std::pair<std::string, std::string>{"passwd", passwd},
                                     std::pair<std::string, std::string>{"group", group}}) {
        const std::string file = directory_ + "/etc/" + name + suffix;
        BG_TRY(rewrite_in_place(file, text));
        mounts.push_back({.source = file, .target = "/etc/" + name, .read_only = true});
    }
    return mounts;
}

std::string PodFiles::log_path(const std::string& container, int attempt) const {
    return directory_ + "/logs/" + container + "/" + std::to_string(attempt) + ".log";
}

void PodFiles::remove_all() const {
    std::error_code ignored;
    fs::remove_all(directory_, ignored);
}

}  // namespace bestgres::fakekube::node
