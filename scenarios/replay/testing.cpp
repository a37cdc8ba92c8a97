#include "scenarios/replay/testing.hpp"

#include "operator/api/cluster.hpp"
#include "operator/api/operation.hpp"

namespace bestgres::scenarios::testing {
namespace {

namespace gen = rc::gen;

std::string a_text() {
    return *gen::element<std::string>("", "db", "db-0", "operator-1", "the leader of db", "é \"x\"",
                                      "Kind/name", "a>b");
}

std::string a_name() {
    return *gen::element<std::string>("a", "b", "db");
}

Duration a_span() {
    return Duration(*gen::inRange<std::int64_t>(0, 9'000) *
                    *gen::element<std::int64_t>(1, 1'000, 1'000'000, 1'000'000'000));
}

std::int64_t a_count() {
    return *gen::inRange<std::int64_t>(1, 9);
}

// Named things are not there yet: fault_over and edit_made are given their subject at the end.
Condition a_condition() {
    return *gen::element(Condition::settled, Condition::exists, Condition::absent,
                         Condition::member_state, Condition::leader, Condition::phase,
                         Condition::step);
}

Trigger a_trigger(int depth) {
    Trigger trigger{.when = AtTime{a_span()}, .delay = a_span()};
    switch (*gen::inRange(0, depth > 0 ? 4 : 3)) {
        case 0:
            break;
        case 1:
            trigger.when =
                AfterCall{.pattern = {.actor = a_text(),
                                      .verb = a_text(),
                                      .kind = a_text(),
                                      .name = a_text()},
                          .point = *gen::element(CallPoint::before_send, CallPoint::before_apply,
                                                 CallPoint::after_apply, CallPoint::after_answer),
                          .nth = a_count()};
            break;
        case 2:
            trigger.when = WhenState{.condition = a_condition(),
                                     .subject = a_text(),
                                     .value = a_text(),
                                     .nth = a_count()};
            break;
        case 3: {
            Combined combined{.how = *gen::element(Combination::all_of, Combination::any_of,
                                                   Combination::one_after_another),
                              .parts = {}};
            for (std::int64_t part = a_count(); part > 6; --part) {
                combined.parts.push_back(a_trigger(depth - 1));
            }
            combined.parts.push_back(a_trigger(depth - 1));
            trigger.when = combined;
            break;
        }
    }
    return trigger;
}

kube::Ref a_ref() {
    return {*gen::element(kube::kinds::bg_cluster, kube::kinds::bg_db_ops, kube::kinds::pod,
                          kube::kinds::secret),
            *gen::element<std::string>("", "shop"), a_name()};
}

Json a_body() {
    return *gen::element(Json(), Json(7), Json{{"spec", {{"instances", 3}}}},
                         Json{{"list", {1, "two", nullptr}}});
}

Edit an_edit() {
    Edit edit{.id = a_name(), .when = a_trigger(2), .action = ApplyManifest{a_body()}};
    switch (*gen::inRange(0, 8)) {
        case 0:
            break;
        case 1:
            edit.action = MergePatch{.ref = a_ref(), .body = a_body()};
            break;
        case 2:
            edit.action = DeleteResource{.ref = a_ref(),
                                         .propagation = *gen::element(kube::Propagation::background,
                                                                      kube::Propagation::orphan)};
            break;
        case 3:
            edit.action = DrainNode{a_text()};
            break;
        case 4:
            edit.action = UncordonNode{a_text()};
            break;
        case 5:
            edit.action = UpgradeOperator{a_count()};
            break;
        case 6:
            edit.action = MakeTable{.scope = a_text(),
                                    .table = a_text(),
                                    .kind = a_text(),
                                    .shards = a_count(),
                                    .replica_identity = *gen::arbitrary<bool>()};
            break;
        case 7:
            edit.action = EndOperators{*gen::arbitrary<bool>()};
            break;
    }
    return edit;
}

Fault a_fault() {
    const bool for_ever = *gen::arbitrary<bool>();
    return {.id = a_name(),
            .kind = *gen::elementOf(all_fault_kinds()),
            .target = a_text(),
            .when = a_trigger(2),
            .lasts = for_ever ? Duration{} : a_span(),
            .for_ever = for_ever,
            .amount = *gen::inRange<std::int64_t>(-1'000, 1'000)};
}

Scenario a_scenario() {
    Scenario scenario;
    scenario.name = a_text();
    scenario.seed = *gen::arbitrary<std::uint64_t>();
    scenario.topology.nodes = a_count();
    scenario.topology.patroni = *gen::element(PatroniVersion::v3_0, PatroniVersion::v4_1);
    scenario.knobs.proxy_lag = a_span();
    scenario.knobs.copy_takes = a_span();
    scenario.knobs.agent_watchdog = *gen::arbitrary<bool>();
    scenario.longest = a_span();
    for (std::int64_t edit = *gen::inRange<std::int64_t>(0, 4); edit > 0; --edit) {
        scenario.edits.push_back(an_edit());
        scenario.edits.back().id = "e" + std::to_string(edit);
    }
    for (std::int64_t fault = *gen::inRange<std::int64_t>(0, 4); fault > 0; --fault) {
        scenario.faults.push_back(a_fault());
        scenario.faults.back().id = "f" + std::to_string(fault);
    }
    if (!scenario.edits.empty() && !scenario.faults.empty()) {
        scenario.faults.front().when = {
            .when = WhenState{.condition = Condition::edit_made, .subject = "e1"}};
    }
    if (*gen::arbitrary<bool>()) {
        scenario.choices = {{.event = *gen::arbitrary<std::uint64_t>(), .index = 1}};
        scenario.expect = Expectation{
            .law = "K1", .facts = {a_text()}, .trace = *gen::arbitrary<std::uint64_t>()};
    }
    return scenario;
}

}  // namespace

rc::Gen<Trigger> some_trigger(int depth) {
    return rc::gen::exec([depth] { return a_trigger(depth); });
}
rc::Gen<Fault> some_fault() {
    return rc::gen::exec([] { return a_fault(); });
}
rc::Gen<Edit> some_edit() {
    return rc::gen::exec([] { return an_edit(); });
}
rc::Gen<Scenario> some_scenario() {
    return rc::gen::exec([] { return a_scenario(); });
}

}  // namespace bestgres::scenarios::testing
