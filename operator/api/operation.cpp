#include "operator/api/operation.hpp"

#include <algorithm>

#include "lib/base/check.hpp"
#include "lib/kube/quantity.hpp"
#include "operator/api/operation_describe.hpp"
#include "operator/api/printer.hpp"
#include "operator/api/reader.hpp"

namespace bestgres::api {

Problems validate(const OperationSpec& spec) {
    Problems problems;
    const auto check = [&](bool holds, std::string path, std::string message) {
        if (!holds) {
            problems.push_back({std::move(path), std::move(message), nullptr});
        }
    };
    check(!spec.switchover || spec.op == OperationKind::switchover, "spec.switchover",
          "needs op: switchover");
    check(!spec.restart || spec.op == OperationKind::restart, "spec.restart", "needs op: restart");
    check(spec.reinit.has_value() == (spec.op == OperationKind::reinit), "spec.reinit",
          "goes with op: reinit, and names the member");
    check(!spec.vacuum || spec.op == OperationKind::vacuum, "spec.vacuum", "needs op: vacuum");
    check(!spec.vacuum || spec.vacuum->tables.empty() || spec.vacuum->databases.size() == 1,
          "spec.vacuum.tables", "needs exactly one database, which they are in");
    check(spec.sql.has_value() == (spec.op == OperationKind::sql), "spec.sql",
          "goes with op: sql, and names the script");
    check(!spec.sql || spec.sql->config_map.has_value() != spec.sql->secret.has_value(), "spec.sql",
          "takes its script from either configMap or secret");
    check(spec.benchmark.has_value() == (spec.op == OperationKind::benchmark), "spec.benchmark",
          "goes with op: benchmark, and says how");
    check(spec.repack.has_value() == (spec.op == OperationKind::repack), "spec.repack",
          "goes with op: repack, and names the database");
    return problems;
}

bool runs_jobs(OperationKind kind) {
    switch (kind) {
        case OperationKind::restart:
        case OperationKind::switchover:
        case OperationKind::reinit:
            return false;
        case OperationKind::vacuum:
        case OperationKind::sql:
        case OperationKind::benchmark:
        case OperationKind::repack:
            return true;
    }
    return false;
}

bool is_finished(const std::optional<OperationPhase>& phase) {
    return phase == OperationPhase::completed || phase == OperationPhase::failed ||
           phase == OperationPhase::cancelled;
}

std::string_view word_of(OperationPhase phase) {
    return word(phase);
}

std::int64_t scale(const PgbenchOperation& pgbench) {
    constexpr std::int64_t bytes_of_one = 16 * 1024 * 1024;
    const auto size = kube::Quantity::parse(pgbench.database_size);
    BG_CHECK(size.ok(), "quantities were checked when the spec was read");
    return std::clamp<std::int64_t>(size->bytes() / bytes_of_one, 1, 1'000'000);
}

std::int64_t duration_seconds(const PgbenchOperation& pgbench) {
    const Duration duration = duration_of(pgbench.duration);
    return std::max<std::int64_t>(
        std::chrono::duration_cast<std::chrono::seconds>(duration).count(), 1);
}

Duration timeout(const OperationSpec& spec) {
    return duration_of(spec.timeout);
}

std::optional<Duration> ttl_after_finished(const OperationSpec& spec) {
    return spec.ttl_after_finished ? std::optional(duration_of(*spec.ttl_after_finished))
                                   : std::nullopt;
}

Parsed<OperationSpec> parse_operation_spec(const Json& json) {
    Problems problems;
    OperationSpec spec;
    Reader::read(json, "spec", spec, problems);
    if (problems.empty()) {
        problems = validate(spec);
    }
    if (!problems.empty()) {
        return problems;
    }
    return spec;
}

Json to_json(const OperationSpec& spec) {
    return Printer::print(spec);
}

OperationStatus parse_operation_status(const Json& json) {
    Problems ignored;
    OperationStatus status;
    Reader::read(json, "status", status, ignored);
    return status;
}

Json to_json(const OperationStatus& status) {
    return Printer::print(status);
}

}  // namespace bestgres::api
