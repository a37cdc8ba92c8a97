// The order of statements that turns one topology of a group into another one: Patroni 4.
#include <algorithm>

#include "fakepatroni/citus_registrar.hpp"

namespace bestgres::fakepatroni {
namespace {

using Role = RegisteredNode::Role;
using Nodes = std::vector<RegisteredNode>;

RegisteredNode* find(Nodes& nodes, const RegisteredNode& place) {
    const auto found = std::ranges::find_if(
        nodes, [&place](const RegisteredNode& node) { return node.same_place(place); });
    return found == nodes.end() ? nullptr : &*found;
}

RegisteredNode* primary_in(Nodes& nodes) {
    const auto found = std::ranges::find_if(nodes, &RegisteredNode::is_primary);
    return found == nodes.end() ? nullptr : &*found;
}

// Those of `some` that are not in `others`, but for `primary`.
Nodes without(const Nodes& some, Nodes others, const RegisteredNode* primary) {
    Nodes rest;
    for (const RegisteredNode& node : some) {
        if (find(others, node) == nullptr && (primary == nullptr || !node.same_place(*primary))) {
            rest.push_back(node);
        }
    }
    return rest;
}

RegisteredNode take_last(Nodes& nodes) {
    RegisteredNode node = nodes.back();
    nodes.pop_back();
    return node;
}

// The state of one transition: what is yet to be placed, and what has been written.
struct Moving {
    Nodes old;
    RegisteredGroup& wanted;
    Nodes gone;
    Nodes added;
    Nodes steps;

    void write(const RegisteredNode& node) { steps.push_back(node); }
    void set_id(const RegisteredNode& place, std::optional<NodeId> id) {
        if (RegisteredNode* node = find(wanted.nodes, place)) {
            node->id = id;
        }
    }
};

// The new primary was a registered secondary: the two rows change places by way of a third name.
void swap_rows(Moving& moving, RegisteredNode& old_primary, const RegisteredNode& row) {
    const bool stays = find(moving.wanted.nodes, old_primary) != nullptr;
    bool reused = false;
    if (!stays && !moving.added.empty()) {
        RegisteredNode fresh = take_last(moving.added);
        fresh.id = row.id;
        moving.set_id(fresh, row.id);
        moving.write(fresh);
        reused = true;
    } else if (old_primary.role == Role::primary) {
        old_primary.role = Role::demoted;
        moving.write(old_primary);
    }
    if (!stays && !reused) {
        moving.wanted.nodes.push_back({old_primary.host, old_primary.port, row.role, {}});
    }
    if (RegisteredNode* former = find(moving.wanted.nodes, old_primary)) {
        former->id = row.id;
        moving.write(*former);
    }
}

// The new primary was never registered: the old one may have the row of a secondary that is gone.
void keep_former(Moving& moving, const RegisteredNode& old_primary) {
    const bool demoted = old_primary.role == Role::demoted;
    if (find(moving.wanted.nodes, old_primary) == nullptr && demoted &&
        moving.gone.size() > moving.added.size()) {
        moving.wanted.nodes.push_back({old_primary.host, old_primary.port, Role::secondary, {}});
    }
    if (RegisteredNode* former = find(moving.wanted.nodes, old_primary)) {
        former->id = take_last(moving.gone).id;
        moving.write(*former);
    }
}

void change_primary(Moving& moving) {
    RegisteredNode& new_primary = *primary_in(moving.wanted.nodes);
    RegisteredNode old_primary = *primary_in(moving.old);
    const RegisteredNode wanted = new_primary;
    moving.wanted.failover = true;
    const RegisteredNode* row = find(moving.old, wanted);
    if (row != nullptr) {
        swap_rows(moving, old_primary, *row);
    }
    moving.set_id(wanted, old_primary.id);
    RegisteredNode written = wanted;
    written.id = old_primary.id;
    moving.write(written);
    if (row == nullptr && !moving.gone.empty()) {
        keep_former(moving, old_primary);
    }
}

// Rows of secondaries are reused; others come and go only while the metadata is in sync.
void place_secondaries(Moving& moving) {
    for (RegisteredNode& node : moving.wanted.nodes) {
        const RegisteredNode* row = find(moving.old, node);
        if (!node.is_primary() && !node.id && row != nullptr && !row->is_primary()) {
            node.id = row->id;
        }
    }
    while (!moving.gone.empty() && !moving.added.empty()) {
        RegisteredNode fresh = take_last(moving.added);
        fresh.id = take_last(moving.gone).id;
        moving.set_id(fresh, fresh.id);
        moving.write(fresh);
    }
    for (RegisteredNode& node : moving.gone) {
        if (moving.wanted.failover) {
            moving.wanted.nodes.push_back(node);
        } else {
            node.role = Role::gone;
            moving.write(node);
        }
    }
    for (const RegisteredNode& node : moving.added) {
        if (moving.wanted.failover) {
            std::erase_if(moving.wanted.nodes,
                          [&node](const RegisteredNode& one) { return one.same_place(node); });
        } else {
            moving.write(node);
        }
    }
}

}  // namespace

std::vector<RegisteredNode> transition(const RegisteredGroup& old, RegisteredGroup& wanted) {
    wanted.failover = old.failover;
    const RegisteredNode* old_primary = old.primary();
    const RegisteredNode* new_primary = wanted.primary();
    Moving moving{.old = old.nodes,
                  .wanted = wanted,
                  .gone = without(old.nodes, wanted.nodes, old_primary),
                  .added = without(wanted.nodes, old.nodes, new_primary),
                  .steps = {}};
    if (old_primary == nullptr) {
        moving.write(*new_primary);
    } else if (old_primary->same_place(*new_primary)) {
        RegisteredNode* primary = primary_in(wanted.nodes);
        primary->id = old_primary->id;
        if (primary->role != old_primary->role) {
            wanted.failover = true;
            moving.write(*primary);
        }
    } else {
        change_primary(moving);
    }
    place_secondaries(moving);
    return moving.steps;
}

}  // namespace bestgres::fakepatroni
