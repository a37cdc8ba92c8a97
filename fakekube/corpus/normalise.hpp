// What makes two runs of the corpus comparable: times, names of the run and addresses become
// placeholders, and values that only have to be consistent (uids, versions, cluster addresses) are
// marked, so that the comparison can match them one to one.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::fakekube::corpus {

// A marked value in normalised text: "<uid=6ba7...>". The corpus has "<uid:1>" there.
inline constexpr std::string_view marked_kinds[] = {"uid", "rv", "clusterIP", "nodePort"};

class Normaliser {
public:
    // What replaces captured values: longest values first.
    void set_variables(const std::map<std::string, std::string>& variables);
    // Values of request bodies are kept as they are.
    void add_literals(const Json& body);

    // A body, or a part of one that stood under `key`.
    Json value(const Json& json, const std::string& key = "") const;
    std::string text(std::string_view text) const;

private:
    struct Place {
        const std::string& key;
        const Json* parent;
        const Json* grandparent;
    };

    Json walk(const Json& json, const Place& place) const;
    Json walk_object(const Json& json, const Place& place) const;
    Json walk_string(const Json& json, const Place& place) const;
    std::string substituted(std::string_view text) const;
    bool is_literal(const std::string& text) const { return literals_.count(text) > 0; }

    std::vector<std::pair<std::string, std::string>> substitutions_;
    std::set<std::string> literals_;
    std::set<std::int64_t> numbers_;
};

bool is_uuid(std::string_view text);

}  // namespace bestgres::fakekube::corpus
