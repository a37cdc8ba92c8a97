#include "operator/cmd/fleet/measure.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace bestgres::cmd {
namespace {

double mib_of(const std::string& line) {
    return static_cast<double>(std::strtoll(line.c_str() + line.find(':') + 1, nullptr, 10)) / 1024;
}

// proc(5): utime and stime are the 14th and 15th fields; the second, a name in parentheses, may
// hold blanks.
double cpu_seconds_of(const std::string& directory) {
    std::ifstream file(directory + "/stat");
    std::string text;
    std::getline(file, text);
    const std::size_t end = text.rfind(')');
    if (end == std::string::npos) {
        return 0;
    }
    std::istringstream fields(text.substr(end + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) {
        fields >> skipped;
    }
    std::int64_t user = 0;
    std::int64_t system = 0;
    fields >> user >> system;
    return static_cast<double>(user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

ProcessUse use_of(pid_t process) {
    const std::string directory = "/proc/" + std::to_string(process);
    ProcessUse use;
    std::ifstream status(directory + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            use.rss_mib = mib_of(line);
        } else if (line.starts_with("VmHWM:")) {
            use.peak_mib = mib_of(line);
        }
    }
    use.cpu_seconds = cpu_seconds_of(directory);
    return use;
}

double percentile_ms(std::vector<Duration> samples, double percent) {
    if (samples.empty()) {
        return 0;
    }
    std::ranges::sort(samples);
    const double rank = std::ceil(percent / 100 * static_cast<double>(samples.size()));
    const auto index = static_cast<std::size_t>(std::max(rank, 1.0)) - 1;
    return std::chrono::duration<double, std::milli>(samples[std::min(index, samples.size() - 1)])
        .count();
}

double load_average() {
    std::array<double, 1> load{};
    return getloadavg(load.data(), 1) == 1 ? load[0] : 0;
}

}  // namespace bestgres::cmd
