#include "fakepatroni/action.hpp"

namespace bestgres::fakepatroni {
namespace {

std::vector<Job> jobs_of(ActionKind kind) {
    switch (kind) {
        case ActionKind::bootstrap:
            return {Job::initdb, Job::start_primary};
        case ActionKind::post_bootstrap:
            return {Job::set_up_roles};
        case ActionKind::clone:
            return {Job::copy, Job::start_standby};
        case ActionKind::start:
            return {Job::start_standby};
        case ActionKind::promote:
            return {Job::tell_before_promote, Job::promote, Job::await_production};
        case ActionKind::demote_graceful:
            return {Job::checkpoint,    Job::tell_before_demote,
                    Job::stop_fast,     Job::let_standbys_catch_up,
                    Job::ask_heirs,     Job::release_if_heir,
                    Job::release,       Job::let_others_race,
                    Job::check_history, Job::start_standby};
        case ActionKind::demote_offline:
            return {Job::stop_fast, Job::start_alone};
        case ActionKind::demote_immediate:
            return {Job::start_standby};
        case ActionKind::restart:
            return {Job::tell_before_demote, Job::stop_fast, Job::start_standby,
                    Job::tell_after_promote};
        case ActionKind::reinitialize:
            return {Job::stop_immediate, Job::wipe, Job::copy, Job::start_standby};
        case ActionKind::crash_recovery:
            return {Job::single_user};
        case ActionKind::rewind:
            return {Job::stop_fast, Job::rewind};
    }
    return {};
}

}  // namespace

Action make_action(ActionKind kind, Instant now) {
    Action action;
    action.kind = kind;
    action.name = to_string(kind);
    action.jobs = jobs_of(kind);
    action.since = now;
    return action;
}

std::string_view to_string(ActionKind kind) {
    switch (kind) {
        case ActionKind::bootstrap:
            return "bootstrap";
        case ActionKind::post_bootstrap:
            return "post_bootstrap";
        case ActionKind::clone:
            return "bootstrap from another member";
        case ActionKind::start:
            return "restarting after failure";
        case ActionKind::promote:
            return "promote";
        case ActionKind::demote_graceful:
            return "manual failover: demote";
        case ActionKind::demote_offline:
            return "demoting self because the DCS is not accessible";
        case ActionKind::demote_immediate:
            return "starting";
        case ActionKind::restart:
            return "restart";
        case ActionKind::reinitialize:
            return "reinitialize";
        case ActionKind::crash_recovery:
            return "doing crash recovery in a single user mode";
        case ActionKind::rewind:
            return "running pg_rewind";
    }
    return "";
}

bool position_is_known_during(ActionKind kind) {
    return kind == ActionKind::promote;
}

}  // namespace bestgres::fakepatroni
