#include "scenarios/invariants/l8_lost_partners.hpp"

#include <algorithm>

#include "operator/api/sharded.hpp"
#include "operator/manifests/labels.hpp"

namespace bestgres::scenarios {
namespace {

// The cluster that a call of the operator is about, or the sharded cluster; an empty name where it
// is about all or none.
ClusterId cluster_of_call(const CallArrived& arrived) {
    if (arrived.before.kind() == kube::kinds::bg_sharded_cluster.name) {
        return {std::string(arrived.before.ns()), std::string(arrived.before.name())};
    }
    if (!arrived.before.name().empty()) {
        return cluster_of(arrived.before);
    }
    const Json& body = written_body(arrived.call);
    return {string_at(body, {"metadata", "namespace"}),
            string_at(body, {"metadata", "labels", manifests::cluster_label})};
}

bool is_look(const CallArrived& arrived) {
    const auto* const list = std::get_if<kube::List>(&arrived.call);
    return list != nullptr && !list->label_selector.empty();
}

bool is_of_citus(const postgres::Statement& statement) {
    return statement.id.starts_with("citus.");
}

}  // namespace

// What is for Citus is the sharded cluster's, not that of the group which is spoken to.
void L8LostPartners::note_sent(const SqlSent& sent, const Truth& truth) {
    const auto member = member_by_uid(truth, sent.call.pod_uid);
    if (!member) {
        return;
    }
    const auto& statements = sent.call.statements;
    const bool for_citus = std::ranges::any_of(statements, is_of_citus);
    const bool asks = for_citus && std::ranges::all_of(statements, is_of_citus);
    ask({sent.call.ns, for_citus ? member->scope : member->cluster},
        {"SQL on " + sent.call.pod, truth.now() + sent.call.deadline + slack,
         asks ? sent.call.pod_uid : ""});
}

void L8LostPartners::note_answer(const std::string& pod_uid) {
    std::erase_if(asked_,
                  [&pod_uid](const auto& entry) { return entry.second.question_to == pod_uid; });
}

void L8LostPartners::ask(const ClusterId& id, Asked asked) {
    const auto [known, fresh] = asked_.emplace(id, asked);
    if (!fresh) {
        known->second = std::move(asked);
    }
}

void L8LostPartners::check(const Truth& truth, Findings& findings) {
    if (asked_.empty() || !able_.since()) {
        return;
    }
    for (auto entry = asked_.begin(); entry != asked_.end();) {
        const Instant due = std::max(entry->second.due, *able_.since() + slack);
        if (truth.now() < due) {
            ++entry;
            continue;
        }
        findings.add(text,
                     "After " + entry->second.what + " the operator has not turned to " +
                         to_string(entry->first) + " again",
                     {"due " + seconds_text(truth.now() - due) + " ago"});
        entry = asked_.erase(entry);
    }
}

void L8LostPartners::on(const Occurrence& occurrence, const Truth& truth, Findings& findings) {
    able_.on(occurrence, truth);
    if (const auto* asked = std::get_if<PatroniAsked>(&occurrence)) {
        const auto member = member_by_uid(truth, asked->call.pod_uid);
        if (member) {
            ask({asked->call.ns, member->cluster},
                {std::string(patroni::path(asked->call.verb)) + " of " + asked->call.pod,
                 truth.now() + asked->call.deadline + slack,
                 asked->call.verb == patroni::Verb::status ? asked->call.pod_uid : ""});
        }
    } else if (const auto* answered = std::get_if<PatroniAnswered>(&occurrence)) {
        note_answer(answered->pod_uid);
    } else if (const auto* sent = std::get_if<SqlSent>(&occurrence)) {
        note_sent(*sent, truth);
    } else if (const auto* done = std::get_if<SqlAnswered>(&occurrence)) {
        note_answer(done->pod_uid);
    } else if (const auto* arrived = std::get_if<CallArrived>(&occurrence)) {
        if (by_operator(arrived->actor) && !asked_.empty()) {
            if (is_look(*arrived)) {
                asked_.clear();
            } else {
                heard_of(cluster_of_call(*arrived));
            }
        }
    } else if (std::holds_alternative<OperatorEnded>(occurrence) ||
               std::holds_alternative<Settled>(occurrence)) {
        asked_.clear();
    }
    check(truth, findings);
}

void L8LostPartners::hash_into(Hasher& hasher) const {
    able_.hash_into(hasher);
    for (const auto& [id, asked] : asked_) {
        hasher.add(to_string(id));
        hasher.add(asked.what);
        hasher.add(asked.question_to);
        hasher.add(static_cast<std::uint64_t>(asked.due.ns));
    }
}

}  // namespace bestgres::scenarios
