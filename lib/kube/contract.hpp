// What the cases of the contract suite share: a cluster under test, and calls that wait for their
// answers.
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

}  // namespace bestgres::kube::contract
