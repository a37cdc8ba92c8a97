#include "fakekube/server/state_dir.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>

namespace bestgres::fakekube {
namespace {

const auto pods = std::make_shared<const StorageKind>(StorageKind{.group = "", .plural = "pods"});

kube::Object pod(const std::string& name, const std::string& text) {
    return kube::Object(
        Json{{"metadata", {{"name", name}, {"namespace", "shop"}}}, {"data", text}});
}

StoredEvent event(std::uint64_t version, EventType type, const kube::Object& object) {
    return {.version = version, .type = type, .kind = pods, .before = {}, .object = object};
}

class StateDirectory : public testing::Test {
protected:
    StateDirectory() {
        std::string pattern = std::filesystem::temp_directory_path() / "state-XXXXXX";
        path_ = mkdtemp(pattern.data());
    }
    ~StateDirectory() override { std::filesystem::remove_all(path_); }

    // A server that began at version 10 with one pod and wrote three times.
    void write_some() const {
        StateDir state = *StateDir::open(path_);
        ASSERT_TRUE(
            state
                .begin({.version = 10,
                        .objects = {{.group = "", .plural = "pods", .object = pod("a", "1")}}})
                .ok());
        ASSERT_TRUE(state
                        .append({event(11, EventType::added, pod("b", "1")),
                                 event(12, EventType::modified, pod("a", "2"))})
                        .ok());
        ASSERT_TRUE(state.append({event(13, EventType::deleted, pod("b", "1"))}).ok());
        ASSERT_TRUE(state.sync().ok());
    }
    static std::string names(const Image& image) {
        std::string text;
        for (const ImageEntry& entry : image.objects) {
            text += std::string(entry.object.name()) + "=" +
                    string_at(entry.object.json(), {"data"}) + " ";
        }
        return text;
    }
    std::string log() const { return path_ / "log-10"; }

    std::filesystem::path path_;
};

TEST_F(StateDirectory, is_empty_at_first) {
    StateDir state = *StateDir::open(path_ / "new" / "deep");
    EXPECT_FALSE((*state.load()).has_value());
}

TEST_F(StateDirectory, comes_back_with_every_write_and_a_higher_version) {
    write_some();
    StateDir state = *StateDir::open(path_);
    const auto loaded = *state.load();
    ASSERT_TRUE(loaded.has_value());
    EXPECT_EQ(names(loaded->image), "a=2 ");
    EXPECT_GT(loaded->image.version, 13U);
    EXPECT_EQ(loaded->remark, "");
}

TEST_F(StateDirectory, is_locked_while_in_use) {
    const StateDir state = *StateDir::open(path_);
    const Result<StateDir> second = StateDir::open(path_);
    ASSERT_FALSE(second.ok());
    EXPECT_NE(second.error().message.find("in use"), std::string::npos);
}

TEST_F(StateDirectory, cuts_off_a_torn_end) {
    write_some();
    std::filesystem::resize_file(log(), std::filesystem::file_size(log()) - 3);
    StateDir state = *StateDir::open(path_);
    const auto loaded = *state.load();
    EXPECT_EQ(names(loaded->image), "a=2 b=1 ") << "the deletion was the torn write";
    EXPECT_GT(loaded->image.version, 13U) << "the version of a lost write is never used again";
    EXPECT_NE(loaded->remark.find("unfinished"), std::string::npos);
}

TEST_F(StateDirectory, refuses_damage_in_the_middle) {
    write_some();
    std::fstream file(log(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(40);
    file.put('#');
    file.close();
    StateDir state = *StateDir::open(path_);
    const auto loaded = state.load();
    ASSERT_FALSE(loaded.ok());
    EXPECT_NE(loaded.error().message.find("log-10 is damaged at byte 0"), std::string::npos)
        << loaded.error().message;
}

TEST_F(StateDirectory, refuses_a_damaged_snapshot) {
    write_some();
    std::filesystem::resize_file(path_ / "snapshot-10", 50);
    StateDir state = *StateDir::open(path_);
    EXPECT_FALSE(state.load().ok());
}

TEST_F(StateDirectory, a_new_snapshot_replaces_the_old_one) {
    write_some();
    StateDir state = *StateDir::open(path_);
    const Image image = (*state.load())->image;
    ASSERT_TRUE(state.begin(image).ok());
    EXPECT_FALSE(std::filesystem::exists(log()));
    EXPECT_EQ(names((*state.load())->image), "a=2 ");
}

RC_GTEST_PROP(Records, survive_a_cut_at_any_byte, (const std::vector<std::string>& texts)) {
    std::string bytes;
    std::vector<std::size_t> ends{0};
    for (const std::string& text : texts) {
        append_record(bytes, text);
        ends.push_back(bytes.size());
    }
    const std::size_t cut = *rc::gen::inRange<std::size_t>(0, bytes.size() + 1);
    const std::string torn = bytes.substr(0, cut);
    const Result<Records> records = parse_records(torn);
    RC_ASSERT(records.ok());
    const auto whole = static_cast<std::size_t>(std::ranges::count_if(
                           ends, [&](std::size_t end) { return end <= cut; })) -
                       1;
    RC_ASSERT(records->records.size() == whole);
    for (std::size_t i = 0; i < whole; ++i) {
        RC_ASSERT(records->records[i] == texts[i]);
    }
}

TEST(Checksum, is_crc_32c) {
    EXPECT_EQ(checksum("123456789"), 0xe3069283U);
}

}  // namespace
}  // namespace bestgres::fakekube
