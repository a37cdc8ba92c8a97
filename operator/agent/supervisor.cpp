#include "operator/agent/supervisor.hpp"

#include <signal.h>

#include "operator/agent/watchdog.hpp"

namespace bestgres::agent {
namespace {

constexpr std::uint16_t probe_port = 8009;
constexpr Duration just_now = std::chrono::milliseconds(500);

http::Listen listen_on(std::uint16_t port, const std::string& pod_ip) {
    http::Listen listen;
    listen.address = pod_ip;
    listen.port = port;
    return listen;
}

http::Response plain(const Health& health) {
    http::Response response;
    response.status = health.ok ? 200 : 503;
    response.headers.set("Content-Type", "text/plain");
    response.body = health.because + "\n";
    return response;
}

std::string_view to_string(DataDirectory state) {
    switch (state) {
        case DataDirectory::absent:
            return "absent";
        case DataDirectory::empty:
            return "empty";
        case DataDirectory::initialized:
            return "initialized";
    }
    return "absent";
}

}  // namespace

Supervisor::Supervisor(http::EventLoop& loop, Environment environment, Log log)
    : loop_(loop),
      environment_(std::move(environment)),
      unfinished_(environment_.data_directory),
      log_(std::move(log)),
      poll_(loop, environment_.pod_ip, [this] { after_round(); }),
      probes_(loop, {.listen = listen_on(probe_port, environment_.pod_ip)},
              [this](const http::ServerRequest& request, const http::Responder& responder) {
                  answer(request, responder);
              }),
      checkpoint_timer_(loop) {}

Result<int> Supervisor::run(const std::vector<std::string>& program) {
    loop_.on_signals({SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGCHLD},
                     [this](int number) { on_signal(number); });
    const Result<std::uint16_t> port = probes_.start();
    BG_TRY(port);
    clean_up();
    const Result<pid_t> child = spawn(program);
    BG_TRY(child);
    child_ = *child;
    log_.info("program started", {{"program", program.front()}, {"pid", child_}});
    poll_.start();
    loop_.run();
    return exit_code_;
}

void Supervisor::on_signal(int number) {
    if (number == SIGCHLD) {
        on_child_ended();
        return;
    }
    if (number == SIGTERM || number == SIGINT) {
        begin_shutdown();
        return;
    }
    forward(number);
}

void Supervisor::on_child_ended() {
    for (const auto& [pid, wait_status] : reap()) {
        if (checkpoint_ == pid) {
            checkpoint_.reset();
            checkpoint_timer_.cancel();
            log_.info("checkpoint before shutdown ended", {{"exit_code", exit_code(wait_status)}});
            forward(SIGTERM);
        } else if (pid == child_) {
            exit_code_ = exit_code(wait_status);
            log_.info("program ended", {{"exit_code", exit_code_}});
            loop_.stop();
        }
    }
}

// A checkpoint while Postgres still serves makes the one of the shutdown short, and with it the
// time without a primary. Only a primary has something to write.
void Supervisor::begin_shutdown() {
    if (shutting_down_) {
        forward(SIGTERM);
        return;
    }
    shutting_down_ = true;
    const auto& report = poll_.observation().report;
    if (!report || !report->is_running || report->in_recovery) {
        forward(SIGTERM);
        return;
    }
    const Result<pid_t> psql = spawn({"psql", "-X", "-q", "-h", environment_.socket_directory, "-U",
                                      "postgres", "-d", "postgres", "-c", "CHECKPOINT"});
    if (!psql.ok()) {
        log_.warn("checkpoint before shutdown could not be asked for",
                  {{"cause", psql.error().message}});
        forward(SIGTERM);
        return;
    }
    checkpoint_ = *psql;
    checkpoint_timer_.start(environment_.checkpoint_deadline, [this] {
        log_.warn("checkpoint before shutdown takes too long: going on without it", Json::object());
        if (checkpoint_) {
            kill(*checkpoint_, SIGKILL);
        }
    });
}

void Supervisor::forward(int number) {
    if (child_ > 0) {
        log_.info("signal forwarded", {{"signal", number}});
        kill(child_, number);
    }
}

void Supervisor::after_round() {
    watch();
    follow_data_directory();
}

// Not fatal: without the mark Patroni's own rules hold.
void Supervisor::clean_up() {
    const Result<bool> removed = unfinished_.clean_up();
    if (!removed.ok()) {
        log_.error("remains of an unfinished start stay", {{"cause", removed.error().message}});
    } else if (*removed) {
        log_.warn("remains of an unfinished initdb or base backup removed",
                  {{"directory", environment_.data_directory}});
    }
}

void Supervisor::follow_data_directory() {
    const Observation& seen = poll_.observation();
    const bool is_new = seen.reported_at && loop_.now() - *seen.reported_at < just_now;
    const auto followed = unfinished_.follow(is_new ? seen.report : std::nullopt);
    if (!followed.ok()) {
        log_.error("mark of an unfinished data directory", {{"cause", followed.error().message}});
    }
}

// The mark goes first: what clients were let in to write must never be taken for remains.
Health Supervisor::ready() const {
    const Health health = readiness(poll_.observation(), loop_.now());
    if (health.ok && unfinished_.is_marked()) {
        return {.ok = false, .because = "the data directory is still marked as unfinished"};
    }
    return health;
}

void Supervisor::watch() {
    if (!environment_.watchdog) {
        return;
    }
    const std::vector<Process> postgres = postgres_processes(list_processes());
    const LocalFacts local{.postgres_runs = !postgres.empty(),
                           .standby_signal = has_standby_signal(environment_.data_directory)};
    if (const auto because = reason_to_kill(poll_.observation(), local, loop_.now())) {
        log_.error("Postgres killed by the watchdog",
                   {{"processes", kill_postgres()}, {"because", *because}});
    }
}

Json Supervisor::status() const {
    const Observation& seen = poll_.observation();
    Json status = {
        {"flavour", environment_.flavour == Flavour::spilo ? "spilo" : "patroni"},
        {"dataDirectory", to_string(inspect_data_directory(environment_.data_directory))},
        {"standbySignal", has_standby_signal(environment_.data_directory)},
        {"ttlSeconds", std::chrono::duration_cast<std::chrono::seconds>(seen.ttl).count()},
        {"patroniAnswered", seen.report.has_value()}};
    if (seen.reported_at) {
        status["reportedAt"] = format_micros(*seen.reported_at);
    }
    return status;
}

void Supervisor::answer(const http::ServerRequest& request,
                        const http::Responder& responder) const {
    const std::string& path = request.request.target;
    const Observation& seen = poll_.observation();
    if (path == "/startup") {
        responder.respond(plain(startup(seen)));
    } else if (path == "/live") {
        responder.respond(plain(liveness(seen, unfinished_.is_half_made(), loop_.now())));
    } else if (path == "/ready") {
        responder.respond(plain(ready()));
    } else if (path == "/status") {
        http::Response response;
        response.headers.set("Content-Type", "application/json");
        response.body = dump(status()) + "\n";
        responder.respond(response);
    } else {
        http::Response response =
            plain({.ok = false, .because = "/startup, /live, /ready and /status are served"});
        response.status = 404;
        responder.respond(response);
    }
}

}  // namespace bestgres::agent
