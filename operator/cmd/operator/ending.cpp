#include "operator/cmd/operator/ending.hpp"

#include <chrono>

#include "operator/core/release.hpp"

namespace bestgres::cmd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Together with the shutdown before them less than the 30 seconds of a pod's grace period.
constexpr Duration patience_to_read = seconds(5);
constexpr Duration patience_to_let_go = seconds(15);
constexpr Duration between_reads = milliseconds(500);

Result<bool> is_namespace_ending(const Releasing& with) {
    const kube::Ref ref{kube::kinds::namespace_, "", with.ns};
    for (const Instant end = with.now() + patience_to_read;; with.pause(between_reads)) {
        const auto read = with.ask(kube::Get{ref});
        if (read.ok()) {
            return core::is_ending(std::get<kube::Object>(*read));
        }
        if (read.error().code == kube::ErrorCode::not_found) {
            return false;
        }
        const bool is_refused = read.error().code == kube::ErrorCode::forbidden ||
                                read.error().code == kube::ErrorCode::unauthorized;
        if (is_refused || with.now() >= end) {
            return Error{to_string(ref) + ": " + read.error().message};
        }
    }
}

}  // namespace

Result<std::int64_t> let_go_if_ending(const Releasing& with) {
    const Result<bool> ending = is_namespace_ending(with);
    BG_TRY(ending);
    return *ending ? let_go_of_all(with, patience_to_let_go) : Result<std::int64_t>(0);
}

void end_with_namespace(const OperatorOptions& options, const Log& log) {
    const Result<std::int64_t> done = with_server(options, let_go_if_ending);
    if (!done.ok()) {
        log.warn("not known whether the namespace ends, or not released",
                 {{"error", done.error().message}});
    } else if (*done > 0) {
        log.info("released, as the namespace is Terminating", {{"objects", *done}});
    }
}

}  // namespace bestgres::cmd
