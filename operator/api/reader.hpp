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

// One value on its way in: where it stands, what may stand there, and who hears of problems.
struct Found {
    const Json& json;
    const std::string& path;
    const Field& field;
    Problems& problems;

    void problem(std::string message) const {
        problems.push_back({path, std::move(message), json});
    }
};

// Each returns whether `value` was read; if not, the problems say why.
bool read_text(const Found& found, std::string& value);
bool read_integer(const Found& found, std::int64_t& value);
bool read_bool(const Found& found, bool& value);
bool read_instant(const Found& found, Instant& value);
bool read_object(const Found& found, Json& value);
bool read_texts(const Found& found, std::map<std::string, std::string>& value);
// The index of the word, or none.
std::optional<std::size_t> read_word(const Found& found, std::span<const std::string_view> words);
bool is_array(const Found& found);
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
            read_value(Found{*found, path, field, problems_}, value);
        } else if (field.required) {
            problems_.push_back({path, "is required", nullptr});
        }
    }

    // Rules are for the API server; validate.hpp has those that this program checks itself.
    void rule(const Rule&) {}

private:
    template <class T>
    static void read_value(const Found& found, T& value) {
        if constexpr (std::is_enum_v<T>) {
            read_enum(found, value);
        } else {
            read(found.json, found.path, value, found.problems);
        }
    }
    static void read_value(const Found& found, std::string& value) { read_text(found, value); }
    static void read_value(const Found& found, std::int64_t& value) { read_integer(found, value); }
    static void read_value(const Found& found, bool& value) { read_bool(found, value); }
    static void read_value(const Found& found, Instant& value) { read_instant(found, value); }
    static void read_value(const Found& found, Json& value) { read_object(found, value); }
    static void read_value(const Found& found, std::map<std::string, std::string>& value) {
        read_texts(found, value);
    }
    template <class T>
    static void read_value(const Found& found, std::optional<T>& value) {
        const std::size_t problems_before = found.problems.size();
        T inner{};
        read_value(found, inner);
        if (found.problems.size() == problems_before) {
            value = std::move(inner);
        }
    }
    template <class T>
    static void read_value(const Found& found, std::vector<T>& value) {
        if (!is_array(found)) {
            return;
        }
        value.clear();
        for (std::size_t i = 0; i < found.json.size(); ++i) {
            const std::string path = found.path + "[" + std::to_string(i) + "]";
            read_value(Found{found.json[i], path, found.field, found.problems},
                       value.emplace_back());
        }
    }
    template <class Enum>
    static void read_enum(const Found& found, Enum& value) {
        std::vector<std::string_view> words;
        for (const auto& entry : Words<Enum>::all) {
            words.push_back(entry.second);
        }
        if (const auto index = read_word(found, words)) {
            value = Words<Enum>::all[*index].first;
        }
    }

    const Json& json_;
    std::string path_;
    Problems& problems_;
    std::vector<std::string_view> known_;
};

}  // namespace bestgres::api
