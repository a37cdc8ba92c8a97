#include "fakepatroni/citus_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <map>
#include <set>

#include "fakepatroni/citus_rebalance.hpp"

namespace bestgres::fakepatroni {
namespace {

// A call of one function with literals as arguments.
struct FunctionCall {
    std::string name;
    std::vector<std::string> arguments;
    std::map<std::string, std::string> named;

    std::string at(std::size_t index, const std::string& name_of_it, std::string fallback) const {
        const auto found = named.find(name_of_it);
        return found != named.end()       ? found->second
               : index < arguments.size() ? arguments[index]
                                          : fallback;
    }
};

class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    void skip_spaces() {
        while (!text_.empty() && std::isspace(static_cast<unsigned char>(text_.front())) != 0) {
            text_.remove_prefix(1);
        }
    }
    bool take(std::string_view word) {
        skip_spaces();
        const bool there =
            text_.size() >= word.size() &&
            std::equal(word.begin(), word.end(), text_.begin(), [](char left, char right) {
                return std::toupper(static_cast<unsigned char>(left)) ==
                       std::toupper(static_cast<unsigned char>(right));
            });
        if (there) {
            text_.remove_prefix(word.size());
        }
        return there;
    }
    std::string name() {
        skip_spaces();
        std::string found;
        while (!text_.empty() && (std::isalnum(static_cast<unsigned char>(text_.front())) != 0 ||
                                  text_.front() == '_' || text_.front() == '-')) {
            found += text_.front();
            text_.remove_prefix(1);
        }
        return found;
    }
    // A quoted text, a number, or a word such as true.
    std::string literal() {
        skip_spaces();
        if (text_.empty() || text_.front() != '\'') {
            return name();
        }
        std::string found;
        text_.remove_prefix(1);
        while (!text_.empty() && text_.front() != '\'') {
            found += text_.front();
            text_.remove_prefix(1);
        }
        text_.remove_prefix(std::min<std::size_t>(1, text_.size()));
        return found;
    }
    bool at_end() {
        take(";");
        skip_spaces();
        return text_.empty();
    }

private:
    std::string_view text_;
};

void take_cast(Scanner& scanner) {
    if (scanner.take("::")) {
        scanner.take("pg_catalog.");
        scanner.name();
    }
}

std::optional<FunctionCall> call_in(std::string_view text) {
    Scanner scanner(text);
    if (!scanner.take("SELECT")) {
        return std::nullopt;
    }
    scanner.take("* FROM");
    scanner.take("pg_catalog.");
    FunctionCall call;
    call.name = scanner.name();
    if (call.name.empty() || !scanner.take("(")) {
        return std::nullopt;
    }
    while (!scanner.take(")")) {
        std::string argument = scanner.literal();
        if (scanner.take(":=") || scanner.take("=>")) {
            call.named[argument] = scanner.literal();
        } else if (argument.empty()) {
            return std::nullopt;
        } else {
            call.arguments.push_back(std::move(argument));
        }
        take_cast(scanner);
        scanner.take(",");
    }
    return scanner.at_end() ? std::optional(call) : std::nullopt;
}

std::int64_t number_in(const std::string& text) {
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

TransferMode mode_of(const std::string& word) {
    return word == "block_writes"    ? TransferMode::block_writes
           : word == "force_logical" ? TransferMode::force_logical
                                     : TransferMode::automatic;
}

std::string flag(bool value) {
    return value ? "t" : "f";
}

std::vector<postgres::Row> rows_of_nodes(const CitusTables& tables) {
    std::map<std::pair<GroupId, NodeId>, postgres::Row> rows;
    for (const auto& [id, node] : tables.nodes) {
        rows[{node.group, id}] = {std::to_string(id),
                                  std::to_string(node.group),
                                  node.host,
                                  std::to_string(node.port),
                                  node.primary ? "primary" : "secondary",
                                  flag(node.active),
                                  flag(node.has_metadata),
                                  flag(node.metadata_synced),
                                  flag(node.should_have_shards)};
    }
    std::vector<postgres::Row> sorted;
    for (auto& [key, row] : rows) {
        sorted.push_back(std::move(row));
    }
    return sorted;
}

// Group, placements of distributed and single-shard tables, copies of reference tables.
std::vector<postgres::Row> rows_of_placements(const CitusTables& tables) {
    std::set<GroupId> groups;
    for (const Placement& placement : tables.placements) {
        groups.insert(placement.group);
    }
    std::vector<postgres::Row> rows;
    for (const GroupId group : groups) {
        rows.push_back({std::to_string(group), std::to_string(tables.only_copies_on(group).size()),
                        std::to_string(tables.replicas_on(group).size())});
    }
    return rows;
}

// What, group, how many.
std::vector<postgres::Row> rows_of_unfinished(const CitusTables& tables) {
    std::map<std::pair<std::string, std::string>, std::int64_t> counts;
    for (const auto& [gid, changes] : tables.prepared) {
        const std::size_t begin = gid.find('_') + 1;
        ++counts[{"prepared", gid.substr(begin, gid.find('_', begin) - begin)}];
    }
    for (const auto& [id, record] : tables.cleanups) {
        ++counts[{"cleanup", std::to_string(record.group)}];
    }
    std::vector<postgres::Row> rows;
    for (const auto& [key, count] : counts) {
        rows.push_back({key.first, key.second, std::to_string(count)});
    }
    return rows;
}

// What, name, number. A row takes as much room as a page, so that a database has a size.
std::vector<postgres::Row> rows_of_tables(const CitusTables& tables) {
    constexpr std::uint64_t page = 8192;
    std::uint64_t bytes = std::uint64_t{8} << 20U;
    for (const auto& [shard, rows] : tables.relations) {
        bytes += page * rows.count;
    }
    std::int64_t local = 0;
    bool any_sharded = false;
    std::vector<postgres::Row> without_identity;
    for (const auto& [name, table] : tables.tables) {
        const bool sharded =
            table.kind == TableKind::distributed || table.kind == TableKind::single_shard;
        local += table.kind == TableKind::local ? 1 : 0;
        any_sharded = any_sharded || sharded;
        if (sharded && !table.replica_identity) {
            without_identity.push_back({"without identity", name, "0"});
        }
    }
    std::vector<postgres::Row> rows{{"bytes", "", std::to_string(bytes)},
                                    {"replicas", "", any_sharded ? "1" : "0"},
                                    {"local", "", std::to_string(local)}};
    rows.insert(rows.end(), without_identity.begin(), without_identity.end());
    return rows;
}

std::string seconds_of(std::int64_t at_ns) {
    return std::to_string(at_ns / 1'000'000'000);
}

// The last one: number, state, begin, end, tasks that are done, all of them, what the last said.
std::vector<postgres::Row> rows_of_job(const CitusTables& tables) {
    if (tables.jobs.empty()) {
        return {};
    }
    const CitusJob& job = tables.jobs.rbegin()->second;
    std::int64_t done = 0;
    std::int64_t total = 0;
    std::string message;
    for (const auto& [key, task] : tables.tasks) {
        if (task.job == job.id) {
            ++total;
            done += task.state == TaskState::done ? 1 : 0;
            message = std::max(message, task.message);
        }
    }
    const auto moment = [](std::int64_t at_ns) {
        return at_ns == 0 ? std::nullopt : std::optional(seconds_of(at_ns));
    };
    return {{std::to_string(job.id), std::string(to_string(job.state)), moment(job.started),
             moment(job.ended), std::to_string(done), std::to_string(total), message}};
}

std::vector<postgres::Row> rows_of_moves(const CitusTables& tables) {
    return {{std::to_string(moves_to_balance(tables, false).size())}};
}

}  // namespace

std::optional<CitusOperation> citus_operation_in(std::string_view text) {
    const std::optional<FunctionCall> call = call_in(text);
    if (!call) {
        return std::nullopt;
    }
    const std::string host = call->at(0, "nodename", "");
    const int port = static_cast<int>(number_in(call->at(1, "nodeport", "5432")));
    if (call->name == "citus_set_coordinator_host") {
        return SetCoordinatorHost{call->at(0, "host", ""), port};
    }
    if (call->name == "citus_add_node") {
        return AddNode{host, port, number_in(call->at(2, "groupid", "-1")),
                       call->at(3, "noderole", "primary") == "primary"};
    }
    if (call->name == "citus_update_node") {
        const std::int64_t cooldown = number_in(call->at(4, "lock_cooldown", "10000"));
        return UpdateNode{number_in(call->at(0, "node_id", "0")), call->at(1, "new_node_name", ""),
                          static_cast<int>(number_in(call->at(2, "new_node_port", "5432"))),
                          std::chrono::milliseconds(cooldown)};
    }
    if (call->name == "citus_disable_node") {
        return DisableNode{host, port};
    }
    if (call->name == "citus_activate_node") {
        return ActivateNode{host, port};
    }
    if (call->name == "start_metadata_sync_to_node") {
        return SendMetadata{host, port};
    }
    if (call->name == "citus_remove_node") {
        return RemoveNode{host, port};
    }
    if (call->name == "citus_set_node_property" &&
        call->at(2, "property", "") == "shouldhaveshards") {
        return SetShouldHaveShards{host, port, call->at(3, "value", "") == "true"};
    }
    if (call->name == "citus_drain_node") {
        return DrainNode{host, port, mode_of(call->at(2, "shard_transfer_mode", "auto"))};
    }
    if (call->name == "citus_rebalance_start") {
        return StartRebalance{call->at(1, "drain_only", "false") == "true",
                              mode_of(call->at(2, "shard_transfer_mode", "auto"))};
    }
    if (call->name == "citus_job_cancel") {
        return CancelJob{number_in(call->at(0, "jobid", ""))};
    }
    if (call->name == "citus_rebalance_stop") {
        return CancelJob{0};
    }
    return std::nullopt;
}

// By the id that the statement carries for whoever has no parser of SQL: what its columns are is
// the asker's to say.
std::optional<std::vector<postgres::Row>> citus_rows_for(const postgres::Statement& statement,
                                                         const CitusTables& tables) {
    struct Reading {
        std::string_view id;
        std::vector<postgres::Row> (*rows)(const CitusTables&);
    };
    static constexpr Reading readings[] = {{"citus.nodes", rows_of_nodes},
                                           {"citus.placements", rows_of_placements},
                                           {"citus.unfinished", rows_of_unfinished},
                                           {"citus.tables", rows_of_tables},
                                           {"citus.job", rows_of_job},
                                           {"citus.moves", rows_of_moves}};
    for (const Reading& reading : readings) {
        if (reading.id == statement.id) {
            return reading.rows(tables);
        }
    }
    return std::nullopt;
}

}  // namespace bestgres::fakepatroni
