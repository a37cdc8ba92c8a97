// The container behind JSON objects: a map whose entries lie in one sorted vector. A Kubernetes
// object has dozens of small maps; as trees they cost an allocation and 32 bytes a key, here one
// allocation a map.
//
// The price: inserting a key moves the values of the others. A reference into an object does not
// survive the insertion of another key into that same object; take it again, or insert first. Under
// AddressSanitizer every insertion moves the whole map, so that a reference held too long is always
// seen.
#pragma once

#include <algorithm>
#include <boost/container/flat_map.hpp>
#include <compare>
#include <memory>
#include <utility>

#if defined(__SANITIZE_ADDRESS__)
#define BESTGRES_EVERY_INSERTION_MOVES
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BESTGRES_EVERY_INSERTION_MOVES
#endif
#endif

namespace bestgres {

struct JustEnough {
    template <class Size>
    Size operator()(Size capacity, Size more, Size /*largest*/) const {
        return capacity + more;
    }
};

#ifdef BESTGRES_EVERY_INSERTION_MOVES
using SortedVectorGrowth = JustEnough;
#else
using SortedVectorGrowth = boost::container::growth_factor_60;
#endif

template <class Entry>
using SortedVectorEntries = boost::container::vector<
    Entry, boost::container::new_allocator<Entry>,
    boost::container::vector_options_t<boost::container::growth_factor<SortedVectorGrowth>>>;

// The parameters are those that nlohmann::basic_json gives; the allocator is always the plain one.
template <class Key, class Value, class Compare, class /*Allocator*/>
class SortedVectorMap
    : public boost::container::flat_map<Key, Value, Compare,
                                        SortedVectorEntries<std::pair<Key, Value>>> {
public:
    using Base =
        boost::container::flat_map<Key, Value, Compare, SortedVectorEntries<std::pair<Key, Value>>>;
    using Base::Base;

    friend bool operator==(const SortedVectorMap& left, const SortedVectorMap& right) {
        return static_cast<const Base&>(left) == static_cast<const Base&>(right);
    }

    friend std::partial_ordering operator<=>(const SortedVectorMap& left,
                                             const SortedVectorMap& right) {
        return std::lexicographical_compare_three_way(
            left.begin(), left.end(), right.begin(), right.end(),
            [](const auto& one, const auto& other) -> std::partial_ordering {
                if (const auto order = one.first <=> other.first; order != 0) {
                    return order;
                }
                return one.second <=> other.second;
            });
    }
};

}  // namespace bestgres
