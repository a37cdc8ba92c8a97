#include "fakekube/corpus/compare.hpp"

#include <algorithm>
#include <set>

#include "fakekube/corpus/normalise.hpp"

namespace bestgres::fakekube::corpus {
namespace {

constexpr std::string_view no_break_space = "\xc2\xa0";

// Go's cmp.Diff picks plain or no-break spaces at random per server process.
std::string plain_spaces(std::string_view text) {
    std::string result(text);
    for (std::size_t at = result.find(no_break_space); at != std::string::npos;
         at = result.find(no_break_space, at)) {
        result.replace(at, no_break_space.size(), " ");
    }
    return result;
}

struct Mark {
    std::string kind = {};
    std::string value = {};
    std::size_t length = 0;  // 0: no mark here
};

// "<uid:1>" with ':' or "<uid=...>" with '='.
Mark mark_at(std::string_view text, std::size_t at, char separator) {
    if (text[at] != '<') {
        return {};
    }
    for (const std::string_view kind : marked_kinds) {
        const std::size_t value = at + 1 + kind.size() + 1;
        if (text.substr(at + 1, kind.size()) != kind || value > text.size() ||
            text[value - 1] != separator) {
            continue;
        }
        const std::size_t end = text.find('>', value);
        if (end != std::string_view::npos) {
            return {.kind = std::string(kind),
                    .value = std::string(text.substr(value, end - value)),
                    .length = end + 1 - at};
        }
    }
    return {};
}

std::string shown(const Json& value) {
    constexpr std::size_t most = 700;
    std::string text = value.is_string() ? value.get<std::string>() : dump(value);
    if (text.size() > most) {
        text.resize(most);
        text += "...";
    }
    return text;
}

std::string escaped(std::string key) {
    for (std::size_t at = key.find('/'); at != std::string::npos; at = key.find('/', at)) {
        key.replace(at, 1, "~1");
    }
    return key;
}

class Walk {
public:
    explicit Walk(Bindings& bindings) : bindings_(bindings) {}

    void compare(const Json& want, const Json& got, const std::string& at) {
        if (want.is_object() && got.is_object()) {
            compare_objects(want, got, at);
        } else if (want.is_array() && got.is_array()) {
            compare_arrays(want, got, at);
        } else if (!agree(want, got)) {
            found.push_back({.at = at, .want = shown(want), .got = shown(got)});
        }
    }

    std::vector<Difference> found;

private:
    bool agree(const Json& want, const Json& got) {
        if (want.is_string() && got.is_string()) {
            return bindings_.match(want.get_ref<const std::string&>(),
                                   got.get_ref<const std::string&>());
        }
        return want == got;
    }

    void compare_objects(const Json& want, const Json& got, const std::string& at) {
        for (const auto& [key, value] : want.items()) {
            const std::string place = at + "/" + escaped(key);
            if (got.contains(key)) {
                compare(value, got[key], place);
            } else if (key.find("<uid:") == std::string::npos) {
                found.push_back({.at = place, .want = shown(value), .got = "<absent>"});
            }
        }
        for (const auto& [key, value] : got.items()) {
            if (!want.contains(key) && key.find("<uid=") == std::string::npos) {
                found.push_back(
                    {.at = at + "/" + escaped(key), .want = "<absent>", .got = shown(value)});
            }
        }
    }

    void compare_arrays(const Json& want, const Json& got, const std::string& at) {
        if (want.size() != got.size()) {
            found.push_back({.at = at,
                             .want = "list of " + std::to_string(want.size()),
                             .got = "list of " + std::to_string(got.size())});
        }
        for (std::size_t i = 0; i < std::min(want.size(), got.size()); ++i) {
            compare(want[i], got[i], at + "/" + std::to_string(i));
        }
    }

    Bindings& bindings_;
};

}  // namespace

bool Bindings::bind(const std::string& placeholder, const std::string& value) {
    const auto bound = values_.find(placeholder);
    const auto taken = placeholders_.find(value);
    if (bound == values_.end() && taken == placeholders_.end()) {
        values_[placeholder] = value;
        placeholders_[value] = placeholder;
        return true;
    }
    return bound != values_.end() && bound->second == value && taken != placeholders_.end() &&
           taken->second == placeholder;
}

bool Bindings::match(std::string_view raw_want, std::string_view raw_got) {
    const std::string want = plain_spaces(raw_want);
    const std::string got = plain_spaces(raw_got);
    std::size_t at_want = 0;
    std::size_t at_got = 0;
    while (at_want < want.size() && at_got < got.size()) {
        const Mark placeholder = mark_at(want, at_want, ':');
        const Mark value = mark_at(got, at_got, '=');
        if (placeholder.length > 0 && value.length > 0) {
            const std::string& kind = placeholder.kind;
            if (kind != value.kind ||
                !bind(kind + ":" + placeholder.value, kind + "=" + value.value)) {
                return false;
            }
            at_want += placeholder.length;
            at_got += value.length;
            continue;
        }
        if (want[at_want] != got[at_got]) {
            return false;
        }
        ++at_want;
        ++at_got;
    }
    return at_want == want.size() && at_got == got.size();
}

std::vector<Difference> differences(const Json& want, const Json& got, Bindings& bindings) {
    Walk walk(bindings);
    walk.compare(want, got, "");
    return std::move(walk.found);
}

}  // namespace bestgres::fakekube::corpus
