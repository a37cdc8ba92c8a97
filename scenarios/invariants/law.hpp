// What a law of the simulator is. Each stands in a file of its own as a struct with
//
//     static constexpr LawText text{"K1", "a volume is deleted only when nobody can miss it"};
//     void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
//     void hash_into(Hasher& hasher) const;
//
// and, where it is temporal, with its monitor's state as members: small, copyable, part of the
// world. A law reads the truth alone, never what the operator believes, and it has no list of
// exceptions: a false alarm is a mistake of the model, the law or the operator.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.hpp"

namespace bestgres::scenarios {

struct LawText {
    std::string_view id;    // "K1"
    std::string_view says;  // the law in one sentence
};

struct Violation {
    std::string law = {};
    std::string sentence = {};            // what happened, with names
    std::vector<std::string> facts = {};  // paths, versions, positions: what proves it
    Instant at = {};
    std::uint64_t event = 0;  // of the run

    bool operator==(const Violation&) const = default;
};

// Where laws put what they found.
class Findings {
public:
    void add(const LawText& law, std::string sentence, std::vector<std::string> facts = {}) {
        found_.push_back({.law = std::string(law.id),
                          .sentence = std::move(sentence),
                          .facts = std::move(facts)});
    }
    const std::vector<Violation>& found() const { return found_; }
    std::vector<Violation> take() { return std::move(found_); }

private:
    std::vector<Violation> found_;
};

// What a run measures beside its verdicts: never hidden, compared by budgets.
struct Exposure {
    Duration two_writers{};     // longest overlap of writable primaries
    Duration without_writer{};  // longest time without a reachable writable primary
    std::uint64_t commits_acknowledged = 0;
    std::uint64_t commits_lost = 0;  // acknowledged in asynchronous mode, as far as laws allow it
    std::uint64_t operator_writes = 0;

    bool operator==(const Exposure&) const = default;
};

}  // namespace bestgres::scenarios
