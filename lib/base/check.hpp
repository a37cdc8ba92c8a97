// BG_CHECK: invariants that are checked in every build. A broken one prints and aborts; the
// process is restarted by its supervisor and observes the world afresh.
#pragma once

#include <string_view>

namespace bestgres {

[[noreturn]] void check_failed(const char* file, int line, const char* condition,
                               std::string_view why);

}  // namespace bestgres

#define BG_CHECK(condition, why)                                             \
    do {                                                                     \
        if (!(condition)) [[unlikely]] {                                     \
            ::bestgres::check_failed(__FILE__, __LINE__, #condition, (why)); \
        }                                                                    \
    } while (false)
