#include "operator/cmd/preview/preview.hpp"

#include <fmt/format.h>

#include "lib/base/overloaded.hpp"
#include "operator/manifests/names.hpp"
#include "operator/plan/plan_cluster.hpp"

namespace bestgres::cmd {
namespace {

// A new cluster needs four plans; more than these would be a plan that makes no progress.
constexpr int most_rounds = 20;

void store(plan::Facts& facts, const kube::Kind& kind, const kube::Object& object) {
    const kube::Ref ref{kind, std::string(object.ns()), std::string(object.name())};
    const auto live = facts.objects.find(ref);
    Json merged = live == facts.objects.end() ? Json::object() : live->second.json();
    merge_patch(merged, object.json());
    facts.objects.insert_or_assign(ref, kube::Object(std::move(merged)));
}

// Whether the effect's outcome is known beforehand; then `facts` has it.
bool imagine(plan::Facts& facts, const plan::Effect& effect) {
    return std::visit(Overloaded{
                          [&](const plan::ApplyObject& apply) {
                              store(facts, apply.kind, apply.object);
                              return true;
                          },
                          [&](const plan::CreateSecret& create) {
                              store(facts, kube::kinds::secret, create.object);
                              return true;
                          },
                          [&](const plan::AddFinalizer&) {
                              Json resource = facts.resource.json();
                              resource["metadata"]["finalizers"].push_back(manifests::finalizer);
                              facts.resource = kube::Object(std::move(resource));
                              return true;
                          },
                          [](const plan::Announce&) { return true; },
                          [](const plan::PatchObject&) { return false; },
                          [](const plan::DeleteObject&) { return false; },
                          [](const plan::DeletePod&) { return false; },
                          [](const plan::EvictPod&) { return false; },
                          [](const plan::ScaleIn&) { return false; },
                          [](const plan::Switchover&) { return false; },
                          [](const plan::RestartPostgres&) { return false; },
                          [](const plan::ReinitMember&) { return false; },
                          [](const plan::PatchPatroniConfig&) { return false; },
                          [](const plan::RunSql&) { return false; },
                          [](const plan::StartJob&) { return false; },
                          [](const plan::DropFinalizer&) { return false; },
                          [](const plan::JournalOperation&) { return false; },
                          [](const plan::HoldOperation&) { return false; },
                          [](const plan::ReleaseOperation&) { return false; },
                      },
                      effect);
}

}  // namespace

Preview preview(plan::Facts facts) {
    Preview result;
    for (int round = 0; round < most_rounds; ++round) {
        const plan::ClusterView view = plan::read_view(facts);
        const plan::Plan plan = plan::plan_cluster(view);
        result.problems = view.problems;
        result.waits = plan.waits;
        for (const plan::Step& step : plan.steps) {
            result.steps.push_back(step);
            if (!imagine(facts, step.effect)) {
                result.continues = true;
                return result;
            }
        }
        if (plan.steps.empty()) {
            return result;
        }
    }
    result.continues = true;
    return result;
}

std::string operator_image_of(const plan::Facts& facts) {
    const kube::Ref stateful_set{kube::kinds::stateful_set, std::string(facts.resource.ns()),
                                 std::string(facts.resource.name())};
    const auto live = facts.objects.find(stateful_set);
    if (live == facts.objects.end()) {
        return "bestgres-operator";
    }
    const Json& containers =
        array_at(live->second.json(), {"spec", "template", "spec", "initContainers"});
    return containers.empty() ? "bestgres-operator" : string_at(containers.front(), {"image"});
}

std::string format_preview(const Preview& preview) {
    std::string text;
    for (const api::Problem& problem : preview.problems) {
        text += fmt::format("refused: {}\n", api::to_string(problem));
    }
    std::size_t number = 0;
    for (const plan::Step& step : preview.steps) {
        text +=
            fmt::format("{:3}. {}{}\n     because {} ({})\n", ++number, plan::describe(step.effect),
                        plan::is_disruptive(step.effect) ? "  [disruptive]" : "", step.because,
                        plan::to_string(step.rule));
    }
    if (preview.steps.empty()) {
        text += "nothing to do\n";
    }
    for (const api::WaitingStatus& wait : preview.waits) {
        text += fmt::format("then waits for: {} ({})\n", wait.because, wait.rule);
    }
    if (preview.continues) {
        text += "what comes next depends on what this brings about\n";
    }
    return text;
}

}  // namespace bestgres::cmd
