// SQL over libpq without blocking the loop: one connection a call, statements in order, one
// deadline for all of it. Passwords and statement texts never appear in messages.
#pragma once

#include <functional>
#include <map>
#include <memory>

#include "lib/http/event_loop.hpp"
#include "lib/postgres/sql.hpp"

namespace bestgres::adapters {

class PostgresSql : public postgres::Sql {
public:
    // `on_answer` is called once a submitted call, later, on the loop's thread.
    PostgresSql(http::EventLoop& loop, std::function<void(postgres::Answer)> on_answer);
    ~PostgresSql() override;

    void submit(postgres::CallId id, postgres::Call call) override;

private:
    class Session;

    http::EventLoop& loop_;
    std::function<void(postgres::Answer)> on_answer_;
    std::map<postgres::CallId, std::shared_ptr<Session>> sessions_;
};

}  // namespace bestgres::adapters
