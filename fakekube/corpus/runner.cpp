#include "fakekube/corpus/runner.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "fakekube/corpus/answer.hpp"
#include "fakekube/corpus/templates.hpp"

namespace bestgres::fakekube::corpus {
namespace {

Duration seconds_of(const Ordered& step, const char* key, double fallback) {
    const double seconds = step.contains(key) ? step[key].get<double>() : fallback;
    return Duration(static_cast<std::int64_t>(std::llround(seconds * 1e9)));
}

std::string type_of(const Ordered& step) {
    return step.contains("type") ? step["type"].get<std::string>() : "http";
}

class CaseRun {
public:
    CaseRun(Transport& transport, const RunOptions& options)
        : transport_(transport), options_(options), variables_(options.variables) {
        variables_["ns"] = "c-" + options.run_name;
        variables_["rand"] = options.run_name;
        refresh();
    }

    Json perform(const Ordered& step) {
        const std::string type = type_of(step);
        if (type == "sleep") {
            transport_.sleep(seconds_of(step, "seconds", 0));
            return Json::object();
        }
        if (type == "watch-read") {
            return read_events(streams_[step["stream"].get<std::string>()], step);
        }
        if (type == "watch-close") {
            transport_.close(streams_[step["stream"].get<std::string>()]);
            return Json::object();
        }
        const Request request = request_of(step["request"], variables_, options_.tokens);
        if (step["request"].contains("body")) {
            normaliser_.add_literals(Json(step["request"]["body"]));
        }
        if (type == "watch" || type == "watch-open") {
            return watch(step, request, type == "watch-open");
        }
        return exchange(step, request);
    }

private:
    Json exchange(const Ordered& step, const Request& request) {
        const Ordered poll = step.contains("poll") ? step["poll"] : Ordered();
        const Instant deadline = transport_.now() + seconds_of(poll, "timeout", 30);
        Answer answer;
        bool satisfied = false;
        while (true) {
            answer = Answer::of(transport_.exchange(request));
            satisfied = poll.is_null() || is_satisfied(poll, answer);
            if (satisfied || transport_.now() > deadline) {
                break;
            }
            transport_.sleep(seconds_of(poll, "interval", 0.25));
        }
        capture(step, answer.body);
        Json result = recorded_answer(answer, step, normaliser_);
        if (!poll.is_null() && record_mode(step) == "none") {
            result["pollSatisfied"] = satisfied;
        }
        if (!poll.is_null() && !satisfied) {
            result["pollTimedOut"] = true;
        }
        return result;
    }

    Json watch(const Ordered& step, const Request& request, bool only_open) {
        const Opened opened = transport_.open(request);
        const std::string name = step.contains("stream") ? step["stream"].get<std::string>() : "_";
        streams_[name] = opened.id;
        const Json headers = recorded_headers(opened.head.headers, normaliser_, opened.is_stream);
        if (only_open) {
            return {{"status", opened.head.status}, {"headers", headers}};
        }
        if (!opened.is_stream) {
            const Answer answer = Answer::of(opened.head);
            Json result = {{"status", answer.status}, {"headers", headers}};
            if (answer.body.is_null()) {
                result["bodyText"] = normaliser_.text(answer.text);
            } else {
                result["body"] = normaliser_.value(answer.body);
            }
            return result;
        }
        Json result = read_events(opened.id, step);
        transport_.close(opened.id);
        result["status"] = opened.head.status;
        result["headers"] = headers;
        return result;
    }

    Json read_events(int id, const Ordered& step) {
        const Instant deadline = transport_.now() + seconds_of(step, "timeout", 15);
        const std::optional<std::size_t> count =
            step.contains("count") ? std::optional(step["count"].get<std::size_t>()) : std::nullopt;
        Json events = Json::array();
        bool ended = false;
        while (!count || events.size() < *count) {
            const Duration left = deadline - transport_.now();
            if (left <= Duration::zero()) {
                break;
            }
            const StreamRead read = transport_.read(id, left);
            if (read.kind != StreamRead::Kind::line) {
                ended = read.kind == StreamRead::Kind::ended;
                break;
            }
            const Result<Json> event = parse_json(read.line);
            if (!event.ok()) {
                events.push_back({{"text", read.line}});
                continue;
            }
            capture_event(step, events.size(), *event);
            events.push_back(normaliser_.value(brief_event(step, *event)));
        }
        return {{"events", std::move(events)}, {"closedByServer", ended}};
    }

    void capture_event(const Ordered& step, std::size_t index, const Json& event) {
        if (!step.contains("captureEvents")) {
            return;
        }
        for (const auto& [name, place] : step["captureEvents"].items()) {
            if (place[0].get<std::size_t>() == index) {
                set_variable(name, value_at(event, place[1].get<std::string>()));
            }
        }
    }

    void capture(const Ordered& step, const Json& body) {
        if (step.contains("capture")) {
            for (const auto& [name, pointer] : step["capture"].items()) {
                set_variable(name, value_at(body, pointer.get<std::string>()));
            }
        }
    }

    void set_variable(const std::string& name, const Json& value) {
        if (!value.is_null()) {
            variables_[name] = value.is_string() ? value.get<std::string>() : dump(value);
            refresh();
        }
    }

    // What is the same in every run (API versions) is filled into the recorded answers instead.
    void refresh() {
        std::map<std::string, std::string> changing = variables_;
        for (const auto& [name, value] : options_.variables) {
            changing.erase(name);
        }
        normaliser_.set_variables(changing);
    }

    Transport& transport_;
    const RunOptions& options_;
    std::map<std::string, std::string> variables_;
    Normaliser normaliser_;
    std::map<std::string, int> streams_;
};

std::string told_request(const Ordered& step) {
    if (!step.contains("request")) {
        return type_of(step);
    }
    const Ordered& request = step["request"];
    std::string told =
        request["method"].get<std::string>() + " " + request["path"].get<std::string>();
    if (request.contains("query")) {
        told += "?" + request["query"].get<std::string>();
    }
    return told;
}

bool is_ignored(const Ordered& step, const std::string& at) {
    if (!step.contains("ignore")) {
        return false;
    }
    return std::any_of(step["ignore"].begin(), step["ignore"].end(), [&](const Ordered& prefix) {
        return at.starts_with(prefix.get<std::string>());
    });
}

}  // namespace

CaseResult run_case(Transport& transport, const Ordered& test_case, const RunOptions& options) {
    CaseRun run(transport, options);
    Bindings bindings;
    CaseResult result{.name = test_case["name"].get<std::string>(), .steps = {}};
    if (test_case.contains("setup")) {
        for (const Ordered& step : test_case["setup"]) {
            run.perform(step);
        }
    }
    std::size_t number = 0;
    for (const Ordered& step : test_case["steps"]) {
        ++number;
        const Json got = run.perform(step);
        if (type_of(step) == "sleep" || type_of(step) == "watch-close") {
            continue;
        }
        const Json wanted = Json(filled_json(step["response"], options.variables));
        StepResult told{.number = number, .request = told_request(step), .differences = {}};
        for (Difference& difference : differences(wanted, got, bindings)) {
            if (!is_ignored(step, difference.at)) {
                told.differences.push_back(std::move(difference));
            }
        }
        result.steps.push_back(std::move(told));
    }
    if (test_case.contains("teardown")) {
        for (const Ordered& step : test_case["teardown"]) {
            run.perform(step);
        }
    }
    return result;
}

}  // namespace bestgres::fakekube::corpus
