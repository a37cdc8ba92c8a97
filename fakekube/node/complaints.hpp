// What goes wrong and is tried again for ever: told once, not every second.
#pragma once

#include <map>
#include <string>

#include "lib/base/log.hpp"

namespace bestgres::fakekube::node {

class Complaints {
public:
    explicit Complaints(const Log& log) : log_(log) {}

    // Warns when the problem is another one than last time; an empty one says that it is over.
    void tell(const std::string& what, const std::string& problem) {
        std::string& told = told_[what];
        if (told != problem && !problem.empty()) {
            log_.warn(what, {{"because", problem}});
        }
        told = problem;
    }

private:
    const Log& log_;
    std::map<std::string, std::string> told_;
};

}  // namespace bestgres::fakekube::node
