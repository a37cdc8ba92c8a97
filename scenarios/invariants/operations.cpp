#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {

OperationTruth read_operation(const kube::Object& object) {
    return {
        .cluster = {std::string(object.ns()), std::string(object.text_at({"spec", "bgCluster"}))},
        .name = std::string(object.name()),
        .uid = std::string(object.uid()),
        .spec = api::parse_operation_spec(object_at(object.json(), {"spec"})),
        .status = api::parse_operation_status(object_at(object.json(), {"status"}))};
}

std::vector<OperationTruth> operations_of(const Truth& truth, const ClusterId& id) {
    std::vector<OperationTruth> all;
    for (const kube::Object& object : truth.objects(kube::kinds::bg_db_ops)) {
        OperationTruth operation = read_operation(object);
        if (operation.cluster == id) {
            all.push_back(std::move(operation));
        }
    }
    return all;
}

}  // namespace bestgres::scenarios
