#include "lib/kube/kind.hpp"

namespace bestgres::kube {

std::string Kind::api_version() const {
    return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string Kind::api_path() const {
    return (group.empty() ? "/api/" : "/apis/") + api_version();
}

}  // namespace bestgres::kube
