#include "scenarios/search/explore.hpp"

#include <set>

#include "lib/base/hash.hpp"

namespace bestgres::scenarios {
namespace {

using Orders = std::set<std::uint64_t>;

// A world, the choices that led to it, and those of its ready events that need not come next:
// another order has them first already.
struct Node {
    World world;
    std::vector<Choice> choices;
    Orders asleep;
    std::uint64_t depth = 0;
};

struct Ready {
    std::uint64_t order = 0;  // what the event is known by
    Footprint footprint = 0;
};

std::vector<Ready> ready_events(const World& world) {
    const auto happenings = world.state().timeline.ready();
    const auto orders = world.state().timeline.ready_orders();
    std::vector<Ready> ready;
    for (std::size_t at = 0; at < happenings.size(); ++at) {
        ready.push_back({.order = orders[at], .footprint = footprint_of(*happenings[at])});
    }
    return ready;
}

// A situation in which less is asleep has more to try: it is another one.
std::uint64_t key_of(const Node& node) {
    Hasher hasher;
    hasher.add(node.world.hash());
    for (const std::uint64_t order : node.asleep) {
        hasher.add(order);
    }
    return hasher.value();
}

class Search {
public:
    Search(const ExploreOptions& options) : options_(options) {}

    Exploration run(World start) {
        stack_.push_back({.world = std::move(start), .choices = {}, .asleep = {}});
        while (!stack_.empty() && !found_.violation) {
            Node node = std::move(stack_.back());
            stack_.pop_back();
            visit(std::move(node));
        }
        found_.distinct = visited_.size();
        return std::move(found_);
    }

private:
    void visit(Node node) {
        if (found_.states >= options_.most_states) {
            found_.complete = false;
            return;
        }
        if (node.world.over() || node.depth >= options_.events) {
            finish(std::move(node));
            return;
        }
        const std::vector<Ready> ready = ready_events(node.world);
        Orders asleep = node.asleep;
        // Pushed in reverse, so that the plain order is tried first.
        std::vector<Node> next;
        for (std::size_t at = 0; at < ready.size(); ++at) {
            if (asleep.count(ready[at].order) == 1) {
                ++found_.asleep;
                continue;
            }
            if (auto child = after(node, at, ready, asleep)) {
                next.push_back(std::move(*child));
            }
            if (found_.violation) {
                return;
            }
            asleep.insert(ready[at].order);
        }
        std::move(next.rbegin(), next.rend(), std::back_inserter(stack_));
    }

    // The world after one of the ready events; nothing where that has been seen.
    std::optional<Node> after(const Node& node, std::size_t at, const std::vector<Ready>& ready,
                              const Orders& asleep) {
        Node child{
            .world = node.world, .choices = node.choices, .asleep = {}, .depth = node.depth + 1};
        child.world.step(at);
        ++found_.states;
        if (at > 0) {
            child.choices.push_back({.event = child.world.event(), .index = at});
        }
        for (std::size_t other = 0; other < ready.size(); ++other) {
            const bool independent = (ready[other].footprint & ready[at].footprint) == 0;
            if (independent && asleep.count(ready[other].order) == 1) {
                child.asleep.insert(ready[other].order);
            }
        }
        if (!child.world.violations().empty()) {
            fail(child);
            return std::nullopt;
        }
        if (!visited_.insert(key_of(child)).second) {
            ++found_.seen_again;
            return std::nullopt;
        }
        return child;
    }

    void finish(Node node) {
        ++found_.leaves;
        if (options_.to_the_end) {
            node.world.run(true);
        }
        if (!node.world.violations().empty()) {
            fail(node);
        }
    }

    void fail(const Node& node) {
        Scenario scenario = node.world.scenario();
        scenario.choices = node.choices;
        found_.violation = node.world.violations().front();
        scenario.expect = Expectation{.law = found_.violation->law};
        found_.failing = std::move(scenario);
    }

    const ExploreOptions& options_;
    Exploration found_;
    std::vector<Node> stack_;
    std::set<std::uint64_t> visited_;
};

}  // namespace

Exploration explore(const Ground& ground, const Scenario& scenario, const ExploreOptions& options) {
    World world(ground, scenario);
    world.run_to(world.start() + options.from);
    return Search(options).run(std::move(world));
}

}  // namespace bestgres::scenarios
