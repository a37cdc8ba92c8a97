// What survives the pod: the data directory on its volume. The world keeps one for each claim and
// hands it to the Postgres of the pod that mounts it.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "fakepatroni/catalogue.hpp"
#include "fakepatroni/wal.hpp"

namespace bestgres::fakepatroni {

using Parameters = std::map<std::string, std::string>;  // settings as text

enum class DataDirectory : std::uint8_t {
    empty,
    initializing,  // initdb has not finished, or died
    copying,       // a base backup has not finished, or died
    rewinding,     // pg_rewind has not finished, or died: neither the old data nor the new
    initialized,
    corrupt,  // a page fails its checksum: the server runs, nobody can copy from it
};
std::string_view to_string(DataDirectory state);

// "Database cluster state" of pg_controldata.
enum class ControlState : std::uint8_t {
    shut_down,
    shut_down_in_recovery,
    shutting_down,
    in_crash_recovery,
    in_archive_recovery,
    in_production,
};
std::string_view to_string(ControlState state);

struct Slot {
    Lsn restart = {};  // the oldest WAL that its standby may still need
    bool active = false;
    bool lost = false;  // wal_status: what it needs is gone

    bool operator==(const Slot&) const = default;
};

// Sizes in bytes. WAL takes whole segments.
struct Filesystem {
    std::uint64_t size = std::uint64_t{10} << 30U;
    std::uint64_t tables = std::uint64_t{40} << 20U;  // what initdb makes, and what clients add
    std::uint64_t other = 0;                          // a fault that fills the disk adds here
    bool read_only = false;

    bool operator==(const Filesystem&) const = default;
};

struct Volume {
    static constexpr std::uint64_t segment = std::uint64_t{16} << 20U;

    DataDirectory directory = DataDirectory::empty;
    ControlState control = ControlState::shut_down;
    std::string system_identifier = {};
    Wal wal = {};
    Lsn flushed = {};   // what a crash leaves; never behind the last checkpoint
    Lsn replayed = {};  // by a standby
    Lsn checkpoint = {};
    std::int64_t checkpoint_timeline = 0;
    Lsn oldest = {};              // WAL before it has been recycled and cannot be sent
    bool standby_signal = false;  // it starts as a standby
    bool from_backup = false;     // it has a backup_label, or the .old of one
    bool checksums = true;
    // Its tables hold transactions that its log lacks: another member's timeline of the same
    // number has been streamed over its own. PostgreSQL does not notice.
    bool inconsistent = false;
    std::map<std::string, Slot> slots = {};
    Filesystem disk = {};

    bool has_data() const { return is_sound() || directory == DataDirectory::corrupt; }
    bool is_sound() const { return directory == DataDirectory::initialized; }
    std::uint64_t used() const;
    std::uint64_t free() const;
    // Whether WAL up to `end` needs another segment, and the disk has no room for it.
    bool lacks_room_for_wal(Lsn end) const;

    // A checkpoint at the end of the log, with everything before it on disk.
    void complete(ControlState state);
    // What a process that dies leaves of this: what was flushed, and slots that nobody uses.
    void crash();
    // `rm -rf` of the data directory; the filesystem stays.
    void wipe();
    // The database as of `position`.
    Catalogue catalogue(Lsn position) const;

    std::uint64_t hash() const;
    bool operator==(const Volume&) const = default;
};

}  // namespace bestgres::fakepatroni
