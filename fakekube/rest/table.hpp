// Table output: what kubectl prints, made from a kind's columns and cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "fakekube/resource.hpp"
#include "lib/base/json.hpp"
#include "lib/base/time.hpp"
#include "lib/kube/object.hpp"

namespace bestgres::fakekube {

struct TableOptions {
    std::string_view include_object = "Metadata";  // None, Metadata or Object
    std::string meta_version = "v1";
    Instant now = {};
    bool with_columns = true;
};

Json table_of(const Resource& resource, const std::vector<kube::Object>& objects,
              const TableOptions& options);

}  // namespace bestgres::fakekube
