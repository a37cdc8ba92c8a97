#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "fakekube/names.hpp"
#include "fakekube/registry.hpp"
#include "fakekube/rest/body.hpp"
#include "fakekube/rest/encode.hpp"
#include "fakekube/rest/escalation.hpp"
#include "fakekube/rest/handler.hpp"
#include "fakekube/rest/watch.hpp"

namespace bestgres::fakekube {
namespace {

// Answers in another form than the one asked for are refused before anything is done.
Outcome<Done> check_format(Exchange& exchange) {
    Outcome<Format> format = negotiate(exchange.request, exchange.query, true);
    if (!format.ok()) {
        return std::move(format).error();
    }
    exchange.format = std::move(*format);
    const std::string include = first(exchange.query, "includeObject");
    if (exchange.format.shape == Format::Shape::table && !include.empty() && include != "None" &&
        include != "Metadata" && include != "Object") {
        return bad_request(fmt::format(
            "Unable to convert to Table as requested: includeObject: Invalid value: {}: must be "
            "'Metadata', 'Object', 'None', or empty",
            go_quote(include)));
    }
    return Done{};
}

Outcome<Response> handle_get(const ServerState& state, const Exchange& exchange) {
    const Outcome<kube::Object> object = get_object(state, *exchange.resource, key_of(exchange));
    if (!object.ok()) {
        return object.error();
    }
    return object_response(200, *exchange.resource, *object,
                           {exchange.format, exchange.now, first(exchange.query, "includeObject")});
}

Outcome<std::int64_t> integer_parameter(const Query& query, const std::string& name) {
    const std::string text = first(query, name);
    std::int64_t value = 0;
    if (text.empty()) {
        return value;
    }
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc() || end != text.data() + text.size()) {
        return bad_request(
            fmt::format("strconv.ParseInt: parsing {}: invalid syntax", go_quote(text)));
    }
    return value;
}

Outcome<ListOptions> list_options(const Query& query) {
    const Outcome<std::int64_t> limit = integer_parameter(query, "limit");
    if (!limit.ok()) {
        return limit.error();
    }
    BG_TRY(integer_parameter(query, "timeoutSeconds"));
    ListOptions options{.label_selector = first(query, "labelSelector"),
                        .field_selector = first(query, "fieldSelector"),
                        .limit = *limit,
                        .continue_token = first(query, "continue"),
                        .resource_version = first(query, "resourceVersion"),
                        .resource_version_match = first(query, "resourceVersionMatch")};
    return options;
}

Outcome<Done> check_version_match(const ListOptions& options) {
    const std::string& match = options.resource_version_match;
    if (match.empty()) {
        return Done{};
    }
    FieldErrors errors;
    const char* field = "resourceVersionMatch";
    if (options.resource_version.empty()) {
        errors.push_back(forbidden(
            field, "resourceVersionMatch is forbidden unless resourceVersion is provided"));
    }
    if (!options.continue_token.empty()) {
        errors.push_back(
            forbidden(field, "resourceVersionMatch is forbidden when continue is provided"));
    }
    if (match != "Exact" && match != "NotOlderThan") {
        errors.push_back(not_supported(field, match, {"Exact", "NotOlderThan", ""}));
    }
    if (match == "Exact" && options.resource_version == "0") {
        errors.push_back(forbidden(field,
                                   "resourceVersionMatch \"exact\" is forbidden for "
                                   "resourceVersion \"0\""));
    }
    if (!errors.empty()) {
        return invalid("meta.k8s.io", "ListOptions", "", errors);
    }
    return Done{};
}

Outcome<Response> handle_list(const ServerState& state, const Exchange& exchange) {
    const Outcome<ListOptions> options = list_options(exchange.query);
    if (!options.ok()) {
        return options.error();
    }
    BG_TRY(check_version_match(*options));
    const Outcome<ListResult> list =
        list_objects(state, *exchange.resource, exchange.route.ns, *options);
    if (!list.ok()) {
        return list.error();
    }
    return list_response(*exchange.resource, *list,
                         {exchange.format, exchange.now, first(exchange.query, "includeObject")});
}

Outcome<Response> handle_watch(const ServerState& state, const Exchange& exchange) {
    const Outcome<ListOptions> options = list_options(exchange.query);
    if (!options.ok()) {
        return options.error();
    }
    std::string fields = options->field_selector;
    if (!exchange.route.name.empty()) {  // the deprecated /watch/ prefix with a name
        fields += (fields.empty() ? "" : ",") + ("metadata.name=" + exchange.route.name);
    }
    Outcome<Selection> selection =
        parse_selection(exchange.resource, options->label_selector, fields);
    if (!selection.ok()) {
        return std::move(selection).error();
    }
    selection->ns = exchange.resource->namespaced ? exchange.route.ns : std::string();
    return open_watch(state, std::move(*selection),
                      {exchange.query, exchange.format, exchange.now});
}

// The namespace of the URL goes into the body; another one there is refused.
Outcome<Done> set_namespace(const Exchange& exchange, Json& body) {
    if (!body.contains("metadata") || !body["metadata"].is_object()) {
        body["metadata"] = Json::object();
    }
    if (!exchange.resource->namespaced) {
        return Done{};
    }
    const Json* given = find(body, {"metadata", "namespace"});
    if (given != nullptr && given->is_string() && *given != "" && *given != exchange.route.ns) {
        return bad_request(fmt::format(
            "the namespace of the object ({}) does not match the namespace on the request ({})",
            given->get<std::string>(), exchange.route.ns));
    }
    if (given == nullptr || given->is_null() || *given == "") {
        body["metadata"]["namespace"] = exchange.route.ns;
    }
    return Done{};
}

Outcome<Response> handle_create(ServerState& state, Exchange& exchange) {
    const Outcome<WriteOptions> options =
        read_write_options(exchange.request, exchange.query, "CreateOptions");
    Outcome<Json> body = read_object(state, *exchange.resource, exchange.request);
    if (!body.ok()) {
        return std::move(body).error();
    }
    if (!options.ok()) {
        return options.error();
    }
    BG_TRY(set_namespace(exchange, *body));
    BG_TRY(check_escalation(state, exchange, *body));
    const Outcome<Written> written =
        create_object(state, context_of(exchange, *options), *exchange.resource, std::move(*body));
    if (!written.ok()) {
        return written.error();
    }
    return written_response(exchange, *written);
}

Outcome<Done> check_name(const Exchange& exchange, const Json& body) {
    const std::string name = string_at(body, {"metadata", "name"});
    if (name.empty()) {
        return bad_request(fmt::format(
            "the name of the object ({} based on URL) was undeterminable: name must be provided",
            exchange.route.name));
    }
    if (name != exchange.route.name) {
        return bad_request(
            fmt::format("the name of the object ({}) does not match the name on the URL ({})", name,
                        exchange.route.name));
    }
    return Done{};
}

// What may be patched may still have to be allowed: an apply that creates asks for that verb too.
Outcome<Done> check_patched(const ServerState& before, ServerState& state, const Exchange& exchange,
                            const Written& written) {
    if (written.created) {
        Attributes asked = authorized_attributes(exchange.route, exchange.query);
        asked.verb = "create";
        BG_TRY(authorize(state, exchange.user, asked));
    }
    return check_escalation(before, exchange, written.object.json());
}

Outcome<Response> handle_patch(ServerState& state, Exchange& exchange) {
    const Outcome<PatchRequest> patch = read_patch(*exchange.resource, exchange.request);
    if (!patch.ok()) {
        return patch.error();
    }
    const Outcome<WriteOptions> options =
        read_write_options(exchange.request, exchange.query, "PatchOptions");
    if (!options.ok()) {
        return options.error();
    }
    PatchRequest request = *patch;
    if (request.type == PatchType::apply) {
        BG_TRY(prepare_apply(exchange, request.body));
    }
    ServerState before = state;
    const Outcome<Written> written = patch_object(state, context_of(exchange, *options),
                                                  *exchange.resource, {key_of(exchange), request});
    if (!written.ok()) {
        return written.error();
    }
    const Outcome<Done> allowed = check_patched(before, state, exchange, *written);
    if (!allowed.ok()) {
        before.audit = state.audit;
        state = std::move(before);
        return allowed.error();
    }
    return written_response(exchange, *written);
}

Outcome<Response> handle_delete(ServerState& state, Exchange& exchange) {
    WriteOptions write;
    const Outcome<DeleteOptions> options =
        read_delete_options(exchange.request, exchange.query, write);
    if (!options.ok()) {
        return options.error();
    }
    const Outcome<Deleted> deleted = remove_object(
        state, context_of(exchange, write), *exchange.resource, {key_of(exchange), *options});
    if (!deleted.ok()) {
        return deleted.error();
    }
    if (!deleted->stays && !exchange.resource->strategy->returns_deleted_object()) {
        return deleted_response(*exchange.resource, deleted->object, exchange.format);
    }
    return object_response(200, *exchange.resource, deleted->object,
                           {exchange.format, exchange.now, first(exchange.query, "includeObject")});
}

Outcome<Response> handle_delete_collection(ServerState& state, Exchange& exchange) {
    WriteOptions write;
    const Outcome<DeleteOptions> options =
        read_delete_options(exchange.request, exchange.query, write);
    if (!options.ok()) {
        return options.error();
    }
    const Outcome<ListOptions> what = list_options(exchange.query);
    if (!what.ok()) {
        return what.error();
    }
    const Outcome<ListResult> listed =
        list_objects(state, *exchange.resource, exchange.route.ns, *what);
    if (!listed.ok()) {
        return listed.error();
    }
    const DeleteCollection collection{.label_selector = what->label_selector,
                                      .field_selector = what->field_selector,
                                      .limit = what->limit,
                                      .options = *options};
    BG_TRY(remove_objects(state, context_of(exchange, write), *exchange.resource,
                          {exchange.route.ns, collection}));
    return list_response(*exchange.resource, *listed, {exchange.format, exchange.now});
}

Outcome<Response> dispatch_collection(ServerState& state, Exchange& exchange) {
    const std::string& verb = exchange.route.verb;
    const bool scoped = !exchange.resource->namespaced || exchange.route.has_ns;
    if (verb == "list") {
        return handle_list(state, exchange);
    }
    if (verb == "watch") {
        return handle_watch(state, exchange);
    }
    if (scoped && verb == "create") {
        return handle_create(state, exchange);
    }
    if (scoped && verb == "deletecollection") {
        return handle_delete_collection(state, exchange);
    }
    return method_not_allowed();
}

Outcome<Response> dispatch_object(ServerState& state, Exchange& exchange) {
    const std::string& verb = exchange.route.verb;
    if (verb == "get") {
        return handle_get(state, exchange);
    }
    if (verb == "watch") {
        return handle_watch(state, exchange);
    }
    if (verb == "update") {
        return handle_update(state, exchange);
    }
    if (verb == "patch") {
        return handle_patch(state, exchange);
    }
    if (verb == "delete") {
        return handle_delete(state, exchange);
    }
    return method_not_allowed();
}

}  // namespace

Outcome<Response> handle_update(ServerState& state, Exchange& exchange) {
    const Outcome<WriteOptions> options =
        read_write_options(exchange.request, exchange.query, "UpdateOptions");
    Outcome<Json> body = read_object(state, *exchange.resource, exchange.request);
    if (!body.ok()) {
        return std::move(body).error();
    }
    if (!options.ok()) {
        return options.error();
    }
    BG_TRY(check_name(exchange, *body));
    BG_TRY(set_namespace(exchange, *body));
    BG_TRY(check_escalation(state, exchange, *body));
    const Outcome<Written> written =
        update_object(state, context_of(exchange, *options), *exchange.resource, std::move(*body));
    if (!written.ok()) {
        return written.error();
    }
    return written_response(exchange, *written);
}

Outcome<Response> handle_object_patch(ServerState& state, Exchange& exchange) {
    return handle_patch(state, exchange);
}

Outcome<Response> handle_object_get(const ServerState& state, Exchange& exchange) {
    return handle_get(state, exchange);
}

// The name and namespace of the URL hold; the apply body may leave them out.
Outcome<Done> prepare_apply(const Exchange& exchange, Json& body) {
    if (!body.is_object()) {
        return bad_request("error decoding YAML: not an object");
    }
    if (!body.contains("metadata") || !body["metadata"].is_object()) {
        body["metadata"] = Json::object();
    }
    Json& meta = body["metadata"];
    if (string_at(meta, {"name"}).empty()) {
        meta["name"] = exchange.route.name;
    }
    if (exchange.resource->namespaced && string_at(meta, {"namespace"}).empty()) {
        meta["namespace"] = exchange.route.ns;
    }
    return Done{};
}

Outcome<Response> handle_resource(ServerState& state, Exchange& exchange) {
    if (!exchange.resource->has_verb(exchange.route.verb)) {
        return method_not_allowed();
    }
    BG_TRY(check_format(exchange));
    if (exchange.route.name.empty()) {
        return dispatch_collection(state, exchange);
    }
    const Problems problems = path_segment_problems(exchange.route.name);
    if (!problems.empty()) {
        return bad_request(fmt::format("Name parameter invalid: {}: {}",
                                       go_quote(exchange.route.name), problems.front()));
    }
    return dispatch_object(state, exchange);
}

}  // namespace bestgres::fakekube
