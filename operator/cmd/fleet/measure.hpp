// What the kernel says about a process, and orders of samples: how benchmarks measure others.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "lib/base/time.hpp"

namespace bestgres::cmd {

// Of /proc/PID; zeros for a process that is gone.
struct ProcessUse {
    double rss_mib = 0;
    double peak_mib = 0;
    double cpu_seconds = 0;  // user and system
};
ProcessUse use_of(pid_t process);

// The nearest-rank percentile in milliseconds; 0 without samples.
double percentile_ms(std::vector<Duration> samples, double percent);

// The one-minute load average of this machine.
double load_average();

}  // namespace bestgres::cmd
