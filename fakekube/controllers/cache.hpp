// What a controller has seen of one kind, by namespace and name. Copies share the map until one of
// them changes, so that forking a world costs a reference count.
#pragma once

#include <map>
#include <set>
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

// Under which words an object is found besides its name. They depend on labels, owners and selector
// alone, and on what never changes.
using Words = std::vector<std::string>;
using WordsOf = Words (*)(const kube::Object& object);

// Of what is selected: "app=db" for every label, and "@UID" of the controller.
Words words_of_child(const kube::Object& child);
// Of what selects by spec.selector: every label that it asks for; "" where it asks for none. What
// it selects has all of these words.
Words words_of_selector(const kube::Object& selecting);
// Of labels that are asked for together.
Words words_of_labels(const Json& labels);
// An object that is found by any of its words is filed under each; one that is found only by who
// has them all, under the one that the fewest others are filed under: some labels all clusters
// share.
enum class Filing { under_each, under_rarest };

class Cache {
public:
    using Map = std::map<Key, kube::Object>;

    // Null where nothing of that name was seen. The pointer holds until the cache changes.
    const kube::Object* find(const Key& key) const;
    // In order of names; handles, so that the caller may change the cache while it walks.
    std::vector<kube::Object> in_namespace(const std::string& ns) const;
    // Likewise those that have one of the words. The cache was made to know these words.
    std::vector<kube::Object> with_words(const std::string& ns, const Words& words) const;
    // What `selecting` controls, and all that it may select: whether it does is for the caller to
    // see.
    std::vector<kube::Object> candidates_of(const kube::Object& selecting) const;
    // Of one of the words: the one that the fewest objects are filed under.
    const std::string& rarest(const std::string& ns, const Words& words) const;
    const Map& all() const { return *objects_; }

    // Before the first object comes.
    void find_by(WordsOf words_of, Filing filing = Filing::under_each) {
        words_of_ = words_of;
        filing_ = filing;
    }
    void put(const kube::Object& object);
    void erase(const Key& key);
    void clear();

private:
    void index(const Key& key, const kube::Object& object);
    void forget(const Key& key, const kube::Object& object);

    CopyOnWrite<Map> objects_;
    // How many objects are filed under it.
    std::size_t count(const std::string& ns, const std::string& word) const;

    WordsOf words_of_ = nullptr;
    Filing filing_ = Filing::under_each;
    // By namespace and word.
    CopyOnWrite<std::map<Key, std::set<std::string>>> names_;
};

}  // namespace bestgres::fakekube::controllers
