// `bestgres-operator --release`: letting go of everything, before the operator is removed for good.
// What is asked is said by core::Release; members, data and whoever works on them stay as they are.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "lib/base/log.hpp"
#include "lib/kube/cluster.hpp"
#include "operator/cmd/operator/options.hpp"
#include "operator/core/release.hpp"

namespace bestgres::cmd {

struct Releasing {
    std::string ns;
    std::string identity;
    std::function<Result<kube::Outcome, kube::Error>(kube::Call)> ask;
    std::function<Instant()> now;
    std::function<void(Duration)> pause;
};
// How many objects were let go, under the lease.
Result<std::int64_t> release(const Releasing& with);
// Asks and waits until it is over.
Result<std::int64_t> carry_out(const Releasing& with, core::Release release);

// Does `work` with the API server and the namespace that the options name.
using Work = std::function<Result<std::int64_t>(const Releasing&)>;
Result<std::int64_t> with_server(const OperatorOptions& options, const Work& work);

// The exit status.
int release_main(const OperatorOptions& options, const Log& log);

}  // namespace bestgres::cmd
