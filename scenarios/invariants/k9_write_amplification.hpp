#pragma once

#include <map>
#include <string>

#include "scenarios/invariants/reading.hpp"

namespace bestgres::scenarios {

struct K9WriteAmplification {
    static constexpr LawText text{
        "K9",
        "The operator writes what changes something: no write leaves the object as it was, none "
        "comes while nothing happens (its lease aside), and an edit without faults costs a bounded "
        "number of them."};

    // For one edit: objects to make, one roll, every status and notice on the way.
    static constexpr std::uint64_t writes_for_an_edit = 40;
    static constexpr std::uint64_t writes_for_a_member = 25;

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    void judge(const CallPerformed& performed, const Truth& truth, Findings& findings);

    bool settled_ = false;  // and nothing has happened since
    bool faulty_ = false;   // a fault began in this run: writes may be repeated
    std::uint64_t since_edit_ = 0;
    // The largest that the world since the edit has asked for: members that are being torn down
    // count as long as their end costs writes.
    std::uint64_t budget_ = 0;
    std::map<std::string, std::string> met_;  // by operator: the version that its call has met
};

}  // namespace bestgres::scenarios
