#include "fakepatroni/slot_name.hpp"

#include <fmt/format.h>

namespace bestgres::fakepatroni {

std::string slot_name(std::string_view member) {
    std::string name;
    for (const char letter : member) {
        const bool plain =
            (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_';
        if (plain) {
            name += letter;
        } else if (letter >= 'A' && letter <= 'Z') {
            name += static_cast<char>(letter - 'A' + 'a');
        } else if (letter == '-' || letter == '.') {
            name += '_';
        } else {
            name += fmt::format("u{:04d}", static_cast<unsigned char>(letter));
        }
    }
    return name.substr(0, 63);
}

}  // namespace bestgres::fakepatroni
