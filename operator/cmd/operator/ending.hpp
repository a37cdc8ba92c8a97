// The end of the namespace that is watched. Everything in it goes, the operator too, which then has
// the seconds of its pod's grace period: time to let go of its resources, not to tear clusters
// down. What still had a finalizer after that would keep the namespace Terminating for ever.
#pragma once

#include "lib/base/log.hpp"
#include "operator/cmd/operator/options.hpp"
#include "operator/cmd/operator/release.hpp"

namespace bestgres::cmd {

// At the end of the process: lets go of everything if the namespace is Terminating, without the
// lease, which nobody can take for long there. How many objects were let go.
Result<std::int64_t> let_go_if_ending(const Releasing& with);
// The same with the API server that the options name; says in the log what it did.
void end_with_namespace(const OperatorOptions& options, const Log& log);

}  // namespace bestgres::cmd
