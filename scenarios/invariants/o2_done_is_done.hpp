#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "scenarios/invariants/operations.hpp"

namespace bestgres::scenarios {

struct O2DoneIsDone {
    static constexpr LawText text{
        "O2",
        "An operation that is reported as completed did happen since it began or in the ten "
        "seconds before: its target leads or led, or another member than at its beginning; every "
        "process that it says was restarted was; a replica that it says was copied was asked to, "
        "and started anew; the program of every step that a Job did ended well."};

    static constexpr Duration before_it_began = std::chrono::seconds(10);

    void on(const Occurrence& occurrence, const Truth& truth, Findings& findings);
    void hash_into(Hasher& hasher) const;

private:
    using MemberId = std::pair<ClusterId, std::string>;
    struct Began {
        Instant at;
        std::string leader;
    };

    void note_process(const std::string& pod_uid, const Truth& truth);
    void note_leader(const kube::Object& leader_object, const Truth& truth);
    void begin(const OperationTruth& operation, const Truth& truth);
    void judge(const OperationTruth& operation, Findings& findings) const;
    std::string what_jobs_miss(const OperationTruth& operation) const;
    std::string what_is_missing(const OperationTruth& operation, const Began& began) const;
    bool has_led(const OperationTruth& operation, const Began& began,
                 const std::string& target) const;

    std::map<std::string, Began> began_;        // by uid of the operation
    std::map<MemberId, Instant> started_;       // when its PostgreSQL was started last
    std::map<std::string, Instant> processes_;  // what a pod's PostgreSQL says of its start
    std::map<MemberId, Instant> copied_;        // when its Patroni was asked to copy
    std::map<MemberId, Instant> led_;           // until when, as far as was seen
    std::map<ClusterId, std::string> leaders_;
    std::map<std::string, std::int64_t> ended_well_;  // programs, by uid of the operation
};

}  // namespace bestgres::scenarios
