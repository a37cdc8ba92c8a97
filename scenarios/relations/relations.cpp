#include "scenarios/relations/relations.hpp"

#include <algorithm>

namespace bestgres::scenarios::relations {

const std::vector<Relation>& all() {
    static const std::vector<Relation> relations = {
        m1_commuting_edits(),  m2_idempotence(),   m4_there_and_back(),   m5_stale_views(),
        m6_coalesced_events(), m7_upgrade(),       m9_without_operator(), m10_symmetry(),
        m11_time_dilation(),   m12_misoperation(), m13_isolation()};
    return relations;
}

const Relation* find(std::string_view id) {
    const auto found = std::find_if(all().begin(), all().end(), [id](const Relation& relation) {
        return relation.text.id == id;
    });
    return found == all().end() ? nullptr : &*found;
}

}  // namespace bestgres::scenarios::relations
