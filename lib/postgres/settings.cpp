#include "lib/postgres/settings.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace bestgres::postgres {
namespace {

// pg_settings where context = 'postmaster', PostgreSQL 12 to 18.
constexpr std::array<std::string_view, 62> restart_settings{
    "archive_mode",
    "autovacuum_freeze_max_age",
    "autovacuum_max_workers",
    "autovacuum_multixact_freeze_max_age",
    "autovacuum_worker_slots",
    "bonjour",
    "bonjour_name",
    "cluster_name",
    "commit_timestamp_buffers",
    "config_file",
    "data_directory",
    "data_sync_retry",
    "debug_io_direct",
    "dynamic_shared_memory_type",
    "event_source",
    "external_pid_file",
    "hba_file",
    "hot_standby",
    "huge_page_size",
    "huge_pages",
    "ident_file",
    "ignore_invalid_pages",
    "io_max_combine_limit",
    "io_max_concurrency",
    "io_method",
    "jit_provider",
    "listen_addresses",
    "logging_collector",
    "max_active_replication_origins",
    "max_connections",
    "max_files_per_process",
    "max_locks_per_transaction",
    "max_logical_replication_workers",
    "max_notify_queue_pages",
    "max_pred_locks_per_transaction",
    "max_prepared_transactions",
    "max_replication_slots",
    "max_wal_senders",
    "max_worker_processes",
    "min_dynamic_shared_memory",
    "multixact_member_buffers",
    "multixact_offset_buffers",
    "notify_buffers",
    "old_snapshot_threshold",
    "port",
    "recovery_target",
    "recovery_target_action",
    "recovery_target_inclusive",
    "recovery_target_time",
    "reserved_connections",
    "serializable_buffers",
    "shared_buffers",
    "shared_memory_type",
    "shared_preload_libraries",
    "subtransaction_buffers",
    "superuser_reserved_connections",
    "track_activity_query_size",
    "track_commit_timestamp",
    "transaction_buffers",
    "unix_socket_directories",
    "wal_buffers",
    "wal_level",
};

constexpr std::array<std::string_view, 5> standby_bound{
    "max_connections", "max_locks_per_transaction", "max_prepared_transactions",
    "max_wal_senders", "max_worker_processes",
};

std::optional<std::int64_t> integer_of(const Json& value) {
    if (value.is_number_integer()) {
        return value.get<std::int64_t>();
    }
    if (!value.is_string()) {
        return std::nullopt;
    }
    const std::string& text = value.get_ref<const std::string&>();
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, code] = std::from_chars(text.data(), end, number);
    if (text.empty() || code != std::errc() || stop != end) {
        return std::nullopt;
    }
    return number;
}

}  // namespace

Takes change_takes(std::string_view setting) {
    static_assert(std::ranges::is_sorted(restart_settings));
    return setting == "wal_log_hints" || setting == "wal_decode_buffer_size" ||
                   std::ranges::binary_search(restart_settings, setting)
               ? Takes::restart
               : Takes::reload;
}

bool is_standby_bound(std::string_view setting) {
    return std::ranges::find(standby_bound, setting) != standby_bound.end();
}

bool is_lowered(const Json& from, const Json& to) {
    const std::optional<std::int64_t> before = integer_of(from);
    const std::optional<std::int64_t> after = integer_of(to);
    return before && after && *after < *before;
}

}  // namespace bestgres::postgres
