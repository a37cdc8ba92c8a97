#include "fakepatroni/synchronous.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace bestgres::fakepatroni {
namespace {

char lower(char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

bool is_same_name(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right,
                              [](char one, char other) { return lower(one) == lower(other); });
}

// Words, quoted names, and the marks "(", ")", ",".
class Words {
public:
    explicit Words(std::string_view text) : text_(text) {}

    // Empty at the end. `quoted` words are names whatever they say.
    std::string next() {
        while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())) != 0) {
            text_.remove_prefix(1);
        }
        quoted_ = !text_.empty() && text_.front() == '"';
        if (quoted_) {
            return quoted_name();
        }
        std::size_t length = text_.find_first_of("(), \t\n\"");
        if (length == 0) {
            length = 1;
        }
        const std::string word(text_.substr(0, length));
        text_.remove_prefix(word.size());
        return word;
    }
    bool quoted() const { return quoted_; }

private:
    std::string quoted_name() {
        std::string name;
        text_.remove_prefix(1);
        while (!text_.empty()) {
            const char letter = text_.front();
            text_.remove_prefix(1);
            if (letter == '"' && (text_.empty() || text_.front() != '"')) {
                break;
            }
            if (letter == '"') {
                text_.remove_prefix(1);
            }
            name += letter;
        }
        return name;
    }

    std::string_view text_;
    bool quoted_ = false;
};

bool read_names(Words& words, std::vector<std::string>& names, const std::string& closing) {
    for (;;) {
        std::string name = words.next();
        if (!words.quoted() && (name.empty() || name == "," || name == "(" || name == ")")) {
            return false;
        }
        names.push_back(std::move(name));
        const std::string mark = words.next();
        if (!words.quoted() && mark == closing) {
            return true;
        }
        if (words.quoted() || mark != ",") {
            return false;
        }
    }
}

// FIRST n (list), ANY n (list), n (list), or a list.
bool read_setting(std::string_view text, SynchronousNames& result) {
    Words words(text);
    std::string word = words.next();
    bool keyword = false;
    result.method = SynchronousNames::Method::first;
    if (!words.quoted() && (is_same_name(word, "first") || is_same_name(word, "any"))) {
        keyword = true;
        result.method = is_same_name(word, "any") ? SynchronousNames::Method::any : result.method;
        word = words.next();
    }
    const auto [stop, code] =
        std::from_chars(word.data(), word.data() + word.size(), result.number);
    const bool is_number = !words.quoted() && code == std::errc() &&
                           stop == word.data() + word.size() && result.number > 0;
    if (is_number && words.next() == "(") {
        return read_names(words, result.names, ")") && words.next().empty();
    }
    if (keyword || is_number) {
        return false;
    }
    result.number = 1;
    Words list(text);
    return read_names(list, result.names, "");
}

// Indexes of the candidates, best first: by priority, then by who connected first.
std::vector<std::size_t> candidates(const SynchronousNames& names,
                                    const std::vector<StandbyPosition>& standbys) {
    std::vector<std::size_t> order;
    for (std::size_t index = 0; index < standbys.size(); ++index) {
        if (names.priority_of(standbys[index].application_name) > 0) {
            order.push_back(index);
        }
    }
    std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
        const auto key = [&](std::size_t index) {
            return std::pair(names.priority_of(standbys[index].application_name),
                             standbys[index].connected);
        };
        return key(left) < key(right);
    });
    return order;
}

}  // namespace

int SynchronousNames::priority_of(std::string_view application_name) const {
    for (std::size_t index = 0; index < names.size(); ++index) {
        if (names[index] == "*" || is_same_name(names[index], application_name)) {
            // Of ANY all are equal.
            return method == Method::any ? 1 : static_cast<int>(index) + 1;
        }
    }
    return 0;
}

Result<SynchronousNames> parse_synchronous_names(std::string_view text) {
    SynchronousNames result;
    if (std::ranges::all_of(text, [](unsigned char letter) { return std::isspace(letter) != 0; })) {
        return result;
    }
    if (!read_setting(text, result)) {
        return Error{"invalid value for parameter \"synchronous_standby_names\": \"" +
                     std::string(text) + "\""};
    }
    return result;
}

std::string_view to_string(StandbySync state) {
    switch (state) {
        case StandbySync::async:
            return "async";
        case StandbySync::potential:
            return "potential";
        case StandbySync::sync:
            return "sync";
        case StandbySync::quorum:
            return "quorum";
    }
    return "";
}

std::vector<StandbySync> sync_states(const SynchronousNames& names,
                                     const std::vector<StandbyPosition>& standbys) {
    std::vector<StandbySync> states(standbys.size(), StandbySync::async);
    const std::vector<std::size_t> order = candidates(names, standbys);
    for (std::size_t place = 0; place < order.size(); ++place) {
        states[order[place]] = names.method == SynchronousNames::Method::any ? StandbySync::quorum
                               : place < names.number                        ? StandbySync::sync
                                                      : StandbySync::potential;
    }
    return states;
}

std::optional<patroni::Lsn> synchronous_position(const SynchronousNames& names,
                                                 const std::vector<StandbyPosition>& standbys) {
    std::vector<std::size_t> order = candidates(names, standbys);
    if (order.size() < names.number || names.number == 0) {
        return std::nullopt;
    }
    if (names.method == SynchronousNames::Method::any) {
        std::ranges::sort(order, [&](std::size_t left, std::size_t right) {
            return standbys[left].position > standbys[right].position;
        });
    }
    order.resize(names.number);
    patroni::Lsn reached = standbys[order.front()].position;
    for (const std::size_t index : order) {
        reached = std::min(reached, standbys[index].position);
    }
    return reached;
}

}  // namespace bestgres::fakepatroni
