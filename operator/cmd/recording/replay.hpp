// `bestgres replay LOG` for a recording of a production operator.
#pragma once

#include <string>
#include <string_view>

namespace bestgres::cmd {

// Runs the recorded events through this program's core and prints whether it answers the same.
// `name` is the file's, for messages. Exit status: 0 the same, 1 a difference, 2 no recording.
int replay_recording(const std::string& name, std::string_view text);

}  // namespace bestgres::cmd
