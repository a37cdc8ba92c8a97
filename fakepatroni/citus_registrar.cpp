#include "fakepatroni/citus_registrar.hpp"

#include <algorithm>
#include <charconv>

#include "lib/base/structural_hash.hpp"

namespace bestgres::fakepatroni {
namespace {

using Role = RegisteredNode::Role;

// What the row says while connections to the node are held back.
std::string host_of(const RegisteredNode& node) {
    return node.role == Role::demoted ? node.host + "-demoted" : node.host;
}

const RegisteredNode* by_role(const RegisteredGroup& group, bool primary) {
    const auto found = std::ranges::find_if(group.nodes, [primary](const RegisteredNode& node) {
        return node.is_primary() == primary;
    });
    return found == group.nodes.end() ? nullptr : &*found;
}

}  // namespace

const RegisteredNode* RegisteredGroup::primary() const {
    return by_role(*this, true);
}

bool RegisteredGroup::same_rows(const RegisteredGroup& other) const {
    const auto holds = [](const RegisteredGroup& those, const RegisteredNode& node) {
        return std::ranges::any_of(those.nodes, [&node](const RegisteredNode& one) {
            return one.same_place(node) && one.role == node.role;
        });
    };
    return group == other.group && nodes.size() == other.nodes.size() &&
           std::ranges::all_of(nodes,
                               [&](const RegisteredNode& node) { return holds(other, node); });
}

std::string_view to_string(GroupEvent event) {
    switch (event) {
        case GroupEvent::before_demote:
            return "before_demote";
        case GroupEvent::before_promote:
            return "before_promote";
        case GroupEvent::after_promote:
            return "after_promote";
    }
    return "";
}

std::optional<GroupEvent> parse_group_event(std::string_view word) {
    for (const GroupEvent event :
         {GroupEvent::before_demote, GroupEvent::before_promote, GroupEvent::after_promote}) {
        if (to_string(event) == word) {
            return event;
        }
    }
    return std::nullopt;
}

// The session goes with the server; what was asked for is forgotten.
void CitusRegistrar::on_demote() {
    known_.clear();
    tasks_.clear();
    in_flight_.reset();
    if (!running_) {
        current_.reset();
        script_.clear();
    }
}

std::optional<std::size_t> CitusRegistrar::find(GroupId group) const {
    for (std::size_t index = 0; index < tasks_.size(); ++index) {
        if (tasks_[index].group.group == group) {
            return index;
        }
    }
    return std::nullopt;
}

std::optional<std::uint64_t> CitusRegistrar::add(Registration wanted, Instant now) {
    // Patroni's thread never rests while it has not read the rows: here each request makes it try.
    if (reads_ && !tasks_.empty()) {
        woken_ = true;
        due_ = now;
    }
    const GroupId group = wanted.group.group;
    const std::optional<std::size_t> index = find(group);
    const bool flies = in_flight_ && in_flight_->group.group == group;
    if (!wanted.timeout) {
        // Requests of the loop give way to those of members. Patroni 3 lets a transaction that a
        // member has opened wait for that member for ever.
        const bool four = traits_of(version_).overdue_pause_yields;
        const bool taken = index && (!four || tasks_[*index].timeout);
        const bool waits = flies && (!four || (in_flight_->timeout && in_flight_->deadline > now));
        if (taken || waits) {
            return std::nullopt;
        }
    }
    wanted.number = counter_ + 1;
    if (index) {
        if (tasks_[*index].same(wanted)) {
            return std::nullopt;
        }
        tasks_[*index] = std::move(wanted);
    } else {
        const auto known = known_.find(group);
        const bool same = known != known_.end() && wanted.event == GroupEvent::after_promote &&
                          known->second.same_rows(wanted.group);
        if (!reads_ && same && !flies) {
            return std::nullopt;
        }
        tasks_.push_back(std::move(wanted));
    }
    woken_ = true;
    due_ = now;
    return ++counter_;
}

bool CitusRegistrar::is_waiting(std::uint64_t number) const {
    return (current_ && current_->number == number) ||
           std::ranges::any_of(
               tasks_, [number](const Registration& task) { return task.number == number; });
}

bool CitusRegistrar::read(const CitusTables* tables) {
    if (!reads_) {
        return true;
    }
    reads_ = false;
    if (tables == nullptr) {
        reads_ = true;
        return false;
    }
    known_.clear();
    const bool all = traits_of(version_).registers_secondaries;
    for (const auto& [id, node] : tables->nodes) {
        if (!node.primary && !all) {
            continue;
        }
        RegisteredGroup& group = known_[node.group];
        group.group = node.group;
        group.nodes.push_back(
            {node.host, node.port, node.primary ? Role::primary : Role::secondary, id});
    }
    return true;
}

// The transaction in progress first, then the coordinator, then the oldest; what is as it should be
// is dropped.
std::optional<std::size_t> CitusRegistrar::pick() {
    if (in_flight_) {
        return find(in_flight_->group.group);
    }
    while (true) {
        std::optional<std::size_t> index = find(0);
        if (!index && !tasks_.empty()) {
            index = 0;
        }
        if (!index) {
            return std::nullopt;
        }
        const Registration& task = tasks_[*index];
        const auto known = known_.find(task.group.group);
        const bool same = known != known_.end() && task.event == GroupEvent::after_promote &&
                          known->second.same_rows(task.group);
        if (!same) {
            return index;
        }
        done_ = std::max(done_, task.number);
        tasks_.erase(tasks_.begin() + static_cast<long>(*index));
    }
}

// A transaction that nobody ends is rolled back when it is overdue; it is looked at only while
// something else waits.
bool CitusRegistrar::overdue(Instant now) {
    due_.reset();
    if (!in_flight_ || tasks_.empty()) {
        return false;
    }
    if (in_flight_->deadline > now) {
        due_ = in_flight_->deadline;
        return false;
    }
    return true;
}

std::optional<CitusOperation> CitusRegistrar::next(const CitusTables* tables, Instant now) {
    if (!started_ || running_) {
        return std::nullopt;
    }
    if (script_.empty() && !(woken_ ? begin_task(tables, now) : roll_back_overdue(now))) {
        return std::nullopt;
    }
    if (script_.empty()) {
        finish_task();
        return next(tables, now);
    }
    running_ = true;
    return script_.front();
}

bool CitusRegistrar::roll_back_overdue(Instant now) {
    if (!overdue(now)) {
        return false;
    }
    rolls_back_ = true;
    script_.emplace_back(EndTransaction{.commits = false});
    return true;
}

// False: there is nothing to do but to wait. Where a query fails the next request asks again.
bool CitusRegistrar::begin_task(const CitusTables* tables, Instant now) {
    woken_ = false;
    due_.reset();
    if (!in_flight_ && !read(tables)) {
        return false;
    }
    const std::optional<std::size_t> index = pick();
    if (!index) {
        return roll_back_overdue(now);
    }
    current_ = tasks_[*index];
    write_script(*current_, now);
    return true;
}

void CitusRegistrar::write_script(Registration& task, Instant now) {
    if (task.event != GroupEvent::after_promote) {
        task.deadline = now + task.timeout.value_or(Duration::zero());
        if (!in_flight_) {
            script_.emplace_back(BeginTransaction{});
        }
    }
    if (traits_of(version_).registers_secondaries) {
        const bool inside = task.event != GroupEvent::after_promote || in_flight_.has_value();
        write_four(task, inside);
    } else {
        write_three(task);
    }
    if (task.event == GroupEvent::after_promote && in_flight_) {
        script_.emplace_back(EndTransaction{.commits = true});
    }
}

void CitusRegistrar::write_three(const Registration& task) {
    RegisteredNode node = *task.group.primary();
    const bool written = in_flight_ && task.event == GroupEvent::after_promote &&
                         host_of(*in_flight_->group.primary()) == host_of(node) &&
                         in_flight_->group.primary()->port == node.port;
    const auto known = known_.find(task.group.group);
    if (known != known_.end() && known->second.primary() != nullptr) {
        node.id = known->second.primary()->id;
    }
    if (!written) {
        add_statement(task.group.group, node, task.cooldown);
    }
}

void CitusRegistrar::write_four(Registration& task, bool inside) {
    const auto known = known_.find(task.group.group);
    const RegisteredGroup none{.group = task.group.group};
    const RegisteredGroup& current = in_flight_              ? in_flight_->group
                                     : known != known_.end() ? known->second
                                                             : none;
    const std::vector<RegisteredNode> steps = transition(current, task.group);
    const bool own = !inside && steps.size() > 1;
    if (own) {
        script_.emplace_back(BeginTransaction{});
    }
    for (const RegisteredNode& node : steps) {
        add_statement(task.group.group, node, task.cooldown);
    }
    if (own) {
        script_.emplace_back(EndTransaction{.commits = true});
    }
    if (!inside) {
        task.group.failover = false;
    }
}

void CitusRegistrar::add_statement(GroupId group, const RegisteredNode& node, Duration cooldown) {
    if (node.role == Role::gone) {
        script_.emplace_back(RemoveNode{node.host, node.port});
    } else if (node.id) {
        script_.emplace_back(UpdateNode{*node.id, host_of(node), node.port, cooldown});
    } else if (node.role != Role::demoted) {
        script_.emplace_back(AddNode{node.host, node.port, group, node.role == Role::primary});
    }
}

void CitusRegistrar::ended(bool ok, const std::string& value) {
    if (!running_) {
        return;
    }
    running_ = false;
    const CitusOperation done =
        script_.empty() ? CitusOperation(BeginTransaction{}) : script_.front();
    if (!script_.empty()) {
        script_.erase(script_.begin());
    }
    woken_ = true;
    if (rolls_back_) {
        rolls_back_ = false;
        in_flight_.reset();
        return;
    }
    if (!current_) {
        script_.clear();
        return;
    }
    if (!ok) {
        script_.clear();
        in_flight_.reset();
        reads_ = true;
        const std::uint64_t number = current_->number;
        std::erase_if(tasks_, [number](const Registration& task) { return task.number == number; });
        done_ = std::max(done_, number);
        current_.reset();
        return;
    }
    if (const auto* added = std::get_if<AddNode>(&done)) {
        NodeId id = 0;
        std::from_chars(value.data(), value.data() + value.size(), id);
        for (RegisteredNode& node : current_->group.nodes) {
            if (node.host == added->host && node.port == added->port) {
                node.id = id;
            }
        }
    }
    if (script_.empty()) {
        finish_task();
    }
}

// A request that has been replaced meanwhile stays to be carried out.
void CitusRegistrar::finish_task() {
    Registration task = *std::move(current_);
    current_.reset();
    std::erase_if(tasks_, [&task](const Registration& one) { return one.number == task.number; });
    done_ = std::max(done_, task.number);
    if (task.event == GroupEvent::after_promote) {
        in_flight_.reset();
        task.group.failover = false;
        if (!traits_of(version_).registers_secondaries) {
            const auto known = known_.find(task.group.group);
            if (known != known_.end() && !known->second.nodes.empty() &&
                !task.group.nodes.front().id) {
                task.group.nodes.front().id = known->second.nodes.front().id;
            }
        }
        known_[task.group.group] = std::move(task.group);
    } else {
        in_flight_ = std::move(task);
    }
}

void CitusRegistrar::hash_into(Hasher& hasher) const {
    hash_values(hasher, started_, reads_, tasks_.size(), script_.size(), rolls_back_, woken_,
                running_, counter_, done_, due_);
    const auto add = [&hasher](const RegisteredGroup& group) {
        hasher.add(static_cast<std::uint64_t>(group.group));
        for (const RegisteredNode& node : group.nodes) {
            hash_values(hasher, node.host, node.port, node.role, node.id);
        }
    };
    for (const auto& [id, group] : known_) {
        add(group);
    }
    for (const Registration& task : tasks_) {
        add(task.group);
    }
    if (in_flight_) {
        add(in_flight_->group);
    }
}

}  // namespace bestgres::fakepatroni
