// Rows for an empty data directory: the race for the initialize key, initdb, a copy of another
// member.
#include <fmt/format.h>

#include "fakepatroni/member.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {

Point Member::bootstrap(Turn& turn) {
    const bool may_lead = !parse_tags(settings_->tags).nofailover;
    if (view_.unlocked() && view_.initialize() == nullptr && may_lead) {
        write_initialize(loop_, "", turn);
        return Point::bootstrap_key;
    }
    const MemberRecord* source = clone_source();
    if (!view_.unlocked() && source != nullptr && !source->conn_url.empty()) {
        source_ = source->name;
        begin_action(ActionKind::clone, turn);
        return end(turn, fmt::format("trying to bootstrap from {}", source_));
    }
    return end(turn, "waiting for the leader to bootstrap");
}

// A member that offers itself, else the leader.
const MemberRecord* Member::clone_source() const {
    std::vector<const MemberRecord*> offers;
    for (const auto& member : view_.members) {
        if (member->tags.clonefrom && member->running() && member->name != settings_->name &&
            member->name != view_.leader) {
            offers.push_back(member.get());
        }
    }
    if (offers.empty()) {
        return view_.leader_member();
    }
    RandomStream random(settings_->seed, "clone/" + settings_->name + std::to_string(counter_));
    return offers[random.below(offers.size())];
}

Point Member::at_bootstrap_key(Turn& turn) {
    if (!loop_.wrote()) {
        return end(turn, "failed to acquire the initialize lock");
    }
    bootstrapping_ = true;
    roles_are_set_up_ = false;
    begin_action(ActionKind::bootstrap, turn);
    return end(turn, "trying to bootstrap a new cluster");
}

Point Member::post_bootstrap(Turn& turn) {
    if (!has_server(turn.local)) {
        return give_up_bootstrap(turn);
    }
    if (turn.local.in_recovery()) {
        return end(turn, "waiting for the end of recovery after bootstrap");
    }
    if (!roles_are_set_up_) {
        state_ = LocalState::running;
        role_ = LocalRole::primary;
        begin_action(ActionKind::post_bootstrap, turn);
        return end(turn, "running post_bootstrap");
    }
    bootstrapping_ = false;
    see_to_checkpoint(turn);
    write_initialize(loop_, system_identifier_of(turn.local), turn);
    return Point::post_bootstrap_initialize;
}

Point Member::post_bootstrap_written(Turn& turn) {
    if (point_ == Point::post_bootstrap_initialize) {
        config_json_ = settings_->bootstrap_config;
        write_map(loop_, "config", {{"config", dump(config_json_)}}, turn);
        return Point::post_bootstrap_config;
    }
    if (point_ == Point::post_bootstrap_config) {
        acquire(turn);
        return Point::post_bootstrap_lock;
    }
    lead_until(turn, loop_.wrote());
    if (config_->synchronous() && config_->synchronous_mode_strict) {
        set_standby_names("*", turn);
    }
    load_view(turn);
    return end(turn, "initialized a new cluster");
}

Point Member::give_up_bootstrap(Turn& turn) {
    if (!releases_) {
        releases_ = true;  // the key first, then the end
        begin(loop_,
              {.kind = WriteKind::plain,
               .call = patch_map(*settings_, "config", {{"initialize", nullptr}}, std::nullopt),
               .annotations = {},
               .version = {}},
              turn);
        return Point::dispatch;
    }
    turn.local.wipe();
    turn.out.exit = "failed to bootstrap the cluster";
    return Point::gone;
}

}  // namespace bestgres::fakepatroni
