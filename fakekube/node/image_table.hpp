// Which directory of this machine stands for an image. A table in YAML:
//   default: allow            # or refuse: names that match nothing cannot be pulled
//   images:
//   - match: "bestgres-operator:*"   # * and ? as in a shell, over the whole reference
//     root: /
//     user: 999               # where the pod names none; default 0
//     env: {PATH: /usr/bin}
//     command: [/usr/bin/x]   # the image's entry point
//     directory: /work
//     mounts: [{source: /build/bin/x, target: /usr/local/bin/x}]
// A bare list of entries is accepted too. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "fakekube/node/mount_plan.hpp"
#include "lib/base/json.hpp"

namespace bestgres::fakekube::node {

struct Image {
    std::string match;
    std::string root = "/";
    std::uint32_t user = 0;
    std::map<std::string, std::string> environment;
    std::vector<std::string> command;
    std::string directory = "/";
    std::vector<Mount> mounts;  // read-only
};

class ImageTable {
public:
    static Result<ImageTable> parse(std::string_view yaml);

    // The first entry that matches, with or without a registry in front; nothing: cannot be pulled.
    std::optional<Image> find(const std::string& reference) const;
    // All paths of this machine that the table names.
    std::vector<std::string> sources() const;

private:
    std::vector<Image> images_;
    bool refuses_unknown_ = false;
};

bool matches_glob(std::string_view text, std::string_view pattern);

}  // namespace bestgres::fakekube::node
