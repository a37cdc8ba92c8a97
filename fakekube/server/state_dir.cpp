#include "fakekube/server/state_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <map>
#include <utility>

#include "lib/base/json_nesting.hpp"

namespace bestgres::fakekube {
namespace {

constexpr std::uint64_t reservation = 10000;
constexpr std::size_t least_log_size = 16U << 20U;
constexpr std::string_view snapshot_prefix = "snapshot-";
constexpr std::string_view log_prefix = "log-";

std::string snapshot_name(std::uint64_t version) {
    return std::string(snapshot_prefix) + std::to_string(version);
}
std::string log_name(std::uint64_t version) {
    return std::string(log_prefix) + std::to_string(version);
}

std::optional<std::uint64_t> version_of(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    name.remove_prefix(prefix.size());
    std::uint64_t version = 0;
    const auto [end, problem] = std::from_chars(name.data(), name.data() + name.size(), version);
    return problem == std::errc() && end == name.data() + name.size() ? std::optional(version)
                                                                      : std::nullopt;
}

std::string_view letter(EventType type) {
    switch (type) {
        case EventType::added:
            return "a";
        case EventType::modified:
            return "m";
        case EventType::deleted:
            return "d";
    }
    return "";
}

// A deletion needs the key alone.
Json json_of(const StoredEvent& event) {
    Json json{{"v", event.version},
              {"t", letter(event.type)},
              {"g", event.kind->group},
              {"p", event.kind->plural}};
    if (event.type == EventType::deleted) {
        json["o"] = {
            {"metadata", {{"namespace", event.object.ns()}, {"name", event.object.name()}}}};
    } else {
        json["o"] = event.object.json();
    }
    return json;
}

// The state while a log is replayed, by group, plural, namespace and name.
struct Replay {
    using Key = std::tuple<std::string, std::string, std::string, std::string>;

    void put(const Json& record) {
        kube::Object object(record.at("o"));
        Key key{string_at(record, {"g"}), string_at(record, {"p"}), std::string(object.ns()),
                std::string(object.name())};
        if (string_at(record, {"t"}) == "d") {
            objects.erase(key);
        } else {
            objects.insert_or_assign(std::move(key), std::move(object));
        }
    }
    Image image() const {
        Image image{.version = version, .objects = {}};
        for (const auto& [key, object] : objects) {
            image.objects.push_back(
                {.group = std::get<0>(key), .plural = std::get<1>(key), .object = object});
        }
        return image;
    }

    std::map<Key, kube::Object> objects;
    std::uint64_t version = 0;
    std::uint64_t reserved = 0;
};

Result<Done> replay_record(std::string_view text, Replay& replay) {
    // Around an object as deep as a request may be.
    const Result<Json> record = parse_json_within(text, 2 * deepest_nesting);
    if (!record.ok() || !record->is_object()) {
        return Error{"a record with a right checksum is not JSON"};
    }
    if (const auto reserved = find_int(*record, {"reserved"})) {
        replay.reserved = std::max(replay.reserved, static_cast<std::uint64_t>(*reserved));
    } else if (record->contains("o")) {
        replay.put(*record);
    }
    if (const auto version = find_int(*record, {"v"})) {
        replay.version = std::max(replay.version, static_cast<std::uint64_t>(*version));
    }
    return Done{};
}

Result<Done> replay_snapshot(const std::string& path, Replay& replay) {
    const Result<std::string> bytes = read_whole_file(path);
    BG_TRY(bytes);
    const Result<Records> records = parse_records(*bytes);
    // It was renamed into place whole: anything less is damage, not a torn write.
    if (!records.ok() || records->good_bytes != bytes->size() || records->records.empty()) {
        return Error{path + " is damaged" +
                     (records.ok() ? "" : " (" + records.error().message + ")") +
                     ": restore it from a copy, or remove the directory to begin anew"};
    }
    for (const std::string_view record : records->records) {
        BG_TRY(replay_record(record, replay));
    }
    return Done{};
}

// The number of bytes to keep.
Result<std::size_t> replay_log(const std::string& path, Replay& replay) {
    if (!std::filesystem::exists(path)) {
        return std::size_t{0};
    }
    const Result<std::string> bytes = read_whole_file(path);
    BG_TRY(bytes);
    const Result<Records> records = parse_records(*bytes);
    if (!records.ok()) {
        return Error{path + " is " + records.error().message +
                     ": writes would be lost; restore it from a copy, or cut it off there to give "
                     "up what follows"};
    }
    for (const std::string_view record : records->records) {
        BG_TRY(replay_record(record, replay));
    }
    return records->good_bytes;
}

}  // namespace

Result<StateDir> StateDir::open(const std::string& path) {
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error) {
        return Error{"create " + path + ": " + error.message()};
    }
    StateDir state;
    state.path_ = path;
    state.lock_ = ::open((path + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (state.lock_ < 0) {
        return Error{"cannot write to the state directory " + path};
    }
    if (::flock(state.lock_, LOCK_EX | LOCK_NB) != 0) {
        return Error{"the state directory " + path + " is in use by another process"};
    }
    return state;
}

StateDir::~StateDir() {
    if (lock_ >= 0) {
        ::close(lock_);
    }
}

StateDir::StateDir(StateDir&& other) noexcept {
    *this = std::move(other);
}

StateDir& StateDir::operator=(StateDir&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    std::swap(log_, other.log_);
    std::swap(snapshot_size_, other.snapshot_size_);
    std::swap(reserved_, other.reserved_);
    std::swap(dirty_, other.dirty_);
    return *this;
}

Result<std::optional<Loaded>> StateDir::load() {
    std::optional<std::uint64_t> newest;
    for (const auto& entry : std::filesystem::directory_iterator(path_)) {
        const auto version = version_of(entry.path().filename().string(), snapshot_prefix);
        if (version && (!newest || *version > *newest)) {
            newest = version;
        }
    }
    if (!newest) {
        return std::optional<Loaded>();
    }
    Replay replay;
    BG_TRY(replay_snapshot(file(snapshot_name(*newest)), replay));
    const std::string log = file(log_name(*newest));
    const Result<std::size_t> kept = replay_log(log, replay);
    BG_TRY(kept);
    Loaded loaded;
    if (std::filesystem::exists(log) && std::filesystem::file_size(log) > *kept) {
        loaded.remark = "an unfinished last write of " +
                        std::to_string(std::filesystem::file_size(log) - *kept) +
                        " bytes was cut off " + log;
    }
    replay.version = std::max(replay.version, replay.reserved);
    loaded.image = replay.image();
    return std::optional<Loaded>(std::move(loaded));
}

Result<Done> StateDir::begin(const Image& image) {
    std::string bytes;
    reserved_ = image.version + reservation;
    append_record(bytes, dump({{"format", 1}, {"v", image.version}}));
    append_record(bytes, dump({{"reserved", reserved_}}));
    for (const ImageEntry& entry : image.objects) {
        append_record(bytes,
                      dump({{"g", entry.group}, {"p", entry.plural}, {"o", entry.object.json()}}));
    }
    // The log first: a snapshot without one would be an empty log all the same, but a stale log of
    // that name must not be taken for its continuation.
    Result<AppendFile> log = AppendFile::open(file(log_name(image.version)), 0);
    BG_TRY(log);
    BG_TRY(replace_file(file(snapshot_name(image.version)), bytes, 0600));
    log_ = *std::move(log);
    snapshot_size_ = bytes.size();
    dirty_ = false;
    remove_all_but(image.version);
    return Done{};
}

void StateDir::remove_all_but(std::uint64_t version) const {
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
        const std::string name = entry.path().filename();
        const auto snapshot = version_of(name, snapshot_prefix);
        const auto log = version_of(name, log_prefix);
        if ((snapshot && *snapshot != version) || (log && *log != version)) {
            std::filesystem::remove(entry.path(), ignored);
        }
    }
}

Result<Done> StateDir::reserve(std::uint64_t version) {
    reserved_ = version + reservation;
    std::string bytes;
    append_record(bytes, dump({{"reserved", reserved_}}));
    BG_TRY(log_.append(bytes));
    return log_.sync();
}

Result<Done> StateDir::append(const std::vector<StoredEvent>& events) {
    if (events.empty()) {
        return Done{};
    }
    if (events.back().version >= reserved_) {
        BG_TRY(reserve(events.back().version));
    }
    std::string bytes;
    for (const StoredEvent& event : events) {
        append_record(bytes, dump(json_of(event)));
    }
    dirty_ = true;
    return log_.append(bytes);
}

Result<Done> StateDir::sync() {
    if (!std::exchange(dirty_, false)) {
        return Done{};
    }
    return log_.sync();
}

bool StateDir::wants_snapshot() const {
    return log_.size() > std::max(least_log_size, 4 * snapshot_size_);
}

Result<std::optional<std::string>> StateDir::read_text(const std::string& name) const {
    if (!std::filesystem::exists(file(name))) {
        return std::optional<std::string>();
    }
    Result<std::string> text = read_whole_file(file(name));
    BG_TRY(text);
    return std::optional<std::string>(*std::move(text));
}

Result<Done> StateDir::write_text(const std::string& name, std::string_view text) const {
    return replace_file(file(name), text, 0600);
}

}  // namespace bestgres::fakekube
