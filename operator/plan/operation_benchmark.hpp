// What pgbench says of a run, as the fields of a result.
#pragma once

#include "operator/api/operation.hpp"

namespace bestgres::plan {

// From the summary in `output`, where it is one.
void read_pgbench(api::OperationResult& result);

}  // namespace bestgres::plan
