#include "operator/cmd/simulate/pages.hpp"

#include <fmt/format.h>

#include <fstream>

#include "scenarios/report/html.hpp"

namespace bestgres::cmd::simulate {

std::string page_name(const std::string& replay_name) {
    const std::size_t dot = replay_name.rfind('.');
    const std::size_t slash = replay_name.rfind('/');
    const bool has_ending =
        dot != std::string::npos && (slash == std::string::npos || dot > slash + 1);
    return (has_ending ? replay_name.substr(0, dot) : replay_name) + ".html";
}

Result<Done> write_page(const std::string& name, const scenarios::Story& story) {
    std::ofstream file(name);
    file << html_report(story);
    file.close();
    if (file.fail()) {
        return Error{fmt::format("{}: cannot be written; is its folder there?", name)};
    }
    return Done{};
}

}  // namespace bestgres::cmd::simulate
