#include "fakepatroni/citus_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fakepatroni/change.hpp"
#include "lib/base/check.hpp"

namespace bestgres::fakepatroni {
namespace {

// Rows are written as words between spaces; the last one may be a sentence.
class Words {
public:
    explicit Words(std::string_view text) : text_(text) {}

    std::string_view word() {
        const std::size_t end = std::min(text_.find(' '), text_.size());
        const std::string_view found = text_.substr(0, end);
        text_.remove_prefix(std::min(end + 1, text_.size()));
        return found;
    }
    template <class Number = std::int64_t>
    Number number() {
        const std::string_view digits = word();
        Number value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
        return value;
    }
    bool flag() { return number() != 0; }
    std::string text() { return std::string(word()); }
    std::string rest() const { return std::string(text_); }

private:
    std::string_view text_;
};

Change row(std::string_view table, std::string key, std::string value) {
    return {Change::Kind::citus, fmt::format("{} {}", table, key), std::move(value)};
}

template <class State>
State state_of(std::int64_t number) {
    return static_cast<State>(number);
}

CitusNode parse_node(Words key, Words value) {
    return {.id = key.number(),
            .group = value.number(),
            .host = value.text(),
            .port = value.number<int>(),
            .primary = value.flag(),
            .has_metadata = value.flag(),
            .metadata_synced = value.flag(),
            .should_have_shards = value.flag(),
            .active = value.flag()};
}

CitusTask parse_task(Words key, Words value) {
    return {.job = key.number(),
            .id = key.number(),
            .state = state_of<TaskState>(value.number()),
            .shard = value.number(),
            .from = value.number(),
            .to = value.number(),
            .retries = value.number(),
            .not_before = value.number(),
            .block_writes = value.flag(),
            .message = value.rest()};
}

CleanupRecord parse_cleanup(Words key, Words value) {
    return {.id = key.number(),
            .operation = value.number(),
            .shard = value.number(),
            .group = value.number(),
            .on_failure = value.flag()};
}

RowSum parse_rows(Words value) {
    return {.count = value.number<std::uint64_t>(), .sum = value.number<std::uint64_t>()};
}

std::string rows_text(const RowSum& rows) {
    return fmt::format("{} {}", rows.count, rows.sum);
}

// A row of one of the tables that every node with metadata has.
void apply_metadata(CitusTables& tables, std::string_view table, Words key, Words value) {
    if (table == "node") {
        const CitusNode node = parse_node(key, value);
        tables.nodes[node.id] = node;
    } else if (table == "no-node") {
        tables.nodes.erase(key.number());
    } else if (table == "table") {
        CitusTable one{.name = key.text(),
                       .kind = state_of<TableKind>(value.number()),
                       .replica_identity = value.flag()};
        tables.tables[one.name] = one;
    } else if (table == "shard") {
        tables.shards[key.number()] = value.text();
    } else if (table == "placement") {
        const ShardId shard = key.number();
        tables.placements.insert({shard, key.number()});
    } else if (table == "no-placement") {
        const ShardId shard = key.number();
        tables.placements.erase({shard, key.number()});
    } else if (table == "no-nodes") {
        tables.nodes.clear();
    } else if (table == "no-metadata") {
        tables.nodes.clear();
        tables.tables.clear();
        tables.shards.clear();
        tables.placements.clear();
    }
}

// A row that only one node has.
void apply_own(CitusTables& tables, std::string_view table, Words key, Words value) {
    if (table == "extension") {
        tables.extension = true;
    } else if (table == "local-group") {
        tables.local_group = key.number();
    } else if (table == "relation") {
        tables.relations[key.number()] = parse_rows(value);
    } else if (table == "rows") {
        tables.relations[key.number()].add(parse_rows(value));
    } else if (table == "no-relation") {
        tables.relations.erase(key.number());
    } else if (table == "cleanup") {
        const CleanupRecord record = parse_cleanup(key, value);
        tables.cleanups[record.id] = record;
    } else if (table == "no-cleanup") {
        tables.cleanups.erase(key.number());
    } else if (table == "commit") {
        const GroupId group = key.number();
        tables.commits.emplace(group, key.text());
    } else if (table == "no-commit") {
        const GroupId group = key.number();
        tables.commits.erase({group, key.text()});
    } else if (table == "job") {
        CitusJob job{.id = key.number(),
                     .state = state_of<JobState>(value.number()),
                     .drains = value.flag(),
                     .started = value.number(),
                     .ended = value.number()};
        tables.jobs[job.id] = job;
    } else if (table == "task") {
        CitusTask task = parse_task(key, value);
        tables.tasks[{task.job, task.id}] = std::move(task);
    } else if (table == "ids") {
        tables.last_id = std::max(tables.last_id, key.number());
    }
}

void end_prepared(CitusTables& tables, const std::string& gid, bool commits) {
    const auto found = tables.prepared.find(gid);
    if (found == tables.prepared.end()) {
        return;
    }
    const Changes changes = std::move(found->second);
    tables.prepared.erase(found);
    if (commits) {
        for (const Change& change : changes) {
            tables.apply(change);
        }
    }
}

}  // namespace

void CitusTables::apply(const Change& change) {
    if (change.kind == Change::Kind::citus_prepare) {
        Changes& changes = prepared[change.key];
        const std::size_t end = change.value.find('\n');
        if (end != std::string::npos) {
            changes.push_back(
                {Change::Kind::citus, change.value.substr(0, end), change.value.substr(end + 1)});
        }
        return;
    }
    if (change.kind == Change::Kind::citus_end_prepared) {
        end_prepared(*this, change.key, change.value == "commit");
        return;
    }
    Words key(change.key);
    const std::string_view table = key.word();
    apply_metadata(*this, table, key, Words(change.value));
    apply_own(*this, table, key, Words(change.value));
}

bool CitusTables::operator==(const CitusTables&) const = default;

const CitusNode* CitusTables::node_at(const std::string& host, int port) const {
    for (const auto& [id, node] : nodes) {
        if (node.at(host, port)) {
            return &node;
        }
    }
    return nullptr;
}

const CitusNode* CitusTables::primary_of(GroupId group) const {
    for (const auto& [id, node] : nodes) {
        if (node.group == group && node.primary) {
            return &node;
        }
    }
    return nullptr;
}

std::vector<const CitusNode*> CitusTables::primaries() const {
    std::vector<const CitusNode*> found;
    for (const auto& [id, node] : nodes) {
        if (node.primary && node.active) {
            found.push_back(&node);
        }
    }
    return found;
}

TableKind CitusTables::kind_of(ShardId shard) const {
    const auto name = shards.find(shard);
    const auto table = name == shards.end() ? tables.end() : tables.find(name->second);
    return table == tables.end() ? TableKind::local : table->second.kind;
}

std::vector<ShardId> CitusTables::shards_of(const std::string& table) const {
    std::vector<ShardId> found;
    for (const auto& [shard, name] : shards) {
        if (name == table) {
            found.push_back(shard);
        }
    }
    return found;
}

std::vector<ShardId> CitusTables::only_copies_on(GroupId group) const {
    std::vector<ShardId> found;
    for (const Placement& placement : placements) {
        if (placement.group == group && kind_of(placement.shard) != TableKind::reference) {
            found.push_back(placement.shard);
        }
    }
    return found;
}

std::vector<ShardId> CitusTables::replicas_on(GroupId group) const {
    std::vector<ShardId> found;
    for (const Placement& placement : placements) {
        if (placement.group == group && kind_of(placement.shard) == TableKind::reference) {
            found.push_back(placement.shard);
        }
    }
    return found;
}

const CitusJob* CitusTables::active_job() const {
    for (const auto& [id, job] : jobs) {
        if (!is_over(job.state)) {
            return &job;
        }
    }
    return nullptr;
}

std::vector<ShardId> CitusTables::missing_references(GroupId group) const {
    std::vector<ShardId> missing;
    for (const auto& [shard, name] : shards) {
        if (kind_of(shard) == TableKind::reference && !placements.contains({shard, group})) {
            missing.push_back(shard);
        }
    }
    return missing;
}

bool is_locked_by_prepared(ShardId shard, const CitusTables& tables) {
    for (const auto& [gid, changes] : tables.prepared) {
        for (const Change& change : changes) {
            Words key(change.key);
            if (key.word() == "rows" && key.number() == shard) {
                return true;
            }
        }
    }
    return false;
}

std::optional<std::string> refusal_to_apply(const Changes& changes, const CitusTables& tables) {
    if (!tables.extension) {
        return "the extension citus is not there";
    }
    std::map<ShardId, bool> there;
    for (const Change& change : changes) {
        Words key(change.key);
        const std::string_view table = key.word();
        if (table != "relation" && table != "rows" && table != "no-relation") {
            continue;
        }
        const ShardId shard = key.number();
        const auto known = there.emplace(shard, tables.relations.contains(shard)).first;
        if (table == "relation" && known->second) {
            return fmt::format("relation of shard {} already exists", shard);
        }
        if (table == "rows" && !known->second) {
            return fmt::format("relation of shard {} does not exist", shard);
        }
        if (table == "no-relation" && is_locked_by_prepared(shard, tables)) {
            return "canceling statement due to lock timeout";
        }
        known->second = table != "no-relation";
    }
    return std::nullopt;
}

std::string_view to_string(TableKind kind) {
    static constexpr std::array<std::string_view, 4> words{"distributed", "single shard",
                                                           "reference", "local"};
    return words.at(static_cast<std::size_t>(kind));
}

std::string_view to_string(JobState state) {
    static constexpr std::array<std::string_view, 7> words{
        "scheduled", "running", "finished", "cancelling", "cancelled", "failing", "failed"};
    return words.at(static_cast<std::size_t>(state));
}

std::string_view to_string(TaskState state) {
    static constexpr std::array<std::string_view, 7> words{
        "blocked", "runnable", "running", "done", "error", "unscheduled", "cancelled"};
    return words.at(static_cast<std::size_t>(state));
}

bool is_over(JobState state) {
    return state == JobState::finished || state == JobState::cancelled || state == JobState::failed;
}

bool is_over(TaskState state) {
    return state != TaskState::blocked && state != TaskState::runnable &&
           state != TaskState::running;
}

Change put(const CitusNode& node) {
    return row("node", std::to_string(node.id),
               fmt::format("{} {} {} {:d} {:d} {:d} {:d} {:d}", node.group, node.host, node.port,
                           node.primary, node.has_metadata, node.metadata_synced,
                           node.should_have_shards, node.active));
}

Change put(const CitusTable& table) {
    return row("table", table.name,
               fmt::format("{} {:d}", static_cast<int>(table.kind), table.replica_identity));
}

Change put(const CleanupRecord& record) {
    return row("cleanup", std::to_string(record.id),
               fmt::format("{} {} {} {:d}", record.operation, record.shard, record.group,
                           record.on_failure));
}

Change put(const CitusJob& job) {
    return row("job", std::to_string(job.id),
               fmt::format("{} {:d} {} {}", static_cast<int>(job.state), job.drains, job.started,
                           job.ended));
}

Change put(const CitusTask& task) {
    return row("task", fmt::format("{} {}", task.job, task.id),
               fmt::format("{} {} {} {} {} {} {:d} {}", static_cast<int>(task.state), task.shard,
                           task.from, task.to, task.retries, task.not_before, task.block_writes,
                           task.message));
}

Change put_shard(ShardId shard, const std::string& table) {
    return row("shard", std::to_string(shard), table);
}

Change put_placement(const Placement& placement) {
    return row("placement", fmt::format("{} {}", placement.shard, placement.group), "");
}

Change put_commit(GroupId group, const std::string& gid) {
    return row("commit", fmt::format("{} {}", group, gid), "");
}

Change put_local_group(GroupId group) {
    return row("local-group", std::to_string(group), "");
}

Change make_extension() {
    return row("extension", "citus", "");
}

Change make_relation(ShardId shard, const RowSum& rows) {
    return row("relation", std::to_string(shard), rows_text(rows));
}

Change add_rows(ShardId shard, const RowSum& rows) {
    return row("rows", std::to_string(shard), rows_text(rows));
}

Change drop_relation(ShardId shard) {
    return row("no-relation", std::to_string(shard), "");
}

Change drop_node(NodeId node) {
    return row("no-node", std::to_string(node), "");
}

Change drop_placement(const Placement& placement) {
    return row("no-placement", fmt::format("{} {}", placement.shard, placement.group), "");
}

Change drop_cleanup(std::int64_t record) {
    return row("no-cleanup", std::to_string(record), "");
}

Change drop_commit(GroupId group, const std::string& gid) {
    return row("no-commit", fmt::format("{} {}", group, gid), "");
}

Change use_ids(std::int64_t up_to) {
    return row("ids", std::to_string(up_to), "");
}

Change forget_nodes() {
    return row("no-nodes", "", "");
}

Change forget_metadata() {
    return row("no-metadata", "", "");
}

Change commit_prepared(const std::string& gid) {
    return {Change::Kind::citus_end_prepared, gid, "commit"};
}

Change roll_back_prepared(const std::string& gid) {
    return {Change::Kind::citus_end_prepared, gid, "rollback"};
}

Changes prepare(const std::string& gid, const Changes& changes) {
    Changes prepared{{Change::Kind::citus_prepare, gid, ""}};
    for (const Change& change : changes) {
        BG_CHECK(change.kind == Change::Kind::citus, "only rows of Citus can be prepared");
        prepared.push_back({Change::Kind::citus_prepare, gid, change.key + "\n" + change.value});
    }
    return prepared;
}

}  // namespace bestgres::fakepatroni
