// The Job of an operation that needs a client: one program of the cluster's image, run once against
// one of its Services by the agent, which hands back the program's last words as the container's
// termination message. Nothing passes through a shell.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lib/kube/object.hpp"
#include "operator/manifests/input.hpp"

namespace bestgres::manifests {

inline constexpr std::string_view client_container = "client";
// Where the program finds the script that it is given.
inline constexpr std::string_view script_path = "/etc/bestgres/script/script";

// One key of a ConfigMap or Secret of the user's.
struct Script {
    std::string name;
    std::string key;
    bool is_secret = false;

    bool operator==(const Script&) const = default;
};

struct ClientProgram {
    std::vector<std::string> command;  // found on the image's PATH
    std::string database = "postgres";
    bool on_replicas = false;  // through the Service of the replicas, else that of the primary
    std::string input = {};    // its standard input
    std::optional<Script> script = {};
    bool is_silent =
        false;  // its output is no one's business: only whether it failed is handed back

    bool operator==(const ClientProgram&) const = default;
};

struct ClientJob {
    std::string name;
    std::string operation;      // name of the BGDbOps
    std::string operation_uid;  // and its uid, which finds the Job and its pod
    ClientProgram program;
    std::int64_t deadline_seconds = 0;  // then Kubernetes stops it

    bool operator==(const ClientJob&) const = default;
};

// "db-op-0123456789abcdef": the same for the same try of the same step of the same operation, and
// for no other, so that making it twice makes one.
std::string client_job_name(std::string_view cluster, std::string_view operation_uid,
                            std::int64_t step, std::int64_t attempt);

kube::Object client_job(const Input& input, const ClientJob& job);

}  // namespace bestgres::manifests
