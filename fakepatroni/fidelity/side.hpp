// The same commands for the model and for real PostgreSQL. A command is a line of words; its
// outcome is a word or two that both must agree on. Members are called a, b and c.
//
//   start a primary [NAME=VALUE ...]           running | failed
//   start b standby of a [NAME=VALUE ...]      running | failed
//   stop a fast|immediate                      stopped | stopping
//   kill a                                     killed
//   promote b                                  promoted | failed
//   copy b from a                              copied | failed
//   rewind a from b                            rewound | nothing | failed
//   recover a                                  recovered | failed          (single-user mode)
//   set a NAME=VALUE ...                       reloaded
//   commit a 7 | connect a                     committed | waits | cut | SQLSTATE | refused
//   outcome 7                                  committed | waits | cut     (of an earlier commit)
//   cancel a 7                                 asked
//   stick b | unstick b                        stuck | unstuck             (its WAL receiver)
//   resume b                                   resumed
//   state a                                    running | stopped | ...
//   rows a, control a, streams b, timeline a, paused b, sync b of a
// In values "~" stands for a blank.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace bestgres::fakepatroni::fidelity {

using Words = std::vector<std::string>;

class Side {
public:
    virtual ~Side() = default;

    virtual std::string perform(const Words& words) = 0;
};

inline std::vector<std::pair<std::string, std::string>> settings_in(const Words& words) {
    std::vector<std::pair<std::string, std::string>> settings;
    for (const std::string& word : words) {
        if (const std::size_t equals = word.find('='); equals != std::string::npos) {
            std::string value = word.substr(equals + 1);
            std::replace(value.begin(), value.end(), '~', ' ');
            settings.emplace_back(word.substr(0, equals), std::move(value));
        }
    }
    return settings;
}

// Whether the outcome may take a while to become what it will be.
inline bool is_question(const std::string& verb) {
    return verb == "state" || verb == "rows" || verb == "control" || verb == "streams" ||
           verb == "timeline" || verb == "paused" || verb == "sync" || verb == "outcome";
}

}  // namespace bestgres::fakepatroni::fidelity
