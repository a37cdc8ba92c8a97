// Walking through a run by commands, one a line: what `bestgres step` reads. Text in, text out, so
// that a script can do it.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.hpp"
#include "scenarios/replay/replay_file.hpp"
#include "scenarios/step/time_machine.hpp"

namespace bestgres::scenarios {

class Session {
public:
    // Takes the text of a file somewhere; a pure folder writes none.
    using Writer = std::function<Result<Done>(const std::string& name, const std::string& text)>;

    Session(const Ground& ground, Replay replay, Writer writer);

    // What there is to say about a line: an answer, or what is wrong with it and what to do next.
    std::string command(std::string_view line);
    bool done() const { return done_; }
    const World& world() const { return machine_.world(); }
    std::string where() const;
    static std::string help();

private:
    using Words = std::vector<std::string>;
    using Answer = Result<std::string>;
    struct Command;
    static const std::vector<Command>& commands();
    static std::vector<Command> ways();
    static std::vector<Command> looks_around();
    static std::vector<Command> changes();

    Answer next(const Words& words);
    Answer back(const Words& words);
    Answer to(const Words& words);
    Answer why(const Words& words);
    Answer difference(const Words& words);
    Answer fork(const Words& words);
    Answer undo(const Words& words);
    Answer save(const Words& words);
    Answer violations(const Words& words);

    Answer next_of(const std::string& lane);
    Answer to_violation();
    std::string told(std::uint64_t from) const;
    void mark() { last_stop_ = machine_.world(); }

    const Ground& ground_;
    Replay replay_;
    Writer writer_;
    TimeMachine machine_;
    std::vector<TimeMachine> before_forks_;
    World last_stop_;
    bool done_ = false;
};

}  // namespace bestgres::scenarios
