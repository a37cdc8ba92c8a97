#include "fakekube/controllers/cache.hpp"

namespace bestgres::fakekube::controllers {

const kube::Object* Cache::find(const Key& key) const {
    const auto found = objects_->find(key);
    return found == objects_->end() ? nullptr : &found->second;
}

std::vector<kube::Object> Cache::in_namespace(const std::string& ns) const {
    std::vector<kube::Object> found;
    const Key first{.ns = ns, .name = ""};
    for (auto at = objects_->lower_bound(first); at != objects_->end() && at->first.ns == ns;
         ++at) {
        found.push_back(at->second);
    }
    return found;
}

void Cache::put(const kube::Object& object) {
    objects_.write().insert_or_assign(key_of(object), object);
}

void Cache::erase(const Key& key) {
    objects_.write().erase(key);
}

}  // namespace bestgres::fakekube::controllers
