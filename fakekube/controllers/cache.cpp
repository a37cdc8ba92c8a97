#include "fakekube/controllers/cache.hpp"

#include <algorithm>

#include "lib/base/check.hpp"

namespace bestgres::fakekube::controllers {
namespace {

std::string word_of(const std::string& label, const Json& value) {
    return value.is_string() ? label + "=" + value.get_ref<const std::string&>() : label;
}

bool is_same_at(const kube::Object& left, const kube::Object& right,
                std::initializer_list<std::string_view> path) {
    const Json* one = bestgres::find(left.json(), path);
    const Json* other = bestgres::find(right.json(), path);
    return one == nullptr || other == nullptr ? one == other : *one == *other;
}

bool has_same_words(const kube::Object& left, const kube::Object& right) {
    return is_same_at(left, right, {"metadata", "labels"}) &&
           is_same_at(left, right, {"metadata", "ownerReferences"}) &&
           is_same_at(left, right, {"spec", "selector"});
}

}  // namespace

Words words_of_labels(const Json& labels) {
    Words words;
    for (const auto& [label, value] : labels.items()) {
        words.push_back(word_of(label, value));
    }
    return words;
}

Words words_of_child(const kube::Object& child) {
    Words words = words_of_labels(object_at(child.json(), {"metadata", "labels"}));
    if (const auto owner = child.controller()) {
        words.push_back("@" + owner->uid);
    }
    return words;
}

Words words_of_selector(const kube::Object& selecting) {
    const Json& selector = object_at(selecting.json(), {"spec", "selector"});
    const bool is_structured =
        selector.contains("matchLabels") || selector.contains("matchExpressions");
    const Json& labels = is_structured ? object_at(selector, {"matchLabels"}) : selector;
    Words words = words_of_labels(labels);
    return words.empty() ? Words{""} : words;
}

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

std::vector<kube::Object> Cache::with_words(const std::string& ns, const Words& words) const {
    BG_CHECK(words_of_ != nullptr, "a cache without words is asked for some");
    std::set<std::string> names;
    for (const std::string& word : words) {
        const auto known = names_->find({.ns = ns, .name = word});
        if (known != names_->end()) {
            names.insert(known->second.begin(), known->second.end());
        }
    }
    std::vector<kube::Object> found;
    for (const std::string& name : names) {
        found.push_back(objects_->at({.ns = ns, .name = name}));
    }
    return found;
}

std::vector<kube::Object> Cache::candidates_of(const kube::Object& selecting) const {
    const std::string ns(selecting.ns());
    const Words words = words_of_selector(selecting);
    if (words.front().empty()) {
        return in_namespace(ns);
    }
    return with_words(ns, {rarest(ns, words), "@" + std::string(selecting.uid())});
}

std::size_t Cache::count(const std::string& ns, const std::string& word) const {
    const auto known = names_->find({.ns = ns, .name = word});
    return known == names_->end() ? 0 : known->second.size();
}

const std::string& Cache::rarest(const std::string& ns, const Words& words) const {
    return *std::ranges::min_element(words, {},
                                     [&](const std::string& word) { return count(ns, word); });
}

void Cache::index(const Key& key, const kube::Object& object) {
    Words words = words_of_(object);
    if (filing_ == Filing::under_rarest && words.size() > 1) {
        words = {rarest(key.ns, words)};
    }
    for (const std::string& word : words) {
        names_.write()[{.ns = key.ns, .name = word}].insert(key.name);
    }
}

void Cache::forget(const Key& key, const kube::Object& object) {
    for (const std::string& word : words_of_(object)) {
        const auto known = names_.write().find({.ns = key.ns, .name = word});
        if (known != names_->end() && known->second.erase(key.name) > 0 && known->second.empty()) {
            names_.write().erase(known);
        }
    }
}

void Cache::put(const kube::Object& object) {
    Key key = key_of(object);
    Map& objects = objects_.write();
    const auto known = objects.find(key);
    if (known == objects.end()) {
        if (words_of_ != nullptr) {
            index(key, object);
        }
        objects.emplace(std::move(key), object);
        return;
    }
    if (words_of_ != nullptr && !has_same_words(known->second, object)) {
        forget(key, known->second);
        index(key, object);
    }
    known->second = object;
}

void Cache::erase(const Key& key) {
    if (words_of_ != nullptr) {
        if (const kube::Object* known = find(key)) {
            forget(key, *known);
        }
    }
    objects_.write().erase(key);
}

void Cache::clear() {
    objects_ = {};
    names_ = {};
}

}  // namespace bestgres::fakekube::controllers
