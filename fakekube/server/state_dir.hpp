// The state of a served fakekube on disk: a snapshot and a log of every write since.
//
// What holds: an answered write survives kill -9 of the process (it is with the kernel before the
// answer leaves); a power loss may take the writes of the last tenth of a second (the log is synced
// in groups), but versions never go back even then, because the log reserves versions ahead,
// synced, and a restart begins above the reservation. A torn end of the log is cut off; damage in
// the middle is refused with the place, for a person to decide.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "fakekube/server/record_file.hpp"
#include "fakekube/server_state.hpp"
#include "fakekube/stored_event.hpp"

namespace bestgres::fakekube {

struct Loaded {
    Image image;
    std::string remark;  // what was repaired; empty where nothing had to be
};

class StateDir {
public:
    // Makes the directory where it is missing and locks it; fails while another process has it.
    static Result<StateDir> open(const std::string& path);

    ~StateDir();
    StateDir(StateDir&&) noexcept;
    StateDir& operator=(StateDir&&) noexcept;

    // What the last process left, if anything. Once, before the first append.
    Result<std::optional<Loaded>> load();
    // A new snapshot with an empty log; what it replaces is removed.
    Result<Done> begin(const Image& image);
    Result<Done> append(const std::vector<StoredEvent>& events);
    // Cheap when nothing was appended since. Called a few times a second.
    Result<Done> sync();
    // The log has outgrown its snapshot: time for begin().
    bool wants_snapshot() const;

    // Texts that the directory keeps beside the state: keys, the token key.
    Result<std::optional<std::string>> read_text(const std::string& name) const;
    Result<Done> write_text(const std::string& name, std::string_view text) const;

private:
    StateDir() = default;

    std::string file(const std::string& name) const { return path_ + "/" + name; }
    Result<Done> reserve(std::uint64_t version);
    void remove_all_but(std::uint64_t version) const;

    std::string path_;
    int lock_ = -1;
    AppendFile log_;
    std::size_t snapshot_size_ = 0;
    std::uint64_t reserved_ = 0;
    bool dirty_ = false;
};

}  // namespace bestgres::fakekube
