#include "operator/plan/rule.hpp"

namespace bestgres::plan {

std::string_view to_string(RuleId rule) {
    switch (rule) {
        case RuleId::accept_spec:
            return "accept_spec";
        case RuleId::hold_finalizer:
            return "hold_finalizer";
        case RuleId::create_secret:
            return "create_secret";
        case RuleId::keep_objects:
            return "keep_objects";
        case RuleId::fence_stale_leader:
            return "fence_stale_leader";
        case RuleId::repair_bootstrap:
            return "repair_bootstrap";
        case RuleId::repair_hand_over:
            return "repair_hand_over";
        case RuleId::rebuild_replica:
            return "rebuild_replica";
        case RuleId::recover_volume:
            return "recover_volume";
        case RuleId::hibernate:
            return "hibernate";
        case RuleId::grow_storage:
            return "grow_storage";
        case RuleId::follow_settings:
            return "follow_settings";
        case RuleId::run_bootstrap_sql:
            return "run_bootstrap_sql";
        case RuleId::scale_in:
            return "scale_in";
        case RuleId::left_volumes:
            return "left_volumes";
        case RuleId::update_members:
            return "update_members";
        case RuleId::restart_pending:
            return "restart_pending";
        case RuleId::await_members:
            return "await_members";
        case RuleId::tear_down:
            return "tear_down";
        case RuleId::govern_operations:
            return "govern_operations";
        case RuleId::run_operation:
            return "run_operation";
    }
    return "unknown";
}

bool is_of_operations(RuleId rule) {
    return rule == RuleId::govern_operations || rule == RuleId::run_operation;
}

}  // namespace bestgres::plan
