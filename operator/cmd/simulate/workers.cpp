#include "operator/cmd/simulate/workers.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <vector>

#include "lib/base/check.hpp"

namespace bestgres::cmd::simulate {
namespace {

struct Worker {
    pid_t pid = 0;
    int reads = -1;  // -1: has ended
    std::string rest;
};

void write_all(int to, const std::string& text) {
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t count = write(to, text.data() + done, text.size() - done);
        if (count <= 0) {
            _exit(1);  // nobody listens any more
        }
        done += static_cast<std::size_t>(count);
    }
}

Worker start(const WorkersPlan& plan, std::size_t number) {
    std::array<int, 2> ends{};
    BG_CHECK(pipe(ends.data()) == 0, "a pipe to a worker can be made");
    const pid_t pid = fork();
    BG_CHECK(pid >= 0, "a worker process can be started");
    if (pid == 0) {
        close(ends[0]);
        plan.work(number, [to = ends[1]](const std::string& line) { write_all(to, line + "\n"); });
        _exit(0);
    }
    close(ends[1]);
    return {.pid = pid, .reads = ends[0], .rest = {}};
}

std::string told(int status) {
    return WIFSIGNALED(status) ? fmt::format("killed by signal {}", WTERMSIG(status))
                               : fmt::format("exit status {}", WEXITSTATUS(status));
}

void read_from(const WorkersPlan& plan, std::size_t number, Worker& worker) {
    std::array<char, 65536> buffer{};
    const ssize_t count = read(worker.reads, buffer.data(), buffer.size());
    if (count <= 0) {
        close(worker.reads);
        worker.reads = -1;
        int status = 0;
        waitpid(worker.pid, &status, 0);
        plan.on_end({.worker = number, .clean = status == 0, .how = told(status)});
        return;
    }
    worker.rest.append(buffer.data(), static_cast<std::size_t>(count));
    std::size_t begin = 0;
    for (std::size_t end = worker.rest.find('\n'); end != std::string::npos;
         end = worker.rest.find('\n', begin)) {
        plan.on_line(number, worker.rest.substr(begin, end - begin));
        begin = end + 1;
    }
    worker.rest.erase(0, begin);
}

}  // namespace

void run_workers(const WorkersPlan& plan) {
    std::vector<Worker> workers;
    for (std::size_t number = 0; number < plan.count; ++number) {
        workers.push_back(start(plan, number));
    }
    Duration told_at = wall_time();
    for (;;) {
        std::vector<pollfd> waits;
        std::vector<std::size_t> numbers;
        for (std::size_t number = 0; number < workers.size(); ++number) {
            if (workers[number].reads >= 0) {
                waits.push_back({.fd = workers[number].reads, .events = POLLIN, .revents = 0});
                numbers.push_back(number);
            }
        }
        if (waits.empty()) {
            return;
        }
        poll(waits.data(), waits.size(), 200);
        for (std::size_t at = 0; at < waits.size(); ++at) {
            if (waits[at].revents != 0) {
                read_from(plan, numbers[at], workers[numbers[at]]);
            }
        }
        if (wall_time() - told_at >= std::chrono::seconds(1)) {
            told_at = wall_time();
            plan.on_second();
        }
    }
}

Duration wall_time() {
    return std::chrono::steady_clock::now().time_since_epoch();
}

}  // namespace bestgres::cmd::simulate
