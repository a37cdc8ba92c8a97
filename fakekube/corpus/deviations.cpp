#include "fakekube/corpus/deviations.hpp"

#include <algorithm>
#include <utility>

#include "lib/base/yaml.hpp"

namespace bestgres::fakekube::corpus {

Result<std::vector<Deviation>> parse_deviations(std::string_view yaml) {
    const Result<Json> list = parse_yaml(yaml);
    if (!list.ok()) {
        return list.error();
    }
    std::vector<Deviation> deviations;
    for (const Json& entry : *list) {
        Deviation deviation{.topic = string_at(entry, {"topic"}),
                            .test_case = string_at(entry, {"case"}),
                            .steps = {},
                            .at = {},
                            .reason = string_at(entry, {"reason"})};
        if (deviation.reason.empty()) {
            return Error{"a deviation without a reason: " + dump(entry)};
        }
        for (const Json& step : array_at(entry, {"steps"})) {
            deviation.steps.insert(step.get<std::size_t>());
        }
        for (const Json& prefix : array_at(entry, {"at"})) {
            deviation.at.push_back(prefix.get<std::string>());
        }
        deviations.push_back(std::move(deviation));
    }
    return deviations;
}

const Deviation* find_deviation(const std::vector<Deviation>& deviations, const Place& place) {
    const auto found =
        std::find_if(deviations.begin(), deviations.end(), [&](const Deviation& deviation) {
            if ((!deviation.topic.empty() && deviation.topic != place.topic) ||
                (!deviation.test_case.empty() && deviation.test_case != place.test_case) ||
                (!deviation.steps.empty() && deviation.steps.count(place.step) == 0)) {
                return false;
            }
            return deviation.at.empty() || std::any_of(deviation.at.begin(), deviation.at.end(),
                                                       [&](const std::string& prefix) {
                                                           return place.at.starts_with(prefix);
                                                       });
        });
    return found == deviations.end() ? nullptr : &*found;
}

}  // namespace bestgres::fakekube::corpus
