#include "fakekube/server/record_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace bestgres::fakekube {
namespace {

constexpr std::size_t header_size = 12;

constexpr std::array<std::uint32_t, 256> make_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t word = i;
        for (int bit = 0; bit < 8; ++bit) {
            word = (word >> 1U) ^ ((word & 1U) != 0 ? 0x82f63b78U : 0U);
        }
        table[i] = word;
    }
    return table;
}
constexpr std::array<std::uint32_t, 256> table = make_table();

void append_word(std::string& to, std::uint32_t word) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
        to += static_cast<char>((word >> shift) & 0xffU);
    }
}

std::uint32_t word_at(std::string_view bytes, std::size_t at) {
    std::uint32_t word = 0;
    for (unsigned i = 0; i < 4; ++i) {
        word |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
    }
    return word;
}

// The record that begins at `at`, if it is whole.
std::optional<std::string_view> record_at(std::string_view bytes, std::size_t at) {
    if (bytes.size() - at < header_size ||
        checksum(bytes.substr(at, 8)) != word_at(bytes, at + 8)) {
        return std::nullopt;
    }
    const std::size_t length = word_at(bytes, at);
    if (bytes.size() - at - header_size < length) {
        return std::nullopt;
    }
    const std::string_view record = bytes.substr(at + header_size, length);
    return checksum(record) == word_at(bytes, at + 4) ? std::optional(record) : std::nullopt;
}

Error system_error(const std::string& attempt) {
    return Error{attempt + ": " + std::strerror(errno)};
}

Result<Done> write_all(int descriptor, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return system_error("write " + path);
        }
        if (written > 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    return Done{};
}

// A rename is durable once the directory is.
void sync_directory_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash);
    const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

}  // namespace

std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t word = 0xffffffffU;
    for (const char c : bytes) {
        word = table[(word ^ static_cast<unsigned char>(c)) & 0xffU] ^ (word >> 8U);
    }
    return ~word;
}

void append_record(std::string& to, std::string_view record) {
    std::string header;
    append_word(header, static_cast<std::uint32_t>(record.size()));
    append_word(header, checksum(record));
    append_word(header, checksum(header));
    to += header;
    to += record;
}

Result<Records> parse_records(std::string_view bytes) {
    Records found;
    while (found.good_bytes < bytes.size()) {
        const std::optional<std::string_view> record = record_at(bytes, found.good_bytes);
        if (!record) {
            break;
        }
        found.records.push_back(*record);
        found.good_bytes += header_size + record->size();
    }
    for (std::size_t at = found.good_bytes + 1; at < bytes.size(); ++at) {
        if (record_at(bytes, at)) {
            return Error{"damaged at byte " + std::to_string(found.good_bytes) +
                         ", though readable again from byte " + std::to_string(at)};
        }
    }
    return found;
}

Result<std::string> read_whole_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return system_error("open " + path);
    }
    std::string text;
    std::array<char, 1U << 16U> buffer{};
    ssize_t count = 0;
    while ((count = ::read(descriptor, buffer.data(), buffer.size())) > 0) {
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    ::close(descriptor);
    return count == 0 ? Result<std::string>(std::move(text)) : system_error("read " + path);
}

Result<Done> replace_file(const std::string& path, std::string_view bytes, int mode) {
    const std::string draft = path + ".tmp";
    const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (descriptor < 0) {
        return system_error("create " + draft);
    }
    Result<Done> written = write_all(descriptor, bytes, draft);
    const bool synced = ::fsync(descriptor) == 0;
    ::close(descriptor);
    BG_TRY(written);
    if (!synced || ::rename(draft.c_str(), path.c_str()) != 0) {
        return system_error("replace " + path);
    }
    sync_directory_of(path);
    return Done{};
}

AppendFile::~AppendFile() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

AppendFile::AppendFile(AppendFile&& other) noexcept {
    *this = std::move(other);
}

AppendFile& AppendFile::operator=(AppendFile&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(size_, other.size_);
    std::swap(path_, other.path_);
    return *this;
}

Result<AppendFile> AppendFile::open(const std::string& path, std::size_t size) {
    AppendFile file;
    file.path_ = path;
    file.size_ = size;
    file.descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file.descriptor_ < 0 || ::ftruncate(file.descriptor_, static_cast<off_t>(size)) != 0) {
        return system_error("open " + path);
    }
    sync_directory_of(path);
    return file;
}

Result<Done> AppendFile::append(std::string_view bytes) {
    BG_TRY(write_all(descriptor_, bytes, path_));
    size_ += bytes.size();
    return Done{};
}

Result<Done> AppendFile::sync() const {
    return ::fdatasync(descriptor_) == 0 ? Result<Done>(Done{}) : system_error("sync " + path_);
}

}  // namespace bestgres::fakekube
