// What works on the files of a stopped server: initdb, base backup, pg_rewind, single-user mode;
// and the faults of the volume.
#include <fmt/format.h>

#include <algorithm>

#include "fakepatroni/postgres.hpp"

namespace bestgres::fakepatroni {

Result<Done> Postgres::begin_offline(PostgresWork work, Duration takes, Instant now) {
    if (state_ != ServerState::stopped) {
        return Error{"the server runs"};
    }
    if (work_ != PostgresWork::none) {
        return Error{std::string(to_string(work_)) + " is under way"};
    }
    begin_work(work, now + takes, now);
    return Done{};
}

Result<Done> Postgres::initdb(const InitRequest& request, Instant now) {
    if (volume_.directory != DataDirectory::empty) {
        return Error{"initdb: directory exists but is not empty"};
    }
    BG_TRY(begin_offline(PostgresWork::initdb, settings_.timings.initdb, now));
    volume_.directory = DataDirectory::initializing;
    volume_.system_identifier = request.system_identifier;
    volume_.checksums = request.checksums;
    volume_.wal = Wal(request.system_identifier);
    Changes roles;
    for (const auto& [role, digest] : request.passwords) {
        roles.push_back({Change::Kind::set_password, role, digest});
    }
    if (!roles.empty()) {
        volume_.wal.append_changes(std::move(roles));
    }
    volume_.flushed = volume_.wal.end();
    return Done{};
}

void Postgres::finish_initdb() {
    if (faults_.fails == PostgresWork::initdb || volume_.disk.read_only) {
        end_work(false, "initdb: could not write its files");
        return;
    }
    if (volume_.free() == 0) {
        end_work(false, "initdb: No space left on device");
        return;
    }
    volume_.wal.append_checkpoint(RecordKind::shutdown);
    volume_.complete(ControlState::shut_down);
    volume_.oldest = Lsn{volume_.flushed.bytes / Volume::segment * Volume::segment};
    volume_.directory = DataDirectory::initialized;
    end_work(true, "");
}

Result<Done> Postgres::begin_base_backup(Instant now) {
    if (volume_.directory != DataDirectory::empty) {
        return Error{"pg_basebackup: directory exists but is not empty"};
    }
    const int percent = faults_.backup_fails_at.value_or(100);
    BG_TRY(begin_offline(PostgresWork::base_backup, settings_.timings.base_backup * percent / 100,
                         now));
    volume_.directory = DataDirectory::copying;
    return Done{};
}

int Postgres::backup_percent(Instant now) const {
    if (work_ != PostgresWork::base_backup) {
        return 0;
    }
    const Duration all = std::max(settings_.timings.base_backup, Duration(1));
    return static_cast<int>(std::min<std::int64_t>(100, (now - work_began_) * 100 / all));
}

void Postgres::finish_base_backup(const Result<Volume>& source, Instant /*now*/) {
    if (work_ != PostgresWork::base_backup) {
        return;
    }
    if (!source.ok()) {
        end_work(false, "pg_basebackup: " + source.error().message);
        return;
    }
    if (volume_.disk.size < source->disk.tables + volume_.disk.other + Volume::segment) {
        end_work(false, "pg_basebackup: No space left on device");
        return;
    }
    const Filesystem own = volume_.disk;
    volume_ = *source;
    volume_.disk = own;
    volume_.disk.tables = source->disk.tables;
    volume_.slots.clear();
    volume_.oldest = Lsn{volume_.checkpoint.bytes / Volume::segment * Volume::segment};
    volume_.replayed = volume_.checkpoint;
    volume_.control = ControlState::in_archive_recovery;
    volume_.from_backup = true;
    volume_.directory = DataDirectory::initialized;
    end_work(true, "");
}

Result<Done> Postgres::begin_rewind(Instant now) {
    if (!volume_.has_data()) {
        return Error{fmt::format("the data directory is {}", to_string(volume_.directory))};
    }
    if (volume_.control != ControlState::shut_down &&
        volume_.control != ControlState::shut_down_in_recovery) {
        return Error{"pg_rewind: target server must be shut down cleanly"};
    }
    if (!volume_.checksums && text_of(in_force_, "wal_log_hints", "off") != "on") {
        return Error{
            "pg_rewind: target server needs to use either data checksums or \"wal_log_hints = "
            "on\""};
    }
    BG_TRY(begin_offline(PostgresWork::rewind, settings_.timings.rewind, now));
    volume_.directory = DataDirectory::rewinding;
    return Done{};
}

void Postgres::finish_rewind(const Result<Volume>& source, Instant /*now*/) {
    if (work_ != PostgresWork::rewind) {
        return;
    }
    // Until the source has answered pg_rewind touches nothing.
    volume_.directory = DataDirectory::initialized;
    if (!source.ok() || faults_.fails == PostgresWork::rewind) {
        end_work(false, source.ok() ? "pg_rewind: fatal" : "pg_rewind: " + source.error().message);
        return;
    }
    if (source->system_identifier != volume_.system_identifier) {
        end_work(false, "pg_rewind: source and target clusters are from different systems");
        return;
    }
    // It compares the timelines of the control files: before the source's first checkpoint after
    // its promotion it sees nothing to do.
    if (source->checkpoint_timeline == volume_.checkpoint_timeline) {
        end_work(true, "no rewind required");
        return;
    }
    const Filesystem own = volume_.disk;
    const Mark common = volume_.wal.common_with(source->wal);
    volume_ = *source;
    volume_.disk = own;
    volume_.disk.tables = std::max(own.tables, source->disk.tables);
    volume_.slots.clear();
    volume_.checkpoint = std::min(common.lsn, source->checkpoint);
    volume_.replayed = volume_.checkpoint;
    volume_.control = ControlState::in_archive_recovery;
    end_work(true, "");
}

Result<Done> Postgres::recover_single_user(Instant now) {
    if (!volume_.has_data()) {
        return Error{fmt::format("the data directory is {}", to_string(volume_.directory))};
    }
    return begin_offline(PostgresWork::single_user, settings_.timings.single_user, now);
}

void Postgres::finish_single_user() {
    if (faults_.fails == PostgresWork::single_user || volume_.disk.read_only ||
        volume_.lacks_room_for_wal({volume_.wal.end().bytes + 1024})) {
        end_work(false, "crash recovery in single-user mode failed");
        return;
    }
    volume_.wal.append_checkpoint(RecordKind::shutdown);
    volume_.standby_signal = false;
    volume_.complete(ControlState::shut_down);
    end_work(true, "");
}

void Postgres::cancel_work(Instant /*now*/) {
    switch (work_) {
        case PostgresWork::initdb:
        case PostgresWork::base_backup:
        case PostgresWork::rewind:
        case PostgresWork::single_user:
        case PostgresWork::promote:
            end_work(false, "cancelled");
            return;
        case PostgresWork::none:
        case PostgresWork::start:
        case PostgresWork::stop:
        case PostgresWork::checkpoint:
            return;
    }
}

Result<Volume> Postgres::copy_for(PostgresWork work) const {
    if (state_ != ServerState::running || faults_.refuses_connections) {
        return Error{"could not connect to the source server"};
    }
    if (work == PostgresWork::rewind && in_recovery_) {
        return Error{"the source server is in recovery"};
    }
    const auto limit = number_of(in_force_, "max_wal_senders", 10);
    if (work == PostgresWork::base_backup &&
        static_cast<std::int64_t>(senders_.all().size()) >= limit) {
        return Error{"number of requested standby connections exceeds max_wal_senders"};
    }
    if (volume_.directory == DataDirectory::corrupt) {
        return Error{"invalid page in the source's data"};
    }
    Volume copy = volume_;
    copy.wal.truncate(volume_.flushed);
    return copy;
}

void Postgres::wipe() {
    if (work_ != PostgresWork::none && state_ == ServerState::stopped) {
        end_work(false, "the data directory was removed");
    }
    volume_.wipe();
}

void Postgres::change_disk(const Filesystem& disk, Instant now) {
    volume_.disk = disk;
    if (disk.read_only && state_ == ServerState::running && flush_due_) {
        crash_backend("could not fsync the write-ahead log: Read-only file system", now);
    }
}

void Postgres::corrupt() {
    if (volume_.directory == DataDirectory::initialized) {
        volume_.directory = DataDirectory::corrupt;
    }
}

void Postgres::make_slot(const std::string& name) {
    volume_.slots.try_emplace(name, Slot{.restart = volume_.flushed});
}

void Postgres::advance_slot(const std::string& name, Lsn position) {
    const auto slot = volume_.slots.find(name);
    if (slot != volume_.slots.end() && !slot->second.active) {
        slot->second.restart = std::max(slot->second.restart, std::min(position, volume_.flushed));
    }
}

void Postgres::drop_slot(const std::string& name) {
    const auto slot = volume_.slots.find(name);
    if (slot != volume_.slots.end() && !slot->second.active) {
        volume_.slots.erase(slot);
    }
}

void Postgres::lose_slot(const std::string& name, Instant now) {
    const auto slot = volume_.slots.find(name);
    if (slot == volume_.slots.end()) {
        return;
    }
    slot->second.lost = true;
    for (const auto& [connection, sender] : senders_.all()) {
        if (sender.slot == name) {
            standby_lost(connection, now);
            return;
        }
    }
}

}  // namespace bestgres::fakepatroni
