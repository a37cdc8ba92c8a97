// What the cache keeps of an object: what rules ask about as JSON, and of kinds that are otherwise
// only compared with their manifests the whole as text, which takes a tenth of the memory.
#pragma once

#include <memory>
#include <string>

#include "lib/kube/object.hpp"

namespace bestgres::core {

struct Kept {
    kube::Object object;
    std::shared_ptr<const std::string> text;  // null where `object` is all that anybody asks for
};

Kept kept_of(const kube::Kind& kind, const kube::Object& object);

}  // namespace bestgres::core
