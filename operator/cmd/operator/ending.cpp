#include "operator/cmd/operator/ending.hpp"

namespace bestgres::cmd {

Result<std::int64_t> let_go_if_ending(const Releasing& with) {
    return carry_out(with, core::Release::if_namespace_ends({with.ns, with.identity}, with.now()));
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
