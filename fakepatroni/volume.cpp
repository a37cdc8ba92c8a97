#include "fakepatroni/volume.hpp"

#include <algorithm>

namespace bestgres::fakepatroni {
namespace {

std::uint64_t segments_up_to(Lsn position) {
    return (position.bytes + Volume::segment - 1) / Volume::segment;
}

}  // namespace

std::string_view to_string(DataDirectory state) {
    switch (state) {
        case DataDirectory::empty:
            return "empty";
        case DataDirectory::initializing:
            return "initializing";
        case DataDirectory::copying:
            return "copying";
        case DataDirectory::rewinding:
            return "rewinding";
        case DataDirectory::initialized:
            return "initialized";
        case DataDirectory::corrupt:
            return "corrupt";
    }
    return "";
}

std::string_view to_string(ControlState state) {
    switch (state) {
        case ControlState::shut_down:
            return "shut down";
        case ControlState::shut_down_in_recovery:
            return "shut down in recovery";
        case ControlState::shutting_down:
            return "shutting down";
        case ControlState::in_crash_recovery:
            return "in crash recovery";
        case ControlState::in_archive_recovery:
            return "in archive recovery";
        case ControlState::in_production:
            return "in production";
    }
    return "";
}

std::uint64_t Volume::used() const {
    if (directory == DataDirectory::empty) {
        return disk.other;
    }
    const std::uint64_t kept = segments_up_to(wal.end()) - oldest.bytes / segment;
    return disk.tables + disk.other + kept * segment;
}

std::uint64_t Volume::free() const {
    return disk.size - std::min(disk.size, used());
}

bool Volume::lacks_room_for_wal(Lsn end) const {
    const std::uint64_t more = segments_up_to(end) - segments_up_to(wal.end());
    return more * segment > free();
}

void Volume::complete(ControlState state) {
    flushed = wal.end();
    replayed = flushed;
    checkpoint = flushed;
    checkpoint_timeline = wal.timeline();
    control = state;
}

void Volume::crash() {
    if (!wal.empty()) {
        wal.truncate(flushed);
        replayed = std::min(replayed, flushed);
    }
    for (auto& [name, slot] : slots) {
        slot.active = false;
    }
}

void Volume::wipe() {
    const Filesystem kept = disk;
    *this = Volume{};
    disk = kept;
    disk.tables = Filesystem{}.tables;
}

Catalogue Volume::catalogue(Lsn position) const {
    Catalogue catalogue;
    for (const ChangeRecord& change : wal.changes()) {
        if (change.end <= position) {
            catalogue.apply(*change.changes);
        }
    }
    return catalogue;
}

std::uint64_t Volume::hash() const {
    Hasher hasher;
    for (const std::uint64_t word :
         {static_cast<std::uint64_t>(directory), static_cast<std::uint64_t>(control), wal.hash(),
          flushed.bytes, replayed.bytes, checkpoint.bytes,
          static_cast<std::uint64_t>(checkpoint_timeline), oldest.bytes,
          static_cast<std::uint64_t>(standby_signal), static_cast<std::uint64_t>(from_backup),
          static_cast<std::uint64_t>(checksums), static_cast<std::uint64_t>(inconsistent),
          disk.size, disk.tables, disk.other, static_cast<std::uint64_t>(disk.read_only)}) {
        hasher.add(word);
    }
    hasher.add(system_identifier);
    for (const auto& [name, slot] : slots) {
        hasher.add(name);
        hasher.add(slot.restart.bytes);
        hasher.add((slot.active ? 2U : 0U) + (slot.lost ? 1U : 0U));
    }
    return hasher.value();
}

}  // namespace bestgres::fakepatroni
