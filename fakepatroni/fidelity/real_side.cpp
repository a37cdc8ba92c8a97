#include "fakepatroni/fidelity/real_side.hpp"

#include <fmt/format.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <fstream>
#include <thread>

namespace bestgres::fakepatroni::fidelity {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr const char* bin = "/usr/lib/postgresql/15/bin";

void pause_for(milliseconds span) {
    std::this_thread::sleep_for(span);
}

std::string without_newline(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    return text;
}

bool has(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

// What a client's output says.
std::string outcome_in(const std::string& output) {
    if (has(output, "ended 0")) {
        return "committed";
    }
    if (!has(output, "ended")) {
        return "waits";
    }
    if (has(output, "too many clients") || has(output, "connection slots are reserved")) {
        return "53300";
    }
    if (has(output, "refused") || has(output, "No such file")) {
        return "refused";
    }
    if (has(output, "starting up") || has(output, "shutting down")) {
        return "57P03";
    }
    const std::size_t error = output.find("ERROR:  ");
    return error == std::string::npos ? "cut" : output.substr(error + 8, 5);
}

}  // namespace

bool RealSide::is_installed() {
    return fs::exists(fs::path(bin) / "postgres");
}

RealSide::RealSide() : folder_(fs::temp_directory_path() / fmt::format("bgfid-{}", getpid())) {
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::all);
    server_program("initdb", fmt::format("-D {} -U postgres -A trust -k", data("a").string()));
    std::ofstream(data("a") / "postgresql.conf", std::ios::app)
        << "include_if_exists 'bestgres.conf'\n";
    write_settings("a", {});
    server_program("pg_ctl",
                   fmt::format("-D {} -w -l {}.log start", data("a").string(), data("a").string()));
    query("a", "create table t (id bigint); create role app login; grant insert on t to app");
    server_program("pg_ctl", fmt::format("-D {} -w stop", data("a").string()));
}

RealSide::~RealSide() {
    for (const char* const member : {"a", "b", "c"}) {
        perform({"unstick", member});
        server_program("pg_ctl", fmt::format("-D {} -m immediate stop", data(member).string()));
    }
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string RealSide::address(const std::string& member) const {
    return fmt::format("127.98.{}.{}", 1 + getpid() % 250, member.front() - 'a' + 1);
}

RealSide::Ran RealSide::run(const std::string& command) const {
    Ran ran;
    FILE* const pipe = popen(("cd " + folder_.string() + "; " + command + " 2>&1").c_str(), "r");
    if (pipe == nullptr) {
        return {.status = -1, .output = "popen"};
    }
    std::array<char, 4096> buffer{};
    while (const std::size_t length = fread(buffer.data(), 1, buffer.size(), pipe)) {
        ran.output.append(buffer.data(), length);
    }
    const int status = pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

// Servers do not run as root.
RealSide::Ran RealSide::server_program(const std::string& name,
                                       const std::string& arguments) const {
    const std::string as =
        getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups " : "";
    return run(fmt::format("{}{}/{} {} </dev/null", as, bin, name, arguments));
}

std::string RealSide::query(const std::string& member, const std::string& sql) const {
    return without_newline(run(fmt::format("{}/psql -h {} -U postgres -qAtX -c \"{}\" postgres",
                                           bin, address(member), sql))
                               .output);
}

// In the background: its output and its end are in a file.
void RealSide::begin_client(const std::string& member, const std::string& sql,
                            const std::string& name) {
    run(fmt::format(
        "({}/psql -h {} -U app -qAtX -v VERBOSITY=sqlstate -c \"{}\" postgres >{} 2>&1; "
        "echo ended $? >>{}) >/dev/null 2>&1 &",
        bin, address(member), sql, name, name));
}

std::string RealSide::client_outcome(const std::string& name) const {
    return outcome_in(run("cat " + name).output);
}

void RealSide::write_settings(const std::string& member, const Words& words) const {
    std::ofstream file(data(member) / "bestgres.conf");
    file << "listen_addresses = '" << address(member) << "'\n"
         << "unix_socket_directories = ''\nfsync = off\nshared_buffers = 16MB\nautovacuum = off\n"
         << "wal_keep_size = 64MB\ncheckpoint_completion_target = 0\nwal_retrieve_retry_interval = "
            "200\nlog_min_messages = warning\n"
         << "hot_standby_feedback = off\nwal_receiver_status_interval = 1\n"
         << "cluster_name = '" << member << "'\n";
    for (const auto& [name, value] : settings_in(words)) {
        file << name << " = '" << value << "'\n";
    }
    const auto upstream = upstreams_.find(member);
    if (upstream != upstreams_.end() && !upstream->second.empty()) {
        file << "primary_conninfo = 'host=" << address(upstream->second)
             << " user=postgres application_name=" << member << "'\n";
    }
    // pg_rewind runs as another user, and writes over it.
    file.close();
    fs::permissions(data(member) / "bestgres.conf", fs::perms::owner_all | fs::perms::others_all);
}

std::string RealSide::start(const Words& words) {
    const std::string& member = words[1];
    const bool standby = words[2] == "standby";
    upstreams_[member] = standby ? words[4] : "";
    write_settings(member, words);
    const fs::path signal = data(member) / "standby.signal";
    fs::remove(signal);
    if (standby) {
        std::ofstream(signal) << "";
    }
    const Ran ran = server_program(
        "pg_ctl", fmt::format("-D {0} -w -t 60 -l {0}.log start", data(member).string()));
    return ran.status == 0 ? "running" : "failed";
}

std::string RealSide::commit(const Words& words) {
    const bool connects = words[0] == "connect";
    const std::string name = connects ? fmt::format("session-{}", words[2]) : "commit-" + words[2];
    begin_client(words[1],
                 connects ? "select pg_sleep(600)" : "insert into t values (" + words[2] + ")",
                 name);
    for (int time = 0; time < 20 && client_outcome(name) == "waits"; ++time) {
        pause_for(milliseconds(100));
    }
    const std::string outcome = client_outcome(name);
    return connects && outcome == "waits" ? "connected" : outcome;
}

std::string RealSide::ask(const Words& words) {
    if (words[0] == "outcome") {
        return client_outcome("commit-" + words[1]);
    }
    const std::string& member = words[1];
    if (words[0] == "state") {
        return server_program("pg_ctl", "-D " + data(member).string() + " status").status == 0
                   ? "running"
                   : "stopped";
    }
    if (words[0] == "rows") {
        return query(member, "select string_agg(id::text, ',' order by id) from t");
    }
    if (words[0] == "control") {
        return without_newline(
            run(fmt::format("{}/pg_controldata -D {} | sed -n 's/^Database cluster state: *//p'",
                            bin, data(member).string()))
                .output);
    }
    if (words[0] == "streams") {
        // A receiver whose history forked below its own position is let in, is sent what precedes
        // the fork and ends; after the retry interval another process does the same. Only who is
        // still there at a second look streams.
        const std::string sql = "select pid from pg_stat_wal_receiver where status = 'streaming'";
        const std::string first = query(member, sql);
        pause_for(milliseconds(700));
        return !first.empty() && query(member, sql) == first ? "yes" : "no";
    }
    if (words[0] == "timeline") {
        return query(member,
                     "select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))"
                     "::bit(32)::int");
    }
    if (words[0] == "paused") {
        return query(member, "select pg_get_wal_replay_pause_state()") == "paused" ? "yes" : "no";
    }
    const std::string state =
        query(words[3], "select sync_state from pg_stat_replication where application_name = '" +
                            member + "'");
    return state.empty() ? "absent" : state;
}

std::string RealSide::command(const Words& words) {
    const std::string& member = words[1];
    const std::string where = data(member).string();
    if (words[0] == "stop") {
        const Ran ran =
            server_program("pg_ctl", fmt::format("-D {} -m {} -w -t 5 stop", where, words[2]));
        return ran.status == 0 ? "stopped" : "stopping";
    }
    if (words[0] == "promote") {
        return server_program("pg_ctl", "-D " + where + " -w promote").status == 0 ? "promoted"
                                                                                   : "failed";
    }
    if (words[0] == "copy") {
        fs::remove_all(data(member));
        const Ran ran = server_program(
            "pg_basebackup",
            fmt::format("-D {} -h {} -U postgres -c fast", where, address(words[3])));
        return ran.status == 0 ? "copied" : "failed";
    }
    if (words[0] == "rewind") {
        const Ran ran =
            server_program("pg_rewind", fmt::format("-D {} --no-ensure-shutdown --source-server "
                                                    "'host={} user=postgres dbname=postgres'",
                                                    where, address(words[3])));
        return ran.status != 0                         ? "failed"
               : has(ran.output, "no rewind required") ? "nothing"
                                                       : "rewound";
    }
    fs::remove(data(member) / "standby.signal");
    return server_program("postgres", "--single -D " + where + " template1").status == 0
               ? "recovered"
               : "failed";
}

std::string RealSide::perform(const Words& words) {
    if (is_question(words[0])) {
        return ask(words);
    }
    const std::string& member = words[1];
    const std::string pid_file = (data(member) / "postmaster.pid").string();
    if (words[0] == "start") {
        return start(words);
    }
    if (words[0] == "commit" || words[0] == "connect") {
        return commit(words);
    }
    if (words[0] == "kill") {
        // Its children notice, and leave; until then the next server would not start.
        run(
            fmt::format("p=$(head -1 {}); c=$(cat /proc/$p/task/$p/children); kill -9 $p; for i in "
                        "$(seq 100); do "
                        "kill -0 $c && sleep 0.1; done",
                        pid_file));
        return "killed";
    }
    if (words[0] == "set") {
        write_settings(member, words);
        server_program("pg_ctl", "-D " + data(member).string() + " reload");
        pause_for(milliseconds(500));
        return "reloaded";
    }
    if (words[0] == "cancel") {
        query(member,
              "select pg_cancel_backend(pid) from pg_stat_activity where query like "
              "'%values (" +
                  words[2] + ")%' and pid <> pg_backend_pid()");
        pause_for(milliseconds(500));
        return "asked";
    }
    if (words[0] == "stick" || words[0] == "unstick") {
        const bool stick = words[0] == "stick";
        run(fmt::format(
            "p=$(head -1 {}); for p in $(cat /proc/$p/task/$p/children); do grep -q walreceiver "
            "/proc/$p/cmdline && kill -{} $p; done",
            pid_file, stick ? "STOP" : "CONT"));
        return stick ? "stuck" : "unstuck";
    }
    if (words[0] == "resume") {
        query(member, "select pg_wal_replay_resume()");
        return "resumed";
    }
    return command(words);
}

}  // namespace bestgres::fakepatroni::fidelity
