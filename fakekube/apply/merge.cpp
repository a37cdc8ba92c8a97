// Merging and comparing two values of one type: the two halves of server-side apply that look at
// both sides at once.
#include <set>
#include <utility>

#include "fakekube/apply/shape.hpp"
#include "fakekube/apply/typed_value.hpp"

namespace bestgres::fakekube {
namespace {

// Where two values stand: `live` or `config` may be null (absent), never both.
struct Pair {
    const Json* live;
    const Json* config;
    const TypeSchema* schema;

    // A null that was there is the empty value of whatever comes.
    Shape shape() const {
        const Json& known = config != nullptr ? *config : *live;
        const Shape shape = shape_of(schema, known);
        const bool both = live != nullptr && config != nullptr && !live->is_null();
        return both && shape_of(schema, *live) != shape ? Shape::leaf : shape;
    }
};

const Json* member(const Json* value, std::string_view name) {
    if (value == nullptr) {
        return nullptr;
    }
    const auto found = value->find(name);
    return found == value->end() ? nullptr : &*found;
}

std::set<std::string, std::less<>> names_of(const Pair& pair) {
    std::set<std::string, std::less<>> names;
    for (const Json* side : {pair.live, pair.config}) {
        if (side != nullptr) {
            for (const auto& entry : side->items()) {
                names.insert(entry.key());
            }
        }
    }
    return names;
}

using ItemMap = std::map<std::string, const Json*, std::less<>>;

ItemMap item_map(const std::vector<Item>& items) {
    ItemMap map;
    for (const Item& item : items) {
        map.emplace(item.element, item.value);
    }
    return map;
}

std::vector<Item> items_or_none(const TypeSchema& list, const Json* value) {
    return value == nullptr ? std::vector<Item>{} : items_of(list, *value);
}

const Json* find_item(const ItemMap& map, std::string_view element) {
    const auto found = map.find(element);
    return found == map.end() ? nullptr : found->second;
}

Json merge_pair(const Pair& pair);

Json merge_records(const Pair& pair) {
    Json merged = Json::object();
    for (const std::string& name : names_of(pair)) {
        merged[name] = merge_pair(Pair{.live = member(pair.live, name),
                                       .config = member(pair.config, name),
                                       .schema = child_schema(pair.schema, name)});
    }
    return merged;
}

// Items of `config` in its order; an item that only `live` has keeps its place before the next
// item that both have.
Json merge_lists(const Pair& pair) {
    const std::vector<Item> live = items_or_none(*pair.schema, pair.live);
    const std::vector<Item> config = items_or_none(*pair.schema, pair.config);
    const ItemMap live_map = item_map(live);
    const ItemMap config_map = item_map(config);
    Json merged = Json::array();
    std::set<std::string, std::less<>> emitted;
    const auto emit = [&](const Item& item) {
        emitted.insert(item.element);
        merged.push_back(merge_pair(Pair{.live = find_item(live_map, item.element),
                                         .config = find_item(config_map, item.element),
                                         .schema = pair.schema->element.get()}));
    };
    auto next_live = live.begin();
    auto next_config = config.begin();
    while (next_live != live.end() || next_config != config.end()) {
        if (next_live != live.end() && find_item(config_map, next_live->element) == nullptr) {
            emit(*next_live++);
            continue;
        }
        if (next_live != live.end() && emitted.count(next_live->element) > 0) {
            ++next_live;
            continue;
        }
        emit(*next_config++);
    }
    return merged;
}

Json merge_pair(const Pair& pair) {
    switch (pair.shape()) {
        case Shape::record:
            return merge_records(pair);
        case Shape::list:
            return merge_lists(pair);
        case Shape::leaf:
            break;
    }
    return pair.config != nullptr ? *pair.config : *pair.live;
}

// Of two values that differ: most of a written object is as it was, and nobody looks into that.
class Comparer {
public:
    void compare(const Pair& pair) {
        const Shape shape = pair.shape();
        if (shape == Shape::leaf || (is_empty(pair.live) && is_empty(pair.config))) {
            compare_leaf(pair);
            return;
        }
        if (shape == Shape::record) {
            compare_records(pair);
        } else {
            compare_lists(pair);
        }
        if (pair.live == nullptr) {
            result_.added.insert(path_);
        } else if (pair.config == nullptr) {
            result_.removed.insert(path_);
        }
    }

    Comparison take() { return std::move(result_); }

private:
    static bool is_empty(const Json* value) {
        return value == nullptr || is_empty_container(*value);
    }

    void compare_leaf(const Pair& pair) {
        if (pair.live == nullptr) {
            result_.added.insert(path_);
        } else if (pair.config == nullptr) {
            result_.removed.insert(path_);
        } else {
            result_.modified.insert(path_);
        }
    }

    // Both sides at once: their keys are sorted.
    void compare_records(const Pair& pair) {
        const Json::object_t& before = record_of(pair.live);
        const Json::object_t& now = record_of(pair.config);
        auto left = before.begin();
        auto right = now.begin();
        while (left != before.end() || right != now.end()) {
            const int order = left == before.end() ? 1
                              : right == now.end() ? -1
                                                   : left->first.compare(right->first);
            const std::string& name = order <= 0 ? left->first : right->first;
            const Json* live = order <= 0 ? &(left++)->second : nullptr;
            const Json* config = order >= 0 ? &(right++)->second : nullptr;
            if (live == nullptr || config == nullptr || *live != *config) {
                descend(field_element(name), Pair{.live = live,
                                                  .config = config,
                                                  .schema = child_schema(pair.schema, name)});
            }
        }
    }

    static const Json::object_t& record_of(const Json* value) {
        static const Json::object_t nothing;
        return value == nullptr ? nothing : value->get_ref<const Json::object_t&>();
    }

    void compare_lists(const Pair& pair) {
        const ItemMap live = item_map(items_or_none(*pair.schema, pair.live));
        const ItemMap config = item_map(items_or_none(*pair.schema, pair.config));
        ItemMap all = live;
        all.insert(config.begin(), config.end());
        for (const auto& entry : all) {
            const Pair items{.live = find_item(live, entry.first),
                             .config = find_item(config, entry.first),
                             .schema = pair.schema->element.get()};
            if (items.live == nullptr || items.config == nullptr || *items.live != *items.config) {
                descend(entry.first, items);
            }
        }
    }

    void descend(std::string element, const Pair& pair) {
        path_.push_back(std::move(element));
        compare(pair);
        path_.pop_back();
    }

    std::vector<std::string> path_;
    Comparison result_;
};

}  // namespace

Json merge_typed(const Json& live, const Json& config, const TypeSchema& schema) {
    return merge_pair(Pair{.live = &live, .config = &config, .schema = &schema});
}

Comparison compare_typed(const Json& before, const Json& now, const TypeSchema& schema) {
    if (before == now) {
        return {};
    }
    Comparer comparer;
    comparer.compare(Pair{.live = &before, .config = &now, .schema = &schema});
    return comparer.take();
}

}  // namespace bestgres::fakekube
