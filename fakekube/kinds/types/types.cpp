#include "fakekube/kinds/types/types.hpp"

namespace bestgres::fakekube {

Types built_in_types() {
    Types types;
    for (const std::string_view text :
         {meta_types(), volume_types(), container_types(), pod_types(), core_types(), apps_types(),
          batch_types(), network_types(), storage_types(), policy_types(), review_types()}) {
        add_types(types, text);
    }
    return types;
}

}  // namespace bestgres::fakekube
