#include "scenarios/invariants/h4_no_escape.hpp"

namespace bestgres::scenarios {

void H4NoEscape::on(const Occurrence& occurrence, const Truth&, Findings& findings) {
    const auto* line = std::get_if<LineLogged>(&occurrence);
    if (line == nullptr || !line->text.starts_with("step failed ") ||
        line->text.find(R"("error":"plan: )") == std::string::npos) {
        return;
    }
    findings.add(text, line->process + " could not plan", {line->text});
}

}  // namespace bestgres::scenarios
