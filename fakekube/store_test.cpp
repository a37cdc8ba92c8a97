#include "fakekube/store.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace bestgres::fakekube {
namespace {

kube::Object object(int number) {
    return kube::Object(Json{{"n", number}});
}

std::vector<std::string> keys_of(const Store& store, std::string_view prefix = "") {
    std::vector<std::string> keys;
    store.scan(prefix, "", [&keys](const Store::Entry& entry) {
        keys.push_back(entry.key);
        return true;
    });
    return keys;
}

RC_GTEST_PROP(Store, holds_what_a_map_holds, ()) {
    Store store;
    std::map<std::string, int> model;
    const auto steps = *rc::gen::container<std::vector<std::pair<int, bool>>>(
        rc::gen::pair(rc::gen::inRange(0, 300), rc::gen::arbitrary<bool>()));
    int number = 0;
    for (const auto& [name, put] : steps) {
        const std::string key = "k" + std::to_string(name);
        if (put) {
            model[key] = ++number;
            store.put(key, object(number));
        } else {
            model.erase(key);
            store.erase(key);
        }
    }
    RC_ASSERT(store.size() == model.size());
    std::vector<std::string> keys;
    for (const auto& [key, value] : model) {
        keys.push_back(key);
        RC_ASSERT(store.find(key) != nullptr);
        RC_ASSERT(*store.find(key) == object(value));
    }
    RC_ASSERT(keys_of(store) == keys);
}

TEST(Store, keeps_copies_apart) {
    Store store;
    for (int i = 0; i < 1000; ++i) {
        store.put("k" + std::to_string(i), object(i));
    }
    Store copy = store;
    copy.put("k1", object(-1));
    copy.erase("k2");
    EXPECT_EQ(*store.find("k1"), object(1));
    EXPECT_NE(store.find("k2"), nullptr);
    EXPECT_EQ(*copy.find("k1"), object(-1));
    EXPECT_EQ(copy.size(), 999U);
}

TEST(Store, scans_a_prefix_from_a_key_on) {
    Store store;
    for (const char* key : {"a/1", "b/1", "b/2", "b/3", "c/1"}) {
        store.put(key, object(0));
    }
    EXPECT_EQ(keys_of(store, "b/"), (std::vector<std::string>{"b/1", "b/2", "b/3"}));
    std::vector<std::string> late;
    store.scan("b/", "b/2", [&late](const Store::Entry& entry) {
        late.push_back(entry.key);
        return true;
    });
    EXPECT_EQ(late, (std::vector<std::string>{"b/2", "b/3"}));
}

}  // namespace
}  // namespace bestgres::fakekube
