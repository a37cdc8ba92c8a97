// The algebra that users of server-side apply rely on.
#include <gtest/gtest.h>

#include <rapidcheck/gtest.h>

#include "fakekube/apply/apply.hpp"
#include "fakekube/apply/ownership.hpp"
#include "fakekube/apply/testing.hpp"

namespace bestgres::fakekube {
namespace {

Json apply(const Json& live, const std::string& manager, const Json& config) {
    const TypeSchema schema = testing::example_schema();
    const Outcome<Json> result = server_side_apply(ApplyInput{
        .live = live,
        .applied = config,
        .schema = schema,
        .writer =
            Writer{.manager = manager, .api_version = "v1", .subresource = "", .reset_fields = {}},
        .force = true,
        .now = Instant{}});
    RC_ASSERT(result.ok());
    return *result;
}

rc::Gen<std::vector<int>> some_numbers() {
    return rc::gen::map(rc::gen::inRange(0, 16), [](int bits) {
        std::vector<int> numbers;
        for (int number = 0; number < 4; ++number) {
            if ((bits >> number & 1) != 0) {
                numbers.push_back(number);
            }
        }
        return numbers;
    });
}

// Configurations whose keys all begin with `prefix`, so that two prefixes never meet.
Json some_config(const std::string& prefix) {
    Json config = {{"metadata", {{"name", "a"}}}};
    for (const int number : *some_numbers()) {
        config["data"][prefix + std::to_string(number)] = std::to_string(number);
    }
    for (const int number : *some_numbers()) {
        config["spec"]["tags"].push_back(prefix + std::to_string(number));
    }
    for (const int number : *some_numbers()) {
        config["spec"]["ports"].push_back({{"port", prefix == "a" ? number : number + 10}});
    }
    return config;
}

Json content(Json object) {
    object["metadata"].erase("managedFields");
    for (const char* list : {"tags", "ports"}) {
        if (find(object, {"spec", list}) != nullptr) {
            Json& items = object["spec"][list];
            std::sort(items.begin(), items.end());
        }
    }
    return object;
}

RC_GTEST_PROP(ServerSideApply, is_idempotent, ()) {
    const Json live = apply(Json(), "b", some_config("b"));
    const Json config = some_config("a");

    const Json once = apply(live, "a", config);

    RC_ASSERT(apply(once, "a", config) == once);
}

RC_GTEST_PROP(ServerSideApply, commutes_for_disjoint_fields, ()) {
    const Json first = some_config("a");
    const Json second = some_config("b");

    const Json one = apply(apply(Json(), "a", first), "b", second);
    const Json other = apply(apply(Json(), "b", second), "a", first);

    RC_ASSERT(content(one) == content(other));
    RC_ASSERT(one["metadata"].value("managedFields", Json()) ==
              other["metadata"].value("managedFields", Json()));
}

RC_GTEST_PROP(ServerSideApply, removes_what_one_owned_alone, ()) {
    const Json mine = some_config("a");
    const Json theirs = some_config("b");
    const Json both = apply(apply(Json(), "b", theirs), "a", mine);

    const Json left = apply(both, "a", Json{{"metadata", {{"name", "a"}}}});

    RC_ASSERT(content(left) == content(apply(Json(), "b", theirs)));
}

// The short way of a write that changes values alone must give what the whole algebra gives.
RC_GTEST_PROP(TrackUpdate, keeps_the_list_only_where_the_algebra_keeps_it, ()) {
    const Manager writer{.name = "w", .applies = false, .api_version = "v1", .subresource = ""};
    Managed managed;
    for (const char* name : {"w", "a", "b"}) {
        FieldSet fields = *testing::some_field_set();
        if (!fields.empty()) {
            const Manager manager{.name = name,
                                  .applies = std::string_view(name) == "a",
                                  .api_version = std::string_view(name) == "a" ? "" : "v1",
                                  .subresource = ""};
            managed[manager] = {
                .api_version = "v1", .fields = std::move(fields), .time = Instant{}};
        }
    }
    Comparison change;
    change.modified = intersect(managed[writer].fields, *testing::some_field_set());
    std::erase_if(managed, [](const auto& entry) { return entry.second.fields.empty(); });
    const Json list = managed_fields_json(managed);
    const bool keeps = keeps_owners(list, writer, change);
    RC_CLASSIFY(keeps && !change.modified.empty());

    take_ownership(managed, writer, change);
    own_update(managed, UpdateChange{.writer = writer,
                                     .api_version = "v1",
                                     .change = change,
                                     .now = Instant{} + std::chrono::hours(1)});

    RC_ASSERT(!keeps || managed_fields_json(managed) == list);
}

}  // namespace
}  // namespace bestgres::fakekube
