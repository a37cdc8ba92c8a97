// The kubelet's back-off of one thing that keeps failing: the first retry is immediate, then 10 s
// doubling to 5 min; two maxima without a failure forget it.
#pragma once

#include <algorithm>
#include <chrono>

#include "lib/base/time.hpp"

namespace bestgres::fakekube::node {

class BackOff {
public:
    static constexpr Duration first = std::chrono::seconds(10);
    static constexpr Duration longest = std::chrono::minutes(5);
    static constexpr Duration forgotten_after = 2 * longest;

    // When the thing that failed at `failed_at` may be tried again.
    Instant retry_at(Instant failed_at) const {
        return is_forgotten(failed_at) ? failed_at : failed_at + delay_;
    }
    // The wait that holds now; zero where there is none.
    Duration delay() const { return delay_; }
    // A retry of what failed at `failed_at` begins.
    void on_retry(Instant failed_at, Instant now) {
        delay_ = is_forgotten(failed_at) ? first : std::min(2 * delay_, longest);
        last_ = now;
    }

    bool operator==(const BackOff&) const = default;

private:
    bool is_forgotten(Instant failed_at) const {
        return delay_ == Duration(0) || failed_at - last_ > forgotten_after;
    }

    Duration delay_{};
    Instant last_;
};

}  // namespace bestgres::fakekube::node
