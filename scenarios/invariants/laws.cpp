#include "scenarios/invariants/laws.hpp"

namespace bestgres::scenarios {
namespace {

template <class... Some>
std::vector<LawText> texts_of(const std::tuple<Some...>*) {
    return {Some::text...};
}

}  // namespace

void Laws::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    std::apply([&](auto&... law) { (law.on(occurrence, truth, findings), ...); }, laws_);
}

void Laws::hash_into(Hasher& hasher) const {
    std::apply([&hasher](const auto&... law) { (law.hash_into(hasher), ...); }, laws_);
}

std::vector<LawText> Laws::texts() {
    return texts_of(static_cast<const All*>(nullptr));
}

}  // namespace bestgres::scenarios
