#include "scenarios/relations/played.hpp"

#include <fmt/format.h>

#include <limits>

#include "lib/base/overloaded.hpp"
#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios::relations {
namespace {

std::string word_of(patroni::Verb verb) {
    return fmt::format("{} {}", patroni::method(verb), patroni::path(verb));
}

class Recorder {
public:
    explicit Recorder(Played& played) : played_(played) {}

    void take(Instant at, const Occurrence& what) {
        at_ = at;
        std::visit(Overloaded{[&](const CallPerformed& done) { take_call(done); },
                              [&](const PatroniAsked& asked) { take_question(asked); },
                              [&](const SqlSent& sent) { take_sql(sent); },
                              [&](const StepBegun& begun) { take_step(begun); },
                              [&](const ObjectChanged& changed) { take_change(changed); },
                              [&](const EditMade& made) { played_.began.emplace(made.id, at_); },
                              [&](const FaultBegan& one) { played_.began.emplace(one.id, at_); },
                              [](const auto&) {}},
                   what);
    }

private:
    void add(std::vector<Deed>& deeds, std::string what, std::string cluster = {}) {
        deeds.push_back({.at = at_, .cluster = std::move(cluster), .what = std::move(what)});
    }

    // What the server refused has changed nothing, but is no less of a write.
    void take_call(const CallPerformed& done) {
        if (!by_operator(done.actor) || !kube::is_write(done.call)) {
            return;
        }
        const kube::Ref ref = ref_of(done.call);
        if (ref.kind == kube::kinds::lease) {
            return;
        }
        add(played_.writes, kube::describe(done.call));
        const bool takes_away = std::holds_alternative<kube::Delete>(done.call) ||
                                std::holds_alternative<kube::Evict>(done.call);
        if (takes_away && done.outcome.ok()) {
            add(played_.disruptions, fmt::format("delete {}", ref.kind.name));
        }
    }

    void take_question(const PatroniAsked& asked) {
        if (!by_operator(asked.actor) || !patroni::is_write(asked.call.verb)) {
            return;
        }
        add(played_.writes, fmt::format("{} {}", word_of(asked.call.verb), asked.call.pod));
        if (asked.call.verb != patroni::Verb::patch_config &&
            asked.call.verb != patroni::Verb::reload) {
            add(played_.disruptions, word_of(asked.call.verb));
        }
    }

    void take_sql(const SqlSent& sent) {
        if (by_operator(sent.actor)) {
            add(played_.writes, fmt::format("SQL to {}", sent.call.pod));
        }
    }

    void take_step(const StepBegun& begun) {
        add(played_.steps, fmt::format("{}: {}", begun.effect, begun.because), begun.cluster);
    }

    void take_change(const ObjectChanged& changed) {
        const bool modified = !changed.before.name().empty() && !changed.after.name().empty();
        if (modified && changed.after.kind() == kube::kinds::stateful_set.name &&
            object_at(changed.before.json(), {"spec", "template"}) !=
                object_at(changed.after.json(), {"spec", "template"})) {
            add(played_.templates, std::string(changed.after.name()));
        }
    }

    Played& played_;
    Instant at_;
};

}  // namespace

Instant Played::since(const std::string& id) const {
    const auto found = began.find(id);
    constexpr Instant never{std::numeric_limits<std::int64_t>::max()};
    return found == began.end() ? never : found->second;
}

Played played(const World& world) {
    Played result{.scenario = world.scenario().name};
    Recorder recorder(result);
    for (const Noted& noted : world.log()) {
        recorder.take(noted.at, noted.what);
    }
    result.end = normal_end(world.truth());
    result.settled = world.settled();
    result.violations = world.violations();
    result.never_triggered = world.never_triggered();
    result.exposure = world.exposure();
    return result;
}

Played play(const Ground& ground, const Scenario& scenario) {
    World world(ground, scenario, TraceDetail::full);
    world.run();
    return played(world);
}

std::vector<std::string> after(const std::vector<Deed>& deeds, Instant at) {
    std::vector<std::string> found;
    for (const Deed& deed : deeds) {
        if (deed.at > at) {
            found.push_back(deed.what);
        }
    }
    return found;
}

}  // namespace bestgres::scenarios::relations
