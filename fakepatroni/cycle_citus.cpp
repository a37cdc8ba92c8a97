// A member of one group of a sharded cluster: what it tells the coordinator, and how the
// coordinator's leader keeps the groups registered.
#include <algorithm>

#include "fakepatroni/member.hpp"
#include "fakepatroni/rest_words.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::seconds;

constexpr Duration short_notice = seconds(2);

std::int64_t whole_seconds(Duration span) {
    return std::chrono::duration_cast<seconds>(span).count();
}

// "http://10.1.2.3:8008/patroni" is asked at "10.1.2.3:8008".
std::string address_of(const std::string& api_url) {
    const std::size_t scheme = api_url.find("://");
    const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
    return api_url.substr(begin, api_url.find('/', begin) - begin);
}

// The place that a member publishes; absent where it is none.
std::optional<RegisteredNode> node_of(const std::string& conn_url, RegisteredNode::Role role) {
    Json address = Json::object();
    add_address(conn_url, address);
    const std::string host = string_at(address, {"host"});
    if (host.empty()) {
        return std::nullopt;
    }
    const auto port = find_int(address, {"port"}).value_or(5432);
    return RegisteredNode{.host = host, .port = static_cast<int>(port), .role = role, .id = {}};
}

}  // namespace

bool Member::leads_coordinator(Instant now) const {
    return settings_->citus && settings_->citus->group == 0 && leads(now);
}

// After initdb: the extension, and on the coordinator its own row.
void Member::make_citus(Turn& turn) {
    if (!settings_->citus) {
        return;
    }
    Changes changes;
    if (settings_->citus->group == 0) {
        changes = plan_set_coordinator({settings_->address, settings_->postgres_port}, {})->local;
    }
    turn.local.make_citus(std::move(changes), turn.now);
}

// By REST, to whoever leads the coordinator as far as this member knows. It waits for the answer to
// before_demote as long as ttl, to the others for two seconds, and cares for none.
void Member::tell_coordinator(Thread& thread, GroupEvent event, Turn& turn) {
    if (!settings_->citus || settings_->citus->group == 0) {
        return;
    }
    const auto& groups = cache_.view().groups;
    const auto coordinator = groups.find(0);
    const MemberRecord* leader =
        coordinator == groups.end() ? nullptr : coordinator->second.leader_member();
    if (leader == nullptr || leader->conn_url.empty() || leader->api_url.empty()) {
        return;
    }
    const Duration patience = event == GroupEvent::before_demote ? applied_->ttl : short_notice;
    const PeerId id = ++counter_;
    thread.replies.clear();
    thread.asking = Asking{.open = {{id, leader->name}}, .deadline = turn.now + patience};
    turn.out.peer_requests.push_back(
        {.id = id,
         .peer = leader->name,
         .address = address_of(leader->api_url),
         .method = "POST",
         .path = std::string(traits_of(settings_->version).group_path),
         .body = {{"type", to_string(event)},
                  {"group", settings_->citus->group},
                  {"leader", settings_->name},
                  {"timeout", whole_seconds(applied_->ttl)},
                  {"cooldown", whole_seconds(applied_->retry_timeout)}},
         .deadline = patience});
}

void Member::tell_before_shutdown(Thread& thread, Turn& turn) {
    if (!settings_->citus) {
        return;
    }
    if (action_->kind == ActionKind::restart && !has_lock()) {
        return;
    }
    if (settings_->citus->group == 0 && action_->kind != ActionKind::restart) {
        registrar_.on_demote();
    }
    tell_coordinator(thread, GroupEvent::before_demote, turn);
}

// Each loop of the coordinator's primary: every group whose leader says that it runs as primary. A
// group whose objects are gone is left as it stands.
void Member::register_groups(Turn& turn) {
    if (!settings_->citus || settings_->citus->group != 0) {
        return;
    }
    registrar_.start();
    static_cast<void>(register_group(0, GroupEvent::after_promote, {}, turn));
    for (const auto& [group, view] : view_.groups) {
        const MemberRecord* leader = view.leader_member();
        const bool runs = leader != nullptr && leader->running() &&
                          (leader->role == "master" || leader->role == "primary");
        if (runs) {
            static_cast<void>(register_group(group, GroupEvent::after_promote, {}, turn));
        }
    }
}

std::optional<std::uint64_t> Member::register_group(std::int64_t group, GroupEvent event,
                                                    const Json& request, Turn& turn) {
    using Role = RegisteredNode::Role;
    const auto& groups = cache_.view().groups;
    const auto other = groups.find(group);
    if (group != 0 && other == groups.end()) {
        return std::nullopt;
    }
    const auto& members = group == 0 ? view_.members : other->second.members;
    const std::string leader = group == 0 ? settings_->name : other->second.leader;
    Registration wanted;
    wanted.group.group = group;
    wanted.event = event;
    if (const auto timeout = find_int(request, {"timeout"})) {
        wanted.timeout = seconds(*timeout);
        wanted.cooldown = seconds(find_int(request, {"cooldown"}).value_or(10));
    }
    for (const auto& member : members) {
        const bool leads = member->name == leader;
        const std::string place = group == 0 && leads ? conn_url(*settings_) : member->conn_url;
        const bool secondary = traits_of(settings_->version).registers_secondaries && !leads &&
                               member->running() && !member->tags.noloadbalance;
        if (!leads && !secondary) {
            continue;
        }
        const Role role = !leads                               ? Role::secondary
                          : event == GroupEvent::before_demote ? Role::demoted
                                                               : Role::primary;
        if (auto node = node_of(place, role)) {
            wanted.group.nodes.push_back(*std::move(node));
        }
    }
    if (wanted.group.primary() == nullptr) {
        return std::nullopt;
    }
    return registrar_.add(std::move(wanted), turn.now);
}

// POST /citus: answered with OK whatever becomes of it; before_demote when it has been carried out.
void Member::post_group_event(const RestRequest& request, Turn& turn) {
    const auto event = parse_group_event(string_at(request.body, {"type"}));
    const auto group = find_int(request.body, {"group"});
    const auto& groups = cache_.view().groups;
    const auto known = group ? groups.find(*group) : groups.end();
    const MemberRecord* leader = known == groups.end() ? nullptr : known->second.leader_member();
    const bool taken = leads_coordinator(turn.now) && registrar_.started() && event &&
                       leader != nullptr && !leader->conn_url.empty() &&
                       leader->name == string_at(request.body, {"leader"});
    const std::optional<std::uint64_t> number =
        taken ? register_group(*group, *event, request.body, turn) : std::nullopt;
    if (!number || *event != GroupEvent::before_demote) {
        reply(turn, request.id, text_reply(200, "OK"));
        return;
    }
    PendingReply pending{.id = request.id,
                         .what = PendingReply::For::registration,
                         .then = text_reply(200, "OK"),
                         .registration = *number};
    wait_for(std::move(pending), turn);
}

void Member::run_registrar(Turn& turn) {
    if (registers_ || !registrar_.started()) {
        return;
    }
    const bool answers = turn.local.is_writable() && turn.local.answers();
    const CitusTables* tables = answers ? &turn.local.citus_tables() : nullptr;
    if (const auto operation = registrar_.next(tables, turn.now)) {
        registers_ = true;
        turn.local.run_citus(*operation, turn.now);
    }
}

}  // namespace bestgres::fakepatroni
