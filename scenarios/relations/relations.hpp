// All relations, one function and one file each.
#pragma once

#include "scenarios/relations/relation.hpp"

namespace bestgres::scenarios::relations {

Relation m1_commuting_edits();
Relation m2_idempotence();
Relation m4_there_and_back();
Relation m5_stale_views();
Relation m6_coalesced_events();
Relation m7_upgrade();
Relation m9_without_operator();
Relation m10_symmetry();
Relation m11_time_dilation();
Relation m12_misoperation();
Relation m13_isolation();

}  // namespace bestgres::scenarios::relations
