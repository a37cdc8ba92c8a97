// What every kube::Cluster must do, whatever is behind it: one suite for the API server in process,
// for a served one, and for any cluster that a kubeconfig names. Include it once a test program and
// instantiate `Contract` with ways to make a Subject.
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lib/kube/cluster.hpp"

namespace bestgres::kube::contract {

using Event = std::variant<Answer, WatchEvent>;

// A cluster under test with a way to wait for what it says.
class Subject {
public:
    virtual ~Subject() = default;
    virtual Cluster& cluster() = 0;
    // The next event; nothing if none comes within `limit`.
    virtual std::optional<Event> next(Duration limit) = 0;
    // A name that no earlier run has used.
    virtual std::string fresh_name() = 0;
    // Whether a watch gets a bookmark within a few seconds.
    virtual bool bookmarks_soon() const { return false; }
    // Whether it does not know its first version any more. A young server may.
    virtual bool has_compacted() const { return true; }
};

struct Maker {
    std::string name;
    std::function<std::unique_ptr<Subject>()> make;
};
inline void PrintTo(const Maker& maker, std::ostream* out) {
    *out << maker.name;
}
inline std::string name_of(const testing::TestParamInfo<Maker>& info) {
    return info.param.name;
}

class Contract : public testing::TestWithParam<Maker> {
protected:
    static constexpr Duration patience = std::chrono::seconds(15);
    static constexpr Duration silence = std::chrono::milliseconds(300);

    void SetUp() override {
        subject_ = GetParam().make();
        ASSERT_NE(subject_, nullptr);
        ns_ = subject_->fresh_name();
        const Result<Outcome, Error> made =
            call(Create{kinds::namespace_, Object(Json{{"metadata", {{"name", ns_}}}})});
        ASSERT_TRUE(made.ok()) << made.error().message;
    }
    void TearDown() override {
        if (subject_ != nullptr) {
            static_cast<void>(call(Delete{.ref = {kinds::namespace_, "", ns_}}));
        }
    }

    Result<Outcome, Error> call(Call what) {
        const CallId id = ++last_id_;
        subject_->cluster().submit(id, std::move(what));
        while (answers_.empty() || answers_.front().id != id) {
            answers_.clear();
            if (!pump(patience)) {
                return Error{.code = ErrorCode::timeout,
                             .applied = Applied::unknown,
                             .message = "the cluster never answered",
                             .retry_after = std::nullopt,
                             .fields = {}};
            }
        }
        Answer answer = std::move(answers_.front());
        answers_.pop_front();
        return std::move(answer.outcome);
    }
    // The object of a call that must succeed.
    Object object_of(Call what) {
        const Result<Outcome, Error> outcome = call(std::move(what));
        EXPECT_TRUE(outcome.ok()) << outcome.error().message;
        const Object* object = outcome.ok() ? std::get_if<Object>(&*outcome) : nullptr;
        EXPECT_NE(object, nullptr);
        return object != nullptr ? *object : Object();
    }
    // The error of a call that must fail.
    Error error_of(Call what) {
        const Result<Outcome, Error> outcome = call(std::move(what));
        EXPECT_FALSE(outcome.ok());
        return outcome.ok() ? Error{} : outcome.error();
    }
    Listing list(const std::string& labels = "", const std::string& fields = "") {
        const Result<Outcome, Error> outcome = call(List{.kind = kinds::config_map,
                                                         .ns = ns_,
                                                         .label_selector = labels,
                                                         .field_selector = fields});
        EXPECT_TRUE(outcome.ok()) << outcome.error().message;
        return outcome.ok() ? std::get<Listing>(*outcome) : Listing{};
    }

    WatchId watch(const std::string& from, const std::string& labels = "") {
        const WatchId id = ++last_id_;
        subject_->cluster().watch(id, {.kind = kinds::config_map,
                                       .ns = ns_,
                                       .label_selector = labels,
                                       .field_selector = "",
                                       .from_version = from});
        return id;
    }
    std::optional<WatchEvent> next_watched(Duration limit) {
        while (watched_.empty()) {
            if (!pump(limit)) {
                return std::nullopt;
            }
        }
        WatchEvent event = std::move(watched_.front());
        watched_.pop_front();
        return event;
    }
    // "added a", skipping bookmarks and what concerns objects the test does not own.
    std::string next_change() {
        while (true) {
            const std::optional<WatchEvent> event = next_watched(patience);
            if (!event) {
                return "nothing";
            }
            const std::string name(event->object.name());
            if (event->type == WatchEventType::bookmark || name == "kube-root-ca.crt") {
                continue;
            }
            switch (event->type) {
                case WatchEventType::added:
                    return "added " + name;
                case WatchEventType::modified:
                    return "modified " + name;
                case WatchEventType::deleted:
                    return "deleted " + name;
                case WatchEventType::bookmark:
                    return "bookmark";
                case WatchEventType::gone:
                    return "gone";
                case WatchEventType::closed:
                    return "closed: " + event->message;
            }
        }
    }

    Ref ref(const std::string& name) const { return {kinds::config_map, ns_, name}; }
    Object config_map(const std::string& name, const std::string& value,
                      Json labels = Json::object()) const {
        return Object(
            Json{{"metadata", {{"name", name}, {"namespace", ns_}, {"labels", std::move(labels)}}},
                 {"data", {{"key", value}}}});
    }
    Object create(const std::string& name, Json labels = Json::object()) {
        return object_of(Create{kinds::config_map, config_map(name, "1", std::move(labels))});
    }
    Patch set_value(const std::string& name, const std::string& value) const {
        return {.ref = ref(name),
                .type = PatchType::merge,
                .body = {{"data", {{"key", value}}}},
                .subresource = ""};
    }
    Apply apply(const std::string& manager, const std::string& value, bool force) const {
        return {.kind = kinds::config_map,
                .object = config_map("applied", value),
                .field_manager = manager,
                .force = force,
                .subresource = ""};
    }

    std::string ns_;
    std::unique_ptr<Subject> subject_;

private:
    bool pump(Duration limit) {
        std::optional<Event> event = subject_->next(limit);
        if (!event) {
            return false;
        }
        if (auto* answer = std::get_if<Answer>(&*event)) {
            answers_.push_back(std::move(*answer));
        } else {
            watched_.push_back(std::move(std::get<WatchEvent>(*event)));
        }
        return true;
    }

    CallId last_id_ = 0;
    std::deque<Answer> answers_;
    std::deque<WatchEvent> watched_;
};

// --- reading and writing

TEST_P(Contract, creates_reads_and_deletes) {
    const Object made = create("a");
    EXPECT_EQ(made.kind(), "ConfigMap");
    EXPECT_EQ(made.api_version(), "v1");
    EXPECT_FALSE(made.uid().empty());
    EXPECT_FALSE(made.resource_version().empty());
    EXPECT_TRUE(made.creation_timestamp().has_value());
    EXPECT_EQ(object_of(Get{ref("a")}).uid(), made.uid());
    const Result<Outcome, Error> removed = call(Delete{.ref = ref("a")});
    ASSERT_TRUE(removed.ok()) << removed.error().message;
    EXPECT_TRUE(std::holds_alternative<Done>(*removed)) << "nothing stays";
    EXPECT_EQ(error_of(Get{ref("a")}).code, ErrorCode::not_found);
    EXPECT_EQ(error_of(Delete{.ref = ref("a")}).code, ErrorCode::not_found);
}

TEST_P(Contract, a_taken_name_is_told_apart_from_a_conflict) {
    create("a");
    const Error error = error_of(Create{kinds::config_map, config_map("a", "2")});
    EXPECT_EQ(error.code, ErrorCode::already_exists);
    EXPECT_EQ(error.applied, Applied::no);
    EXPECT_NE(error.message.find("ConfigMap " + ns_ + "/a"), std::string::npos) << error.message;
}

TEST_P(Contract, a_stale_version_is_a_conflict) {
    const Object old = create("a");
    const Object now = object_of(set_value("a", "2"));
    EXPECT_NE(now.resource_version(), old.resource_version());
    EXPECT_EQ(error_of(Replace{kinds::config_map, old, ""}).code, ErrorCode::conflict);
    Patch stale = set_value("a", "3");
    stale.body["metadata"]["resourceVersion"] = old.resource_version();
    EXPECT_EQ(error_of(stale).code, ErrorCode::conflict);
    Json changed = now.json();
    changed["data"]["key"] = "4";
    EXPECT_EQ(object_of(Replace{kinds::config_map, Object(changed), ""}).text_at({"data", "key"}),
              "4");
}

TEST_P(Contract, a_write_that_changes_nothing_keeps_the_version) {
    const Object made = create("a");
    EXPECT_EQ(object_of(set_value("a", "1")).resource_version(), made.resource_version());
    EXPECT_EQ(object_of(Replace{kinds::config_map, made, ""}).resource_version(),
              made.resource_version());
}

TEST_P(Contract, patches_in_three_ways) {
    create("a");
    EXPECT_EQ(object_of(Patch{.ref = ref("a"),
                              .type = PatchType::merge,
                              .body = {{"data", {{"key", nullptr}, {"b", "1"}}}},
                              .subresource = ""})
                  .json()
                  .at("data"),
              (Json{{"b", "1"}}));
    const Json ops = Json::array({{{"op", "test"}, {"path", "/data/b"}, {"value", "1"}},
                                  {{"op", "add"}, {"path", "/data/c"}, {"value", "2"}}});
    EXPECT_EQ(object_of(Patch{ref("a"), PatchType::json, ops, ""}).text_at({"data", "c"}), "2");
    EXPECT_EQ(object_of(Patch{.ref = ref("a"),
                              .type = PatchType::strategic,
                              .body = {{"metadata", {{"finalizers", {"contract.test/f"}}}}},
                              .subresource = ""})
                  .has_finalizer("contract.test/f"),
              true);
    object_of(Patch{.ref = ref("a"),
                    .type = PatchType::merge,
                    .body = {{"metadata", {{"finalizers", nullptr}}}},
                    .subresource = ""});
}

TEST_P(Contract, refuses_an_invalid_object_and_names_the_field) {
    const Error error = error_of(Create{kinds::config_map, config_map("Not_Valid", "1")});
    EXPECT_EQ(error.code, ErrorCode::invalid);
    EXPECT_EQ(error.fields, std::vector<std::string>{"metadata.name"});
}

TEST_P(Contract, a_missing_namespace_is_not_found) {
    Json object = config_map("a", "1").json();
    object["metadata"]["namespace"] = ns_ + "-missing";
    EXPECT_EQ(error_of(Create{kinds::config_map, Object(object)}).code, ErrorCode::not_found);
}

// --- deleting

TEST_P(Contract, a_delete_honours_its_preconditions) {
    const Object old = create("a");
    const Object now = object_of(set_value("a", "2"));
    EXPECT_EQ(error_of(Delete{.ref = ref("a"), .only_if = {.uid = "another"}}).code,
              ErrorCode::conflict);
    EXPECT_EQ(error_of(Delete{.ref = ref("a"),
                              .only_if = {.resource_version = std::string(old.resource_version())}})
                  .code,
              ErrorCode::conflict);
    EXPECT_TRUE(call(Delete{.ref = ref("a"),
                            .only_if = {.uid = std::string(now.uid()),
                                        .resource_version = std::string(now.resource_version())}})
                    .ok());
}

TEST_P(Contract, a_finalizer_holds_an_object_until_it_is_removed) {
    Json held = config_map("a", "1").json();
    held["metadata"]["finalizers"] = {"contract.test/hold"};
    object_of(Create{kinds::config_map, Object(held)});
    const Object dying = object_of(Delete{.ref = ref("a")});
    EXPECT_TRUE(dying.being_deleted());
    const Object again = object_of(Delete{.ref = ref("a")});
    EXPECT_EQ(again.resource_version(), dying.resource_version()) << "nothing changed";
    EXPECT_EQ(error_of(Create{kinds::config_map, config_map("a", "2")}).code,
              ErrorCode::already_exists);
    watch(std::string(again.resource_version()));
    object_of(Patch{.ref = ref("a"),
                    .type = PatchType::merge,
                    .body = {{"metadata", {{"finalizers", nullptr}}}},
                    .subresource = ""});
    EXPECT_EQ(next_change(), "deleted a");
    EXPECT_EQ(error_of(Get{ref("a")}).code, ErrorCode::not_found);
}

TEST_P(Contract, foreground_deletion_keeps_the_object_for_the_collector) {
    create("a");
    const Result<Outcome, Error> outcome =
        call(Delete{.ref = ref("a"), .propagation = Propagation::foreground});
    ASSERT_TRUE(outcome.ok()) << outcome.error().message;
    const Object* object = std::get_if<Object>(&*outcome);
    ASSERT_NE(object, nullptr);
    EXPECT_TRUE(object->has_finalizer("foregroundDeletion"));
    EXPECT_TRUE(object->being_deleted());
}

TEST_P(Contract, an_eviction_removes_a_pod_that_no_budget_protects) {
    static_cast<void>(
        call(Create{kinds::service_account,
                    Object(Json{{"metadata", {{"name", "default"}, {"namespace", ns_}}}})}));
    object_of(Create{
        kinds::pod,
        Object(Json{{"metadata", {{"name", "p"}, {"namespace", ns_}}},
                    {"spec",
                     {{"nodeSelector", {{"contract.test/nowhere", "true"}}},
                      {"containers", Json::array({{{"name", "c"}, {"image", "none"}}})}}}})});
    const Result<Outcome, Error> evicted =
        call(Evict{.pod = {kinds::pod, ns_, "p"}, .only_if = {}});
    ASSERT_TRUE(evicted.ok()) << evicted.error().message;
    EXPECT_EQ(error_of(Get{{kinds::pod, ns_, "p"}}).code, ErrorCode::not_found);
}

// --- server-side apply

TEST_P(Contract, apply_creates_and_repeats_without_a_write) {
    const Object made = object_of(apply("one", "1", false));
    EXPECT_EQ(object_of(apply("one", "1", false)).resource_version(), made.resource_version());
    EXPECT_EQ(object_of(apply("one", "2", false)).text_at({"data", "key"}), "2");
}

TEST_P(Contract, apply_by_another_manager_conflicts_unless_forced) {
    object_of(apply("one", "1", false));
    const Error error = error_of(apply("two", "2", false));
    EXPECT_EQ(error.code, ErrorCode::conflict);
    EXPECT_NE(error.message.find("one"), std::string::npos) << error.message;
    EXPECT_EQ(object_of(apply("two", "2", true)).text_at({"data", "key"}), "2");
    EXPECT_EQ(error_of(apply("one", "1", false)).code, ErrorCode::conflict)
        << "the field has changed hands";
}

TEST_P(Contract, apply_removes_what_its_manager_no_longer_names) {
    object_of(apply("one", "1", false));
    Apply without = apply("one", "1", false);
    Json object = without.object.json();
    object["data"] = {{"other", "2"}};
    without.object = Object(object);
    EXPECT_EQ(object_of(without).json().at("data"), (Json{{"other", "2"}}));
}

// --- status

TEST_P(Contract, status_and_spec_are_written_apart) {
    const Json labels{{"app", "x"}};
    const Json spec{{"replicas", 0},
                    {"serviceName", "x"},
                    {"selector", {{"matchLabels", labels}}},
                    {"template",
                     {{"metadata", {{"labels", labels}}},
                      {"spec", {{"containers", Json::array({{{"name", "c"}, {"image", "i"}}})}}}}}};
    const Object set(Json{{"metadata", {{"name", "s"}, {"namespace", ns_}}}, {"spec", spec}});
    const Object made = object_of(Create{kinds::stateful_set, set});
    EXPECT_EQ(made.generation(), 1);
    const Ref name{kinds::stateful_set, ns_, "s"};
    const Object after =
        object_of(Patch{.ref = name,
                        .type = PatchType::merge,
                        .body = {{"status", {{"replicas", 7}}}, {"spec", {{"replicas", 3}}}},
                        .subresource = "status"});
    EXPECT_EQ(find_int(after.json(), {"spec", "replicas"}), 0);
    EXPECT_EQ(find_int(after.json(), {"status", "replicas"}), 7);
    EXPECT_EQ(after.generation(), 1);
    const Object grown =
        object_of(Patch{.ref = name,
                        .type = PatchType::merge,
                        .body = {{"spec", {{"replicas", 0}}}, {"status", {{"replicas", 9}}}},
                        .subresource = ""});
    EXPECT_EQ(find_int(grown.json(), {"status", "replicas"}), 7) << "only /status writes it";
}

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
