#include "operator/api/sharded.hpp"

#include <fmt/format.h>

#include <set>

#include "operator/api/printer.hpp"
#include "operator/api/reader.hpp"
#include "operator/api/sharded_describe.hpp"
#include "operator/api/validate.hpp"

namespace bestgres::api {
namespace {

void check_group(const ClusterSpec& group, const std::string& path, Problems& problems) {
    for (Problem problem : validate(group)) {
        problem.path = path + problem.path.substr(std::string_view("spec").size());
        problems.push_back(std::move(problem));
    }
    if (group.citus || group.hibernate || group.deletion_protection || group.instances < 1) {
        problems.push_back({path, std::string(only_the_whole), nullptr});
    }
}

void check_overrides(const ShardedSpec& spec, Problems& problems) {
    std::set<std::int64_t> known;
    for (std::size_t index = 0; index < spec.worker_overrides.size(); ++index) {
        const std::int64_t shard = spec.worker_overrides[index].shard;
        const std::string path = fmt::format("spec.workerOverrides[{}]", index);
        if (!known.insert(shard).second) {
            problems.push_back({path, fmt::format("shard {} has one already", shard), nullptr});
            continue;
        }
        check_group(worker_spec(spec, shard), path, problems);
    }
}

Problems validate(const ShardedSpec& spec) {
    Problems problems;
    if (spec.shards < 1) {
        problems.push_back({"spec.shards",
                            "at least one shard has to stay, because the data must be somewhere",
                            spec.shards});
    }
    check_group(spec.coordinator, "spec.coordinator", problems);
    check_group(spec.workers, "spec.workers", problems);
    if (problems.empty()) {
        check_overrides(spec, problems);
    }
    return problems;
}

}  // namespace

std::string_view word_of(ShardedPhase phase) {
    return word(phase);
}

std::string_view word_of(RemovalStep step) {
    return word(step);
}

std::string_view word_of(RebalanceStrategy strategy) {
    return word(strategy);
}

std::string_view word_of(TransferMode mode) {
    return word(mode);
}

Parsed<ShardedSpec> parse_sharded_spec(const Json& json) {
    Problems problems;
    ShardedSpec spec;
    Reader::read(json, "spec", spec, problems);
    if (problems.empty()) {
        problems = validate(spec);
    }
    if (!problems.empty()) {
        return problems;
    }
    return spec;
}

Json to_json(const ShardedSpec& spec) {
    return Printer::print(spec);
}

Problems validate_sharded_name(std::string_view name) {
    if (name.size() > longest_sharded_name || !validate_name(name).empty()) {
        return {{"metadata.name",
                 fmt::format("must be at most {} lower-case letters, digits and hyphens, and begin "
                             "with a letter",
                             longest_sharded_name),
                 name}};
    }
    return {};
}

ClusterSpec worker_spec(const ShardedSpec& spec, std::int64_t shard) {
    ClusterSpec worker = spec.workers;
    for (const WorkerOverride& own : spec.worker_overrides) {
        if (own.shard != shard) {
            continue;
        }
        worker.instances = own.instances.value_or(worker.instances);
        worker.volume.persistent_volume_size =
            own.persistent_volume_size.value_or(worker.volume.persistent_volume_size);
        worker.resources = own.resources.value_or(worker.resources);
        worker.scheduling = own.scheduling.value_or(worker.scheduling);
        worker.patroni.synchronous = own.synchronous.value_or(worker.patroni.synchronous);
        for (const auto& [name, value] : own.parameters) {
            worker.postgresql.parameters[name] = value;
        }
    }
    return worker;
}

ShardedStatus parse_sharded_status(const Json& json) {
    Problems ignored;
    ShardedStatus status;
    Reader::read(json, "status", status, ignored);
    return status;
}

Json to_json(const ShardedStatus& status) {
    return Printer::print(status);
}

}  // namespace bestgres::api
