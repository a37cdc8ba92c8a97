// What the operator counts, as values, and their text for Prometheus.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace bestgres::core {

struct Metrics {
    std::map<std::string, std::uint64_t> steps;     // performed, by effect
    std::map<std::string, std::uint64_t> failures;  // by effect
    std::map<std::string, std::uint64_t> phases;    // clusters, by phase
    std::uint64_t events = 0;                       // events that went into the core
    std::uint64_t plans = 0;
    std::uint64_t status_writes = 0;
    std::uint64_t looks = 0;  // fresh looks before disruptive steps
    std::uint64_t lists = 0;
    std::uint64_t watches = 0;
    std::uint64_t clusters = 0;
    std::uint64_t queue = 0;
    std::uint64_t objects = 0;
    bool leading = false;

    bool operator==(const Metrics&) const = default;
};

// Text format 0.0.4.
std::string render_prometheus(const Metrics& metrics);

}  // namespace bestgres::core
