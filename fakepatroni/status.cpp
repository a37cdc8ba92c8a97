// What a member publishes: the status and the role label of its pod, the positions and slots in the
// leader object.
#include <fmt/format.h>

#include "fakepatroni/member.hpp"
#include "fakepatroni/slot_name.hpp"
#include "fakepatroni/wire.hpp"

namespace bestgres::fakepatroni {
namespace {

constexpr Duration slot_retention = std::chrono::minutes(30);  // member_slots_ttl

std::string reasons_of(const Postgres& local) {
    JsonText text;
    for (const auto& [name, values] : local.pending_restart()) {
        text.raw(name,
                 JsonText().text("old_value", values.first).text("new_value", values.second).str());
    }
    return text.str();
}

void add_position(const Postgres& local, const Traits& traits, JsonText& text) {
    text.number("xlog_location", position_of(local));
    if (traits.publishes_replication && local.in_recovery()) {
        const PublishedReplication replication = replication_of(local);
        text.number("replay_lsn", replication.replayed);
        if (replication.received) {
            text.number("receive_lsn", *replication.received);
        }
        if (replication.streaming) {
            text.text("replication_state", "streaming");
        }
    }
    text.number("timeline", static_cast<std::uint64_t>(local.timeline()));
}

}  // namespace

std::string Member::status_text(const Turn& turn) const {
    const Traits& traits = traits_of(settings_->version);
    JsonText text;
    text.text("conn_url", conn_url(*settings_))
        .text("api_url", api_url(*settings_))
        .text("state", to_string(state_))
        .text("role", to_string(role_, traits))
        .text("version", traits.number);
    if (leads(turn.now) && !checkpointed_) {
        text.flag("checkpoint_after_promote", false);
    }
    if (!settings_->tags.empty()) {
        text.raw("tags", dump(settings_->tags));
    }
    if (has_server(turn.local) && !turn.local.pending_restart().empty()) {
        text.flag("pending_restart", true);
        if (traits.says_why_restart_is_pending) {
            text.raw("pending_restart_reason", reasons_of(turn.local));
        }
    }
    const bool quiet = !busy() || position_is_known_during(action_->kind);
    if (quiet && state_ == LocalState::running && turn.local.answers()) {
        add_position(turn.local, traits, text);
    }
    if (scheduled_restart_) {
        const std::optional<Instant>& started = scheduled_restart_->started_at;
        text.raw("scheduled_restart",
                 JsonText()
                     .text("schedule", scheduled_restart_->schedule)
                     .text("postmaster_start_time", started ? isoformat(*started) : "")
                     .str());
    }
    if (config_->pause) {
        text.flag("pause", true);
    }
    return text.str();
}

// By the lock, not by the server: the label moves before the promotion is over.
std::optional<std::string> Member::role_label() const {
    if (has_view_ && has_lock()) {
        return std::string(leader_label(*settings_));
    }
    if (state_ != LocalState::running || role_ == LocalRole::primary) {
        return std::nullopt;
    }
    if (role_ == LocalRole::replica) {
        return settings_->labels.follower_value;
    }
    return std::string(to_string(role_, traits_of(settings_->version)));
}

void Member::add_positions(Json& annotations, Turn& turn) const {
    const Traits& traits = traits_of(settings_->version);
    const LsnBytes position = position_of(turn.local);
    if (position > 0) {
        annotations["optime"] = std::to_string(position);
    }
    if (traits.writes_null_slots && position > 0) {
        annotations["slots"] = nullptr;
    }
    if (traits.writes_slots && position > 0) {
        JsonText slots;
        std::string retained;
        const std::string own = slot_name(settings_->name);
        std::map<std::string, LsnBytes> positions;
        for (const auto& [name, slot] : turn.local.volume().slots) {
            positions[name] = slot.restart.bytes;
        }
        positions[own] = position;
        for (const auto& [name, lsn] : positions) {
            slots.number(name, lsn);
            retained += (retained.empty() ? "" : ", ") + quoted_json(name);
        }
        annotations["slots"] = slots.str();
        annotations["retain_slots"] = "[" + retained + "]";
    }
    if (config_->failsafe_mode) {
        JsonText members;
        for (const auto& member : view_.members) {
            if (!member->api_url.empty()) {
                members.text(member->name, member->api_url);
            }
        }
        annotations["failsafe"] = members.str();
    }
}

// Physical slots for the other members: Patroni 4 keeps them on every node, and for half an hour
// after a member was last seen; Patroni 3 on the leader, as long as the member's pod is there.
void Member::tend_slots(Turn& turn) {
    const Traits& traits = traits_of(settings_->version);
    const bool keeps = runs_as_primary(turn.local) ||
                       (traits.every_node_keeps_slots && runs_as_standby(turn.local));
    if (!config_->use_slots || !keeps || !has_view_) {
        return;
    }
    for (const auto& member : view_.members) {
        if (member->name == settings_->name || member->tags.nostream) {
            continue;
        }
        const std::string slot = slot_name(member->name);
        slots_seen_[slot] = turn.now;
        const auto kept = turn.local.volume().slots.find(slot);
        const bool is_there = kept != turn.local.volume().slots.end();
        const bool has_had_it = is_there && kept->second.lost && !kept->second.active;
        if (has_had_it && traits.replaces_lost_slots && !config_->pause) {
            turn.local.drop_slot(slot);
            turn.local.make_slot(slot);
        } else if (!is_there) {
            turn.local.make_slot(slot);
        }
        if (turn.local.in_recovery() && view_.leader_object) {
            const auto position = view_.leader_object->slots.find(slot);
            if (position != view_.leader_object->slots.end()) {
                turn.local.advance_slot(slot, Lsn{position->second});
            }
        }
    }
    std::vector<std::string> forgotten;
    for (const auto& [name, slot] : turn.local.volume().slots) {
        const auto seen = slots_seen_.try_emplace(name, turn.now).first;
        const Duration kept = traits.every_node_keeps_slots ? slot_retention : Duration(0);
        if (!slot.active && turn.now - seen->second > kept && !config_->pause) {
            forgotten.push_back(name);
        }
    }
    for (const std::string& name : forgotten) {
        turn.local.drop_slot(name);
        slots_seen_.erase(name);
    }
}

}  // namespace bestgres::fakepatroni
