// Of the contract suite (contract_test.hpp): what lists and watches must tell.
#pragma once

#include "lib/kube/contract.hpp"

namespace bestgres::kube::contract {

// --- lists

TEST_P(Contract, lists_everything_over_pages_with_types) {
    std::set<std::string> names;
    for (int i = 0; i < 7; ++i) {
        names.insert("page-" + std::to_string(i));
        create("page-" + std::to_string(i));
    }
    std::set<std::string> found;
    for (const Object& item : list().items) {
        EXPECT_EQ(item.kind(), "ConfigMap");
        EXPECT_EQ(item.api_version(), "v1");
        if (item.name() != "kube-root-ca.crt") {
            found.emplace(item.name());
        }
    }
    EXPECT_EQ(found, names);
}

TEST_P(Contract, lists_by_label_and_field) {
    create("a", {{"tier", "gold"}});
    create("b", {{"tier", "iron"}});
    create("c");
    EXPECT_EQ(list("tier in (gold,iron)").items.size(), 2U);
    EXPECT_EQ(list("tier,tier!=iron").items.size(), 1U);
    EXPECT_EQ(list("", "metadata.name=c").items.size(), 1U);
    EXPECT_EQ(list("tier=lead").items.size(), 0U);
    EXPECT_EQ(error_of(List{.kind = kinds::config_map, .ns = ns_, .label_selector = "a b"}).code,
              ErrorCode::invalid);
}

// --- watches

TEST_P(Contract, a_watch_continues_where_a_list_ended) {
    create("before");
    const Listing listing = list();
    create("a");
    watch(listing.resource_version);
    object_of(set_value("a", "2"));
    static_cast<void>(call(Delete{.ref = ref("a")}));
    EXPECT_EQ(next_change(), "added a");
    EXPECT_EQ(next_change(), "modified a");
    EXPECT_EQ(next_change(), "deleted a");
}

// Who keeps an index by labels finds it there.
TEST_P(Contract, what_leaves_a_selection_is_told_as_it_was_in_it) {
    const std::string begin = list().resource_version;
    create("a", {{"seen", "yes"}});
    watch(begin, "seen=yes");
    EXPECT_EQ(next_change(), "added a");
    const Object left = object_of(Patch{.ref = ref("a"),
                                        .type = PatchType::merge,
                                        .body = {{"metadata", {{"labels", {{"seen", nullptr}}}}}},
                                        .subresource = ""});

    std::optional<WatchEvent> event = next_watched(patience);
    while (event && event->type == WatchEventType::bookmark) {
        event = next_watched(patience);
    }
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->object.label("seen"), "yes");
    EXPECT_EQ(event->object.resource_version(), left.resource_version());
}

TEST_P(Contract, a_watch_resumes_from_the_last_version_seen) {
    const WatchId first = watch(list().resource_version);
    const Object a = create("a");
    EXPECT_EQ(next_change(), "added a");
    subject_->cluster().unwatch(first);
    create("b");
    EXPECT_FALSE(next_watched(silence).has_value()) << "it was ended";
    watch(std::string(a.resource_version()));
    EXPECT_EQ(next_change(), "added b");
}

TEST_P(Contract, a_deletion_carries_a_version_of_its_own) {
    const Object a = create("a");
    watch(std::string(a.resource_version()));
    static_cast<void>(call(Delete{.ref = ref("a")}));
    std::optional<WatchEvent> event = next_watched(patience);
    while (event && event->type == WatchEventType::bookmark) {
        event = next_watched(patience);
    }
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->type, WatchEventType::deleted);
    EXPECT_GT(std::stoull(std::string(event->object.resource_version())),
              std::stoull(std::string(a.resource_version())));
    EXPECT_EQ(event->object.text_at({"data", "key"}), "1") << "the last state";
}

TEST_P(Contract, a_selector_turns_changes_into_arrivals_and_departures) {
    create("a");
    watch(list().resource_version, "seen=yes");
    const auto label = [this](const Json& value) {
        object_of(Patch{.ref = ref("a"),
                        .type = PatchType::merge,
                        .body = {{"metadata", {{"labels", {{"seen", value}}}}}},
                        .subresource = ""});
    };
    label("yes");
    object_of(set_value("a", "2"));
    label(nullptr);
    EXPECT_EQ(next_change(), "added a");
    EXPECT_EQ(next_change(), "modified a");
    EXPECT_EQ(next_change(), "deleted a");
}

TEST_P(Contract, a_version_that_was_compacted_is_gone) {
    if (!subject_->has_compacted()) {
        GTEST_SKIP() << "this cluster may still know its first version";
    }
    watch("1");
    const std::optional<WatchEvent> event = next_watched(patience);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->type, WatchEventType::gone);
}

TEST_P(Contract, a_bookmark_moves_the_version_on) {
    if (!subject_->bookmarks_soon()) {
        GTEST_SKIP() << "this cluster sends bookmarks about once a minute";
    }
    const Object a = create("a");
    watch(list().resource_version);
    create("b");
    EXPECT_EQ(next_change(), "added b");
    std::optional<WatchEvent> event = next_watched(patience);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->type, WatchEventType::bookmark) << event->message;
    EXPECT_GT(std::stoull(std::string(event->object.resource_version())),
              std::stoull(std::string(a.resource_version())));
    event = next_watched(patience);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->type, WatchEventType::closed) << "the server ends a watch at its time";
}

}  // namespace bestgres::kube::contract
