// The model of PostgreSQL against PostgreSQL 15: the same script on both, and the same outcomes.
#include <gtest/gtest.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "fakepatroni/fidelity/model_side.hpp"
#include "fakepatroni/fidelity/real_side.hpp"

namespace bestgres::fakepatroni::fidelity {
namespace {

Words words_of(const std::string& line) {
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;) {
        words.push_back(word);
    }
    return words;
}

// Real time passes: what is asked may take a while to become true, and must then stay so.
std::string settled(Side& real, const Words& words, const std::string& expected) {
    std::string outcome = real.perform(words);
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (is_question(words[0]) && outcome != expected &&
           std::chrono::steady_clock::now() < give_up) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        outcome = real.perform(words);
    }
    if (is_question(words[0]) && outcome == expected) {
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        outcome = real.perform(words);
    }
    return outcome;
}

class Fidelity : public ::testing::Test {
protected:
    void SetUp() override {
        if (!RealSide::is_installed()) {
            GTEST_SKIP() << "PostgreSQL 15 is not installed";
        }
    }

    // Each line with the outcome that both sides must have.
    void play(const std::vector<std::pair<std::string, std::string>>& script) {
        ModelSide model;
        RealSide real;
        for (const auto& [line, expected] : script) {
            const Words words = words_of(line);
            ASSERT_EQ(model.perform(words), expected) << "the model, asked to " << line;
            ASSERT_EQ(settled(real, words, expected), expected) << "PostgreSQL, asked to " << line;
        }
    }
};

TEST_F(Fidelity, a_crash_a_clean_stop_and_an_immediate_one) {
    play({{"start a primary", "running"},
          {"timeline a", "1"},
          {"control a", "in production"},
          {"commit a 1", "committed"},
          {"kill a", "killed"},
          {"control a", "in production"},
          {"commit a 2", "refused"},
          {"start a primary", "running"},
          {"rows a", "1"},
          {"timeline a", "1"},
          {"stop a fast", "stopped"},
          {"control a", "shut down"},
          {"start a primary", "running"},
          {"stop a immediate", "stopped"},
          {"control a", "in production"},
          {"recover a", "recovered"},
          {"control a", "shut down"}});
}

TEST_F(Fidelity, a_standby_streams_refuses_writes_and_is_promoted) {
    play({{"start a primary", "running"},
          {"copy b from a", "copied"},
          {"start b standby of a", "running"},
          {"streams b", "yes"},
          {"sync b of a", "async"},
          {"control b", "in archive recovery"},
          {"commit a 1", "committed"},
          {"rows b", "1"},
          {"commit b 2", "25006"},
          {"stop b fast", "stopped"},
          {"control b", "shut down in recovery"},
          {"commit a 3", "committed"},
          {"start b standby of a", "running"},
          {"rows b", "1,3"},
          {"stop a fast", "stopped"},
          {"promote b", "promoted"},
          {"timeline b", "2"},
          {"commit b 4", "committed"},
          {"start a standby of b", "running"},
          {"streams a", "yes"},
          {"rows a", "1,3,4"}});
}

TEST_F(Fidelity, who_diverged_streams_only_after_a_rewind) {
    play({{"start a primary", "running"},
          {"copy b from a", "copied"},
          {"start b standby of a", "running"},
          {"streams b", "yes"},
          {"commit a 1", "committed"},
          {"rows b", "1"},
          {"promote b", "promoted"},
          {"commit b 2", "committed"},
          {"commit a 3", "committed"},
          {"kill a", "killed"},
          {"rewind a from b", "failed"},
          {"recover a", "recovered"},
          {"start a standby of b", "running"},
          {"streams a", "no"},
          {"rows a", "1,3"},
          {"stop a fast", "stopped"},
          {"rewind a from b", "rewound"},
          {"start a standby of b", "running"},
          {"streams a", "yes"},
          {"rows a", "1,2"}});
}

TEST_F(Fidelity, a_commit_waits_for_its_synchronous_standby_and_a_stop_cuts_it) {
    play({{"start a primary synchronous_standby_names=b", "running"},
          {"copy b from a", "copied"},
          {"commit a 1", "waits"},
          {"start b standby of a", "running"},
          {"outcome 1", "committed"},
          {"sync b of a", "sync"},
          {"stop b fast", "stopped"},
          {"commit a 2", "waits"},
          {"cancel a 2", "asked"},
          {"outcome 2", "committed"},
          {"commit a 3", "waits"},
          {"set a", "reloaded"},
          {"outcome 3", "committed"},
          {"set a synchronous_standby_names=b", "reloaded"},
          {"commit a 4", "waits"},
          {"stop a fast", "stopped"},
          {"outcome 4", "cut"},
          {"start a primary", "running"},
          {"rows a", "1,2,3,4"}});
}

TEST_F(Fidelity, a_quorum_needs_so_many_of_the_list) {
    play({{"start a primary", "running"},
          {"copy b from a", "copied"},
          {"copy c from a", "copied"},
          {"start b standby of a", "running"},
          {"start c standby of a", "running"},
          {"streams b", "yes"},
          {"streams c", "yes"},
          {"set a synchronous_standby_names=ANY~1~(b,c)", "reloaded"},
          {"sync b of a", "quorum"},
          {"sync c of a", "quorum"},
          {"stop b fast", "stopped"},
          {"commit a 1", "committed"},
          {"set a synchronous_standby_names=2~(b,c)", "reloaded"},
          {"sync c of a", "sync"},
          {"commit a 2", "waits"},
          {"start b standby of a", "running"},
          {"outcome 2", "committed"},
          {"set a synchronous_standby_names=b,c", "reloaded"},
          {"sync b of a", "sync"},
          {"sync c of a", "potential"},
          {"set a synchronous_standby_names=*", "reloaded"},
          {"stop b fast", "stopped"},
          {"sync c of a", "sync"},
          {"stop c fast", "stopped"},
          {"commit a 3", "waits"}});
}

TEST_F(Fidelity, a_stop_waits_until_the_standby_has_everything) {
    play({{"start a primary", "running"},
          {"copy b from a", "copied"},
          {"start b standby of a", "running"},
          {"streams b", "yes"},
          {"stick b", "stuck"},
          {"stop a fast", "stopping"},
          {"control a", "shut down"},
          {"unstick b", "unstuck"},
          {"state a", "stopped"}});
}

TEST_F(Fidelity, a_setting_that_binds_standbys_pauses_replay_and_ends_it) {
    play({{"start a primary", "running"},
          {"copy b from a", "copied"},
          {"start b standby of a", "running"},
          {"streams b", "yes"},
          {"stop a fast", "stopped"},
          {"start a primary max_connections=200", "running"},
          {"commit a 1", "committed"},
          {"paused b", "yes"},
          {"rows b", ""},
          {"resume b", "resumed"},
          {"state b", "stopped"},
          {"start b standby of a", "failed"},
          {"start b standby of a max_connections=200", "running"},
          {"rows b", "1"}});
}

TEST_F(Fidelity, ordinary_clients_do_not_get_the_reserved_connections) {
    play({{"start a primary max_connections=5 max_wal_senders=0", "running"},
          {"connect a 1", "connected"},
          {"connect a 2", "connected"},
          {"connect a 3", "53300"},
          {"commit a 1", "53300"}});
}

}  // namespace
}  // namespace bestgres::fakepatroni::fidelity
