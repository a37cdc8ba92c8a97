// Files of records that survive a torn end: each record carries its length and two checksums, so
// that an unfinished last write is told from damage in the middle, which is never passed over.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"

namespace bestgres::fakekube {

// CRC-32C.
std::uint32_t checksum(std::string_view bytes);

// Length, checksum of the record, checksum of those two: twelve bytes, then the record.
void append_record(std::string& to, std::string_view record);

struct Records {
    std::vector<std::string_view> records;  // views into what was parsed
    std::size_t good_bytes = 0;             // what follows is a torn end: cut it off
};

// Fails with the position of the damage where a readable record follows an unreadable one.
Result<Records> parse_records(std::string_view bytes);

Result<std::string> read_whole_file(const std::string& path);
// Written beside it, synced, and renamed over it, so that either the old or the new is there.
Result<Done> replace_file(const std::string& path, std::string_view bytes, int mode);

// An open file that only grows.
class AppendFile {
public:
    AppendFile() = default;
    ~AppendFile();
    AppendFile(AppendFile&& other) noexcept;
    AppendFile& operator=(AppendFile&& other) noexcept;

    // Cuts the file to `size` bytes and continues there.
    static Result<AppendFile> open(const std::string& path, std::size_t size);
    Result<Done> append(std::string_view bytes);
    Result<Done> sync() const;
    std::size_t size() const { return size_; }

private:
    int descriptor_ = -1;
    std::size_t size_ = 0;
    std::string path_;
};

}  // namespace bestgres::fakekube
