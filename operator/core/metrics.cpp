#include "operator/core/metrics.hpp"

#include <fmt/format.h>

namespace bestgres::core {
namespace {

struct Family {
    std::string_view name;
    std::string_view type;
    std::string_view help;
};

void head(std::string& text, const Family& family) {
    text += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n", family.name, family.help, family.type);
}

void single(std::string& text, const Family& family, std::uint64_t value) {
    head(text, family);
    text += fmt::format("{} {}\n", family.name, value);
}

void labelled(std::string& text, const Family& family,
              const std::pair<std::string_view, std::map<std::string, std::uint64_t>>& values) {
    head(text, family);
    for (const auto& [label, value] : values.second) {
        text += fmt::format("{}{{{}=\"{}\"}} {}\n", family.name, values.first, label, value);
    }
}

}  // namespace

std::string render_prometheus(const Metrics& metrics) {
    std::string text;
    labelled(text, {"bestgres_steps_total", "counter", "Steps performed."},
             {"effect", metrics.steps});
    labelled(text, {"bestgres_step_failures_total", "counter", "Steps that failed."},
             {"effect", metrics.failures});
    labelled(text, {"bestgres_clusters_by_phase", "gauge", "Clusters by phase."},
             {"phase", metrics.phases});
    single(text, {"bestgres_events_total", "counter", "Events that the core was given."},
           metrics.events);
    single(text, {"bestgres_plans_total", "counter", "Plans that were made."}, metrics.plans);
    single(text, {"bestgres_status_writes_total", "counter", "Statuses that were written."},
           metrics.status_writes);
    single(text, {"bestgres_fresh_looks_total", "counter", "Quorum reads before disruptive steps."},
           metrics.looks);
    single(text, {"bestgres_lists_total", "counter", "Lists for the caches."}, metrics.lists);
    single(text, {"bestgres_watches_total", "counter", "Watches opened."}, metrics.watches);
    single(text, {"bestgres_clusters", "gauge", "Clusters known."}, metrics.clusters);
    single(text, {"bestgres_queue_length", "gauge", "Clusters that are due or will be."},
           metrics.queue);
    single(text, {"bestgres_cached_objects", "gauge", "Objects in the cache."}, metrics.objects);
    single(text, {"bestgres_leading", "gauge", "1 while this operator holds the lease."},
           metrics.leading ? 1 : 0);
    return text;
}

}  // namespace bestgres::core
