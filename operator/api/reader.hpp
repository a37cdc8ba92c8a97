// Reads JSON into a described struct. Every problem is recorded with its path; a field that cannot
// be read keeps its default.
#pragma once

#include <map>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "lib/base/time.hpp"
#include "operator/api/field.hpp"

namespace bestgres::api {

// Each returns whether `value` was read; if not, `problems` says why.
bool read_text(const Json& json, const std::string& path, const Field& field, std::string& value,
               Problems& problems);
bool read_integer(const Json& json, const std::string& path, const Field& field,
                  std::int64_t& value, Problems& problems);
bool read_bool(const Json& json, const std::string& path, bool& value, Problems& problems);
bool read_instant(const Json& json, const std::string& path, Instant& value, Problems& problems);
bool read_object(const Json& json, const std::string& path, Json& value, Problems& problems);
bool read_texts(const Json& json, const std::string& path, const Field& field,
                std::map<std::string, std::string>& value, Problems& problems);
// The index of the word, or none.
std::optional<std::size_t> read_word(const Json& json, const std::string& path,
                                     std::span<const std::string_view> words, Problems& problems);
bool read_array(const Json& json, const std::string& path, const Field& field, Problems& problems);
// `known` are the names that the description visited.
void find_unknown_fields(const Json& json, const std::string& path,
                         const std::vector<std::string_view>& known, Problems& problems);

class Reader {
public:
    Reader(const Json& json, std::string path, Problems& problems)
        : json_(json), path_(std::move(path)), problems_(problems) {}

    // Reads a whole struct.
    template <class T>
    static void read(const Json& json, const std::string& path, T& value, Problems& problems) {
        if (!json.is_object()) {
            problems.push_back({path, "must be an object", json});
            return;
        }
        Reader reader(json, path, problems);
        describe(reader, value);
        find_unknown_fields(json, path, reader.known_, problems);
    }

    template <class T>
    void operator()(std::string_view name, T& value, const Field& field) {
        known_.push_back(name);
        const std::string path = path_ + "." + std::string(name);
        const auto found = json_.find(name);
        if (found != json_.end() && !found->is_null()) {
            read_value(*found, path, field, value);
        } else if (field.required) {
            problems_.push_back({path, "is required", nullptr});
        }
    }

    // Rules are for the API server; validate.hpp has those that this program checks itself.
    void rule(const Rule&) {}

private:
    template <class T>
    void read_value(const Json& json, const std::string& path, const Field& field, T& value) {
        if constexpr (std::is_enum_v<T>) {
            read_enum(json, path, value);
        } else {
            read(json, path, value, problems_);
        }
        (void)field;
    }
    void read_value(const Json& json, const std::string& path, const Field& field,
                    std::string& value) {
        read_text(json, path, field, value, problems_);
    }
    void read_value(const Json& json, const std::string& path, const Field& field,
                    std::int64_t& value) {
        read_integer(json, path, field, value, problems_);
    }
    void read_value(const Json& json, const std::string& path, const Field&, bool& value) {
        read_bool(json, path, value, problems_);
    }
    void read_value(const Json& json, const std::string& path, const Field&, Instant& value) {
        read_instant(json, path, value, problems_);
    }
    void read_value(const Json& json, const std::string& path, const Field&, Json& value) {
        read_object(json, path, value, problems_);
    }
    void read_value(const Json& json, const std::string& path, const Field& field,
                    std::map<std::string, std::string>& value) {
        read_texts(json, path, field, value, problems_);
    }
    template <class T>
    void read_value(const Json& json, const std::string& path, const Field& field,
                    std::optional<T>& value) {
        const std::size_t problems_before = problems_.size();
        T found{};
        read_value(json, path, field, found);
        if (problems_.size() == problems_before) {
            value = std::move(found);
        }
    }
    template <class T>
    void read_value(const Json& json, const std::string& path, const Field& field,
                    std::vector<T>& value) {
        if (!read_array(json, path, field, problems_)) {
            return;
        }
        value.clear();
        for (std::size_t i = 0; i < json.size(); ++i) {
            read_value(json[i], path + "[" + std::to_string(i) + "]", field, value.emplace_back());
        }
    }
    template <class Enum>
    void read_enum(const Json& json, const std::string& path, Enum& value) {
        std::vector<std::string_view> words;
        for (const auto& entry : Words<Enum>::all) {
            words.push_back(entry.second);
        }
        if (const auto index = read_word(json, path, words, problems_)) {
            value = Words<Enum>::all[*index].first;
        }
    }

    const Json& json_;
    std::string path_;
    Problems& problems_;
    std::vector<std::string_view> known_;
};

}  // namespace bestgres::api
