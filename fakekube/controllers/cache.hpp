// What a controller has seen of one kind, by namespace and name. Copies share the map until one of
// them changes, so that forking a world costs a reference count.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "fakekube/context.hpp"
#include "fakekube/copy_on_write.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube::controllers {

using Key = ObjectKey;

inline Key key_of(const kube::Object& object) {
    return {.ns = std::string(object.ns()), .name = std::string(object.name())};
}

class Cache {
public:
    using Map = std::map<Key, kube::Object>;

    // Null where nothing of that name was seen. The pointer holds until the cache changes.
    const kube::Object* find(const Key& key) const;
    // In order of names; handles, so that the caller may change the cache while it walks.
    std::vector<kube::Object> in_namespace(const std::string& ns) const;
    const Map& all() const { return *objects_; }

    void put(const kube::Object& object);
    void erase(const Key& key);
    void clear() { objects_ = {}; }

private:
    CopyOnWrite<Map> objects_;
};

}  // namespace bestgres::fakekube::controllers
