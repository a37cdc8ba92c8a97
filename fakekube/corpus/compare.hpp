// Compares an answer with the recorded one. Placeholders of values that only have to be consistent
// are matched one to one over a whole case.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/json.hpp"

namespace bestgres::fakekube::corpus {

struct Difference {
    std::string at;  // JSON pointer within the answer
    std::string want;
    std::string got;
};

// "<uid:1>" of the recording stands for one uid of this run, and the other way round.
class Bindings {
public:
    // Whether a recorded text and a normalised one agree; binds what was free.
    bool match(std::string_view want, std::string_view got);

private:
    bool bind(const std::string& placeholder, const std::string& value);

    std::map<std::string, std::string> values_;
    std::map<std::string, std::string> placeholders_;
};

std::vector<Difference> differences(const Json& want, const Json& got, Bindings& bindings);

}  // namespace bestgres::fakekube::corpus
