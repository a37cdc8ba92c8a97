#include "fakekube/kinds/declared_text.hpp"

#include <gtest/gtest.h>

#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {
namespace {

const TypeSchema& config_map() {
    static const Types types = [] {
        Types made;
        add_types(made, meta_types());
        add_types(made, "kind ConfigMap\n  immutable *bool\n  data map[string]\n");
        return made;
    }();
    return *types.at("ConfigMap");
}

const Json stored = {{"apiVersion", "v1"},
                     {"data", {{"b", "2"}, {"a", "1"}}},
                     {"kind", "ConfigMap"},
                     {"metadata",
                      {{"labels", {{"z", "1"}}},
                       {"name", "a"},
                       {"ownerReferences", {{{"uid", "u"}, {"kind", "Pod"}}}},
                       {"uid", "x"}}}};

TEST(DeclaredText, keeps_the_order_of_the_type_below_what_a_patch_took_apart) {
    EXPECT_EQ(declared_text(stored, config_map(), {{"apiVersion", "apps/v1"}}),
              R"({"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":)"
              R"({"name":"a","uid":"x","labels":{"z":"1"},)"
              R"("ownerReferences":[{"kind":"Pod","uid":"u"}]}})");
}

TEST(DeclaredText, puts_objects_that_a_patch_took_apart_in_the_order_of_the_alphabet) {
    EXPECT_EQ(declared_text(stored, config_map(), {{"metadata", {{"uid", "y"}}}}),
              R"({"apiVersion":"v1","data":{"a":"1","b":"2"},"kind":"ConfigMap","metadata":)"
              R"({"labels":{"z":"1"},"name":"a",)"
              R"("ownerReferences":[{"kind":"Pod","uid":"u"}],"uid":"x"}})");
}

}  // namespace
}  // namespace bestgres::fakekube
