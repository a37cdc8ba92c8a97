#include "fakepatroni/member.hpp"

#include <algorithm>

#include "lib/base/overloaded.hpp"

namespace bestgres::fakepatroni {
namespace {

using std::chrono::milliseconds;

void consider(std::optional<Instant>& due, const std::optional<Instant>& other) {
    if (other && (!due || *other < *due)) {
        due = other;
    }
}

std::optional<Instant> due_of(const Thread& thread) {
    std::optional<Instant> due;
    consider(due, thread.sleeps_until);
    consider(due, thread.awaits_caches_until);
    if (thread.write) {
        consider(due, thread.write->due());
    }
    if (thread.asking) {
        consider(due, thread.asking->deadline);
    }
    return due;
}

}  // namespace

Member::Member(MemberSettings settings)
    : settings_(std::make_shared<const MemberSettings>(std::move(settings))),
      random_(settings_->seed, "patroni/" + settings_->name),
      cache_(*settings_),
      config_json_(settings_->bootstrap_config),
      registrar_(settings_->version) {
    config_ = std::make_shared<const DynamicConfig>(
        dynamic_config(config_json_, settings_->postgresql, settings_->version));
    applied_ = config_;
}

MemberOutbox Member::on(const MemberEvent& event, Instant now, Postgres& local) {
    MemberOutbox out;
    if (is_gone()) {
        return out;
    }
    Instant reached = now;
    if (std::holds_alternative<Wake>(event) && wake_asked_) {
        reached = std::max(now, *wake_asked_);
    }
    Turn turn{now, reached, local, out};
    if (!started_) {
        start_up(turn);
    }
    take(event, turn);
    pass_time(turn);
    run(turn);
    ask_for_wake(turn);
    return out;
}

void Member::take(const MemberEvent& event, Turn& turn) {
    std::visit(Overloaded{
                   [](const Wake&) {},
                   [&](const kube::Answer& answer) { take_answer(answer, turn); },
                   [&](const kube::WatchEvent& watch) { take_watch_event(watch, turn); },
                   [&](const RestRequest& request) { answer_rest(request, turn); },
                   [&](const PeerAnswer& answer) {
                       for (Thread* thread : threads()) {
                           if (!thread->asking) {
                               continue;
                           }
                           auto& open = thread->asking->open;
                           const auto found = std::find_if(
                               open.begin(), open.end(),
                               [&](const auto& asked) { return asked.first == answer.id; });
                           if (found != open.end()) {
                               thread->replies.push_back({found->second, answer.reply});
                               open.erase(found);
                           }
                       }
                   },
                   [&](const SourceAnswer& answer) {
                       for (Thread* thread : threads()) {
                           if (thread->question == answer.id) {
                               thread->question.reset();
                               thread->sleeps_until.reset();
                               thread->facts = answer.facts;
                           }
                       }
                   },
                   [&](const PostgresWorkEnded& work) {
                       work_succeeded_ = work.ended.ok;
                       if (action_ && work.ended.work == PostgresWork::checkpoint) {
                           action_->thread.awaits_checkpoint = false;
                       }
                       if (checkpoint_asked_ && !checkpointed_) {
                           see_to_checkpoint(turn);
                           woken_ = woken_ || checkpointed_;
                       }
                   },
                   [&](const CitusStatementEnded& statement) {
                       registers_ = false;
                       registrar_.ended(statement.ended.failure.empty(), statement.ended.value);
                   },
                   [&](const Terminate&) { terminate(turn); },
                   [&](const Reload& reload) {
                       settings_ = reload.settings;
                       config_record_.reset();
                       reloads_ = true;
                   },
               },
               event);
}

void Member::take_answer(const kube::Answer& answer, Turn& turn) {
    for (Feed* feed : {&pods_, &maps_}) {
        if (feed->state() == Feed::State::listing && feed->list_id() == answer.id) {
            take_list(*feed, answer, turn);
            return;
        }
    }
    // Whatever object comes back is news, also when nobody waits for it any more.
    if (answer.outcome.ok()) {
        if (const auto* object = std::get_if<kube::Object>(&*answer.outcome)) {
            cache_.store(*object);
        }
    }
    for (Thread* thread : threads()) {
        if (thread->write && thread->write->id() == answer.id) {
            answer_thread(*thread, answer, turn);
            return;
        }
    }
}

void Member::answer_thread(Thread& thread, const kube::Answer& answer, Turn& turn) {
    thread.write->answered(answer.outcome, turn.now, jitter());
    if (thread.write->distrusts_watches() && thread.write->outcome()) {
        open_watches_anew(turn);
    }
}

std::vector<Thread*> Member::threads() {
    std::vector<Thread*> all{&loop_};
    if (action_) {
        all.push_back(&action_->thread);
    }
    for (PendingReply& pending : pending_) {
        all.push_back(&pending.thread);
    }
    return all;
}

Duration Member::jitter() {
    return milliseconds(10 * random_.below(81));
}

void Member::pass_time(Turn& turn) {
    for (Feed* feed : {&pods_, &maps_}) {
        if (feed->due() && *feed->due() <= turn.reached) {
            if (feed->state() == Feed::State::listing) {
                feed->failed(turn.now);
            }
            if (*feed->due() <= turn.reached) {
                begin_list(*feed, turn);
            }
        }
    }
    for (Thread* thread : threads()) {
        pass_time_of(*thread, turn);
    }
}

void Member::pass_time_of(Thread& thread, Turn& turn) {
    if (thread.sleeps_until && *thread.sleeps_until <= turn.reached) {
        thread.sleeps_until.reset();
        thread.question.reset();  // its deadline
    }
    if (thread.awaits_caches_until && *thread.awaits_caches_until <= turn.reached) {
        thread.awaits_caches_until.reset();
    }
    if (thread.write && !thread.write->outcome() && thread.write->due() <= turn.reached &&
        thread.write->to_send() == nullptr) {
        thread.write->overdue(turn.now, jitter());
    }
    if (thread.asking && thread.asking->deadline <= turn.reached) {
        for (const auto& [id, peer] : thread.asking->open) {
            thread.replies.push_back({peer, std::nullopt});
        }
        thread.asking->open.clear();
    }
}

// Lets every thread go on until all of them block.
void Member::run(Turn& turn) {
    for (int round = 0; round < 100 && !is_gone(); ++round) {
        send(turn);
        const auto point = point_;
        const bool was_busy = busy();
        const std::size_t waiting = pending_.size();
        const std::size_t asked = turn.out.calls.size() + turn.out.peer_requests.size();
        run_action(turn);
        run_loop(turn);
        run_registrar(turn);
        run_replies(turn);
        send(turn);
        const bool still = point == point_ && was_busy == busy() && waiting == pending_.size() &&
                           asked == turn.out.calls.size() + turn.out.peer_requests.size();
        if (still) {
            return;
        }
    }
}

void Member::send(Turn& turn) {
    for (Thread* thread : threads()) {
        if (thread->write) {
            if (const kube::Call* call = thread->write->to_send()) {
                const kube::CallId id = ++counter_;
                turn.out.calls.push_back({id, *call});
                thread->write->sent(id, turn.now);
            }
            if (thread->write->outcome()) {
                thread->outcome = *thread->write->outcome();
                thread->write.reset();
            }
        }
        if (thread->asking && thread->asking->open.empty()) {
            thread->asking.reset();
        }
        if (thread->awaits_postgres && turn.local.work() == PostgresWork::none) {
            thread->awaits_postgres = false;
        }
        if (thread->awaits_checkpoint && !has_server(turn.local)) {
            thread->awaits_checkpoint = false;
        }
    }
}

void Member::ask_for_wake(Turn& turn) {
    std::optional<Instant> due;
    if (!is_gone()) {
        for (const Thread* thread : threads()) {
            consider(due, due_of(*thread));
            // The end of a server's work may be missed: a look once a second finds it.
            if (thread->awaits_postgres || thread->awaits_checkpoint) {
                consider(due, turn.now + std::chrono::seconds(1));
            }
        }
        consider(due, pods_.due());
        consider(due, maps_.due());
        consider(due, registrar_.due());
    }
    wake_asked_ = due;
    turn.out.wake_at = due;
}

void Member::say(Turn& turn, std::string sentence) {
    sentence_ = sentence;
    turn.out.log.push_back(std::move(sentence));
}

}  // namespace bestgres::fakepatroni
