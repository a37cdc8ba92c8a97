#include "lib/base/overloaded.hpp"
#include "scenarios/search/explore.hpp"

namespace bestgres::scenarios {
namespace {

constexpr Footprint everything = ~Footprint{0};
constexpr Footprint api = 1;

// Eight operators, sixteen nodes, the rest for containers: more of a sort share a bit, which makes
// them dependent and costs orders, never misses one.
Footprint an_operator(std::uint32_t index) {
    return Footprint{1} << (1 + index % 8);
}
Footprint a_node(std::uint32_t index) {
    return Footprint{1} << (9 + index % 16);
}
Footprint a_container(std::uint32_t index) {
    return Footprint{1} << (25 + index % 39);
}

Footprint a_process(const Process& process) {
    switch (process.sort) {
        case Process::Sort::operator_core:
            return an_operator(process.index);
        case Process::Sort::member:
            return a_container(process.index);
        case Process::Sort::kubelet:
        case Process::Sort::proxy:
            return a_node(process.index);
        case Process::Sort::user:
            return everything;
    }
    return everything;
}

}  // namespace

// A member's replication reads its upstream, a client's write reads routes and members, laws read
// all of it: what crosses entities in ways that are not written here depends on everything.
Footprint footprint_of(const Happening& happening) {
    return std::visit(
        Overloaded{[](const AnswerArrives& arrives) {
                       // An answer makes its caller act: it may call, not write.
                       return arrives.sent.from.sort == Process::Sort::member
                                  ? everything
                                  : a_process(arrives.sent.from);
                   },
                   [](const CallArrives& arrives) { return api | a_process(arrives.sent.from); },
                   [](const OperatorWakes& wakes) { return an_operator(wakes.index); },
                   [](const OperatorHears& hears) { return an_operator(hears.index); },
                   [](const AgentLooks& looks) { return a_container(looks.container); },
                   [](const ProbeEnds& ends) { return api | a_container(ends.container); },
                   [](const RouteDue& due) { return a_node(due.node); },
                   [](const Heartbeat& beat) { return api | a_node(beat.node); },
                   [](const auto&) { return everything; }},
        happening);
}

}  // namespace bestgres::scenarios
