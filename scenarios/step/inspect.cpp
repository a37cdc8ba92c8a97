#include "scenarios/step/inspect.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lib/base/yaml.hpp"
#include "scenarios/report/difference.hpp"
#include "scenarios/report/seen.hpp"
#include "scenarios/report/words.hpp"

namespace bestgres::scenarios {
namespace {

using fakekube::Resource;
using fakekube::ResourcePtr;

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

bool is_called(const Resource& resource, const std::string& word) {
    return word == resource.plural || word == resource.singular || word == lower(resource.kind) ||
           std::count(resource.short_names.begin(), resource.short_names.end(), word) > 0;
}

Result<ResourcePtr> resource_called(const World& world, const std::string& word) {
    for (const ResourcePtr& resource : world.server().resources()) {
        if (is_called(*resource, lower(word))) {
            return resource;
        }
    }
    return Error{
        fmt::format("there are no objects called \"{}\"; try pods, sts, cm, pvc, svc, "
                    "bgclu, secrets, leases, endpointslices, nodes",
                    word)};
}

struct Wanted {
    std::string kind;
    std::string name;
    std::string output;
};

Result<Wanted> read_wanted(const std::vector<std::string>& words) {
    Wanted wanted;
    for (std::size_t at = 0; at < words.size(); ++at) {
        const std::string& word = words[at];
        if (word == "-o" && at + 1 < words.size()) {
            wanted.output = words[++at];
        } else if (word.starts_with("-o")) {
            wanted.output = word.substr(2);
        } else if (wanted.kind.empty()) {
            const std::size_t slash = word.find('/');
            wanted.kind = word.substr(0, slash);
            wanted.name = slash == std::string::npos ? "" : word.substr(slash + 1);
        } else {
            wanted.name = word;
        }
    }
    if (wanted.kind.empty()) {
        return Error{"say what: get KIND [NAME] [-o yaml|json], as in: get pods db-0 -o yaml"};
    }
    if (!wanted.output.empty() && wanted.output != "yaml" && wanted.output != "json") {
        return Error{
            fmt::format("there is no output \"{}\"; it is -o yaml or -o json", wanted.output)};
    }
    return wanted;
}

std::vector<kube::Object> objects_of(const World& world, const Resource& resource) {
    const std::string ns = resource.namespaced ? world.scenario().topology.ns : "";
    const auto listed = world.server().list(resource, ns, {});
    return listed.ok() ? listed->items : std::vector<kube::Object>();
}

Json without_managers(Json object) {
    if (object.contains("metadata")) {
        object["metadata"].erase("managedFields");
    }
    return object;
}

std::string text_of_cell(const Json& cell) {
    return cell.is_string() ? cell.get<std::string>() : dump(cell);
}

std::string table_of(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            line += fmt::format("{:{}}   ", row[column], widths[column]);
        }
        text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
}

std::string as_table(const World& world, const Resource& resource,
                     const std::vector<kube::Object>& objects) {
    const std::vector<fakekube::TableColumn> columns = resource.strategy->table_columns();
    std::vector<std::vector<std::string>> rows(1);
    for (const fakekube::TableColumn& column : columns) {
        if (column.priority == 0) {
            std::string title = column.name;
            std::transform(title.begin(), title.end(), title.begin(), [](unsigned char letter) {
                return static_cast<char>(std::toupper(letter));
            });
            rows[0].push_back(title);
        }
    }
    for (const kube::Object& object : objects) {
        const std::vector<Json> cells = resource.strategy->table_cells(object.json(), world.now());
        std::vector<std::string>& row = rows.emplace_back();
        for (std::size_t at = 0; at < std::min(cells.size(), columns.size()); ++at) {
            if (columns[at].priority == 0) {
                row.push_back(text_of_cell(cells[at]));
            }
        }
    }
    return table_of(rows);
}

std::string as_text(const kube::Object& object, const std::string& output) {
    const Json json = without_managers(object.json());
    return output == "json" ? dump_pretty(json) + "\n" : to_yaml(json);
}

const OperatorRun* operator_called(const World& world, const std::string& name) {
    for (const OperatorRun& run : world.state().operators) {
        if ((name.empty() || run.name == name) && run.core->has_value()) {
            return &run;
        }
    }
    return nullptr;
}

Result<std::string> cached_object(const World& world, const core::Store& cache,
                                  const std::vector<std::string>& words) {
    const Result<Wanted> wanted = read_wanted(words);
    BG_TRY(wanted);
    const Result<ResourcePtr> resource = resource_called(world, wanted->kind);
    BG_TRY(resource);
    const auto kind = kube::find_kind((*resource)->api_version(), (*resource)->kind);
    const kube::Ref ref{kind.value_or(kube::Kind{}), world.scenario().topology.ns, wanted->name};
    const core::Store::Entry* entry = kind ? cache.find(ref) : nullptr;
    if (entry == nullptr) {
        return Error{fmt::format("the cache has no {} {}; \"cache\" alone lists what it has",
                                 (*resource)->kind, wanted->name)};
    }
    if (entry->text != nullptr) {
        const Result<Json> whole = parse_json(*entry->text);
        return whole.ok() ? to_yaml(without_managers(*whole)) : *entry->text + "\n";
    }
    return as_text(entry->object, "yaml");
}

std::string cached_list(const World& world, const Tape& tape, const OperatorRun& run) {
    std::string text;
    for (const SeenByOperator& seen : seen_by_operators(world, tape, "now")) {
        if (seen.name != run.name) {
            continue;
        }
        text += fmt::format("{}: {} objects, {} out of date\n", run.name, seen.objects,
                            seen.out_of_date.size());
        for (const SeenObject& object : seen.out_of_date) {
            text += fmt::format("  {}: version {} seen, {} true, for {}\n", object.object,
                                object.seen_version.empty() ? "none" : object.seen_version,
                                object.true_version.empty() ? "none" : object.true_version,
                                clock_text(object.behind));
            for (const FieldChange& change : object.differences) {
                text += "    " + shortened(in_words(change), 160) + "\n";
            }
        }
    }
    const core::Store& cache = (*run.core)->store();
    std::vector<std::vector<std::string>> rows = {{"OBJECT", "VERSION", "SEEN"}};
    for (const core::ClusterKey& key : cache.clusters()) {
        std::vector<kube::Ref> refs = {{kube::kinds::bg_cluster, key.ns, key.name}};
        for (const kube::Ref& ref : cache.of_cluster(key)) {
            if (ref != refs.front()) {
                refs.push_back(ref);
            }
        }
        for (const kube::Ref& ref : refs) {
            const core::Store::Entry* entry = cache.find(ref);
            rows.push_back({to_string(ref), std::string(entry->object.resource_version()),
                            format_age(world.now() - entry->since) + " ago"});
        }
    }
    return text + table_of(rows);
}

std::string data_in_words(const fakepatroni::Postgres& server) {
    const fakepatroni::Volume& volume = server.volume();
    std::string text = fmt::format(
        "data           {}, system {}, {} of {} MiB used\n", to_string(volume.directory),
        volume.system_identifier.empty() ? "-" : volume.system_identifier, volume.used() >> 20U,
        volume.disk.size >> 20U);
    for (const fakepatroni::Timeline& timeline : volume.wal.timelines()) {
        text += fmt::format("timeline {}     from {}\n", timeline.number,
                            patroni::to_string(timeline.begin));
    }
    for (const auto& [name, slot] : volume.slots) {
        text += fmt::format("slot           {}: {}{}, needs log from {}\n", name,
                            slot.active ? "active" : "not active", slot.lost ? ", lost" : "",
                            patroni::to_string(slot.restart));
    }
    for (const auto& [name, values] : server.pending_restart()) {
        text += fmt::format("waits          {}: {} in force, {} after a restart\n", name,
                            values.first, values.second);
    }
    if (!server.last_message().empty()) {
        text += fmt::format("PostgreSQL     {}\n", server.last_message());
    }
    return text;
}

// Who is concerned, where the event says it.
template <class One>
std::string whom(const One& one, const WorldState& world) {
    if constexpr (requires { one.sent.label; }) {
        const CallLabel& label = one.sent.label;
        return fmt::format("{}: {} {} {}", label.actor.name, label.verb, label.kind, label.name);
    } else if constexpr (requires { one.container; }) {
        return one.container < world.containers.size() ? world.containers[one.container].pod : "";
    } else if constexpr (requires { one.index; }) {
        return one.index < world.operators.size() ? world.operators[one.index].name : "";
    } else if constexpr (requires { one.fault; }) {
        return world.scenario->faults[one.fault].id;
    } else if constexpr (requires { one.client; }) {
        return world.clients[one.client].name;
    } else if constexpr (std::is_same_v<decltype(One::node), std::uint32_t>) {
        return world.nodes[one.node].name;
    } else {
        return one.node;
    }
}

template <class One>
constexpr bool names_somebody = requires(const One& one) {
    one.sent.label;
}
|| requires(const One& one) {
    one.container;
}
|| requires(const One& one) {
    one.index;
}
|| requires(const One& one) {
    one.fault;
}
|| requires(const One& one) {
    one.client;
}
|| requires(const One& one) {
    one.node;
};

}  // namespace

Result<std::string> get_objects(const World& world, const std::vector<std::string>& words) {
    const Result<Wanted> wanted = read_wanted(words);
    BG_TRY(wanted);
    const Result<ResourcePtr> found = resource_called(world, wanted->kind);
    BG_TRY(found);
    const Resource& resource = **found;
    std::vector<kube::Object> objects = objects_of(world, resource);
    if (!wanted->name.empty()) {
        std::erase_if(objects, [&](const kube::Object& one) { return one.name() != wanted->name; });
        if (objects.empty()) {
            return Error{
                fmt::format("there is no {} {} now; \"get {}\" lists those that are "
                            "there, \"back\" goes to when it was",
                            resource.kind, wanted->name, resource.plural)};
        }
    }
    if (wanted->output.empty()) {
        return objects.empty() ? fmt::format("no {} now\n", resource.plural)
                               : as_table(world, resource, objects);
    }
    std::string text;
    for (const kube::Object& object : objects) {
        text += (text.empty() ? "" : "---\n") + as_text(object, wanted->output);
    }
    return text;
}

Result<std::string> show_cache(const World& world, const Tape& tape,
                               const std::vector<std::string>& words) {
    const bool named = !words.empty() && words[0].starts_with("operator-");
    const OperatorRun* run = operator_called(world, named ? words[0] : "");
    if (run == nullptr) {
        return Error{named ? words[0] + " does not run now; \"who\" says who does"
                           : "no operator runs now; \"next operator-1\" goes to when one does"};
    }
    const std::vector<std::string> rest(words.begin() + (named ? 1 : 0), words.end());
    return rest.empty() ? Result<std::string>(cached_list(world, tape, *run))
                        : cached_object(world, (*run->core)->store(), rest);
}

Result<std::string> show_member(const World& world, const std::string& pod) {
    std::string names;
    for (const Container* member : members_by_name(world.state())) {
        if (member->pod != pod) {
            names += (names.empty() ? "" : ", ") + member->pod;
            continue;
        }
        std::string text = describe_now(world.state(), *member) + "\n";
        if (!member->runs()) {
            return text;
        }
        const fakepatroni::Postgres& server = **member->postgres;
        const fakepatroni::Member& patroni = **member->member;
        text += data_in_words(server);
        text += fmt::format("Patroni        {}\n", patroni.last_sentence());
        const Instant clock = world.now() + world.state().nodes[member->node].skew;
        const auto status = parse_json(patroni.get("/patroni", clock, server).body);
        return text + "GET /patroni\n" + (status.ok() ? to_yaml(*status) : "");
    }
    return Error{names.empty() ? "there are no members yet; \"next db-0\" goes to the first"
                               : fmt::format("\"{}\" is no member; there are {}", pod, names)};
}

std::string show_everybody(const World& world) {
    std::string text;
    for (const Look& look : looks(world.state())) {
        text += fmt::format("{:12} {}\n", look.lane, look.text);
    }
    return text;
}

std::string show_waiting(const World& world, std::size_t most) {
    std::string text;
    std::size_t shown = 0;
    world.state().timeline.visit([&](Instant at, const Happening& happening) {
        if (shown++ >= most) {
            return;
        }
        const std::string who = std::visit(
            [&](const auto& one) -> std::string {
                if constexpr (names_somebody<std::decay_t<decltype(one)>>) {
                    return whom(one, world.state());
                } else {
                    return "";
                }
            },
            happening);
        text += fmt::format("{:>12}  {:16} {}\n", clock_text(at - world.start()),
                            name_of(happening), who);
    });
    if (shown > most) {
        text += fmt::format("and {} more; \"waiting {}\" shows all\n", shown - most, shown);
    }
    return text.empty() ? "nothing is on its way: the run is over\n" : text;
}

std::string show_difference(const World& before, const World& after) {
    std::string text;
    for (const ResourcePtr& resource : after.server().resources()) {
        std::map<std::string, std::pair<kube::Object, kube::Object>> both;
        for (const kube::Object& object : objects_of(before, *resource)) {
            both[std::string(object.name())].first = object;
        }
        for (const kube::Object& object : objects_of(after, *resource)) {
            both[std::string(object.name())].second = object;
        }
        for (const auto& [name, pair] : both) {
            const auto& [was, is] = pair;
            if (was.resource_version() == is.resource_version()) {
                continue;
            }
            text += is.name().empty()    ? "- " + name_of_object(was) + "\n"
                    : was.name().empty() ? "+ " + name_of_object(is) + "\n"
                                         : name_of_object(is) + "\n";
            if (!is.name().empty() && !was.name().empty()) {
                for (const FieldChange& change : difference(was, is)) {
                    text += "    " + shortened(in_words(change), 160) + "\n";
                }
            }
        }
    }
    const std::vector<Look> old = looks(before.state());
    for (const Look& look : looks(after.state())) {
        if (std::find(old.begin(), old.end(), look) == old.end()) {
            text += fmt::format("{}: now {}\n", look.lane, look.text);
        }
    }
    return text.empty() ? "nothing is different\n" : text;
}

}  // namespace bestgres::scenarios
