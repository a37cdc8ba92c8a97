#include "fakekube/rest/table.hpp"

#include <utility>

namespace bestgres::fakekube {
namespace {

Json column_json(const TableColumn& column) {
    return {{"name", column.name},
            {"type", column.type},
            {"format", column.format},
            {"description", column.description},
            {"priority", column.priority}};
}

Json row_object(const kube::Object& object, const TableOptions& options) {
    if (options.include_object == "Object") {
        return object.json();
    }
    return {{"kind", "PartialObjectMetadata"},
            {"apiVersion", "meta.k8s.io/" + options.meta_version},
            {"metadata", object_at(object.json(), {"metadata"})}};
}

}  // namespace

Json table_of(const Resource& resource, const std::vector<kube::Object>& objects,
              const TableOptions& options) {
    Json columns = Json::array();
    if (options.with_columns) {
        for (const TableColumn& column : resource.strategy->table_columns()) {
            columns.push_back(column_json(column));
        }
    }
    Json rows = Json::array();
    for (const kube::Object& object : objects) {
        Json row = {{"cells", resource.strategy->table_cells(object.json(), options.now)}};
        if (options.include_object == "None") {
            row["object"] = nullptr;
        } else {
            row["object"] = row_object(object, options);
        }
        rows.push_back(std::move(row));
    }
    Json table = {{"kind", "Table"},
                  {"apiVersion", "meta.k8s.io/" + options.meta_version},
                  {"metadata", Json::object()},
                  {"columnDefinitions", options.with_columns ? std::move(columns) : Json()},
                  {"rows", std::move(rows)}};
    if (objects.size() == 1) {
        table["metadata"] = {{"resourceVersion", objects.front().resource_version()}};
    }
    return table;
}

}  // namespace bestgres::fakekube
