// A data directory that initdb or a base backup was filling when its container died. Patroni takes
// it for data: it waits for ever, or even starts it. A mark beside the directory, made while it is
// empty and gone before a member is ready for the first time, tells the two apart. A directory that
// once served carries no mark and is never touched.
#pragma once

#include <optional>
#include <string>

#include "lib/base/result.hpp"
#include "operator/agent/observation.hpp"

namespace bestgres::agent {

class Unfinished {
public:
    explicit Unfinished(std::string data_directory);

    // Before Patroni starts: whether remains of an unfinished start were removed. Then marks the
    // directory where it is empty.
    Result<bool> clean_up();

    // After each look at Patroni: marks a directory that is being filled, and takes the mark away,
    // durably, when `report` says that it is good.
    Result<Done> follow(const std::optional<PatroniReport>& report);

    bool is_marked() const { return marked_; }
    // Marked, and made by initdb: no base backup has left its traces.
    bool is_half_made() const;

private:
    std::string mark() const { return data_directory_ + ".unfinished"; }
    bool is_being_filled() const;
    bool is_torn() const;
    Result<Done> set_mark();
    Result<Done> remove_mark();

    std::string data_directory_;
    bool marked_ = false;
};

}  // namespace bestgres::agent
