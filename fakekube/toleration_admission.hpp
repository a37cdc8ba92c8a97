// The admission plugin DefaultTolerationSeconds: a pod that says nothing of it stays for five
// minutes on a node that is not ready or cannot be reached.
#pragma once

#include "lib/base/json.hpp"

namespace bestgres::fakekube {

void add_default_tolerations(Json& pod);

}  // namespace bestgres::fakekube
