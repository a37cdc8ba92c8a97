#include "operator/adapters/postgres_sql.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <array>
#include <optional>

namespace bestgres::adapters {
namespace {

struct FinishConnection {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, FinishConnection>;
using QueryResult = std::unique_ptr<PGresult, ClearResult>;

std::string first_line(const char* text) {
    const std::string_view all = text == nullptr ? "" : text;
    return std::string(all.substr(0, all.find('\n')));
}

Connection begin_connection(const postgres::Call& call) {
    const std::string port = std::to_string(call.port);
    // An address, never a name: libpq would resolve a name synchronously.
    const std::array<const char*, 9> keywords = {"hostaddr",
                                                 "port",
                                                 "dbname",
                                                 "user",
                                                 "password",
                                                 "application_name",
                                                 "target_session_attrs",
                                                 "sslmode",
                                                 nullptr};
    const std::array<const char*, 9> values = {call.address.c_str(),
                                               port.c_str(),
                                               call.database.c_str(),
                                               call.username.c_str(),
                                               call.password.c_str(),
                                               "bestgres-operator",
                                               call.read_write ? "read-write" : "any",
                                               "prefer",
                                               nullptr};
    return Connection(PQconnectStartParams(keywords.data(), values.data(), 0));
}

std::vector<postgres::Row> rows_of(const PGresult* result) {
    std::vector<postgres::Row> rows;
    const int columns = PQnfields(result);
    for (int row = 0; row < PQntuples(result); ++row) {
        postgres::Row values;
        for (int column = 0; column < columns; ++column) {
            values.push_back(PQgetisnull(result, row, column) != 0
                                 ? std::nullopt
                                 : std::optional<std::string>(PQgetvalue(result, row, column)));
        }
        rows.push_back(std::move(values));
    }
    return rows;
}

}  // namespace

// One call from connecting to its answer. Ends exactly once, through `finish`.
class PostgresSql::Session : public std::enable_shared_from_this<Session> {
public:
    using Finish = std::function<void(Result<postgres::Rows, postgres::Failure>)>;

    Session(http::EventLoop& loop, postgres::Call call, Finish finish)
        : loop_(loop), call_(std::move(call)), finish_(std::move(finish)), deadline_(loop) {}

    void start() {
        deadline_.start(call_.deadline, [this] { fail("no answer in time"); });
        connection_ = begin_connection(call_);
        if (!connection_ || PQstatus(connection_.get()) == CONNECTION_BAD) {
            fail(first_line(PQerrorMessage(connection_.get())));
            return;
        }
        PQsetnonblocking(connection_.get(), 1);
        // libpq asks to behave as if PQconnectPoll had wanted to write.
        wait_for_connection(PGRES_POLLING_WRITING);
    }

private:
    void wait_for_connection(PostgresPollingStatusType wanted) {
        // The socket may change from one attempt to the next.
        watch_.emplace(loop_, PQsocket(connection_.get()));
        const auto go_on = [self = shared_from_this()] { self->poll_connection(); };
        if (wanted == PGRES_POLLING_READING) {
            watch_->when_readable(go_on);
        } else {
            watch_->when_writable(go_on);
        }
    }

    void poll_connection() {
        const PostgresPollingStatusType status = PQconnectPoll(connection_.get());
        if (status == PGRES_POLLING_FAILED) {
            fail(first_line(PQerrorMessage(connection_.get())));
        } else if (status == PGRES_POLLING_OK) {
            watch_.emplace(loop_, PQsocket(connection_.get()));
            send_next();
        } else {
            wait_for_connection(status);
        }
    }

    void send_next() {
        if (rows_.of_statement.size() == call_.statements.size()) {
            end(std::move(rows_));
            return;
        }
        const postgres::Statement& statement = call_.statements[rows_.of_statement.size()];
        std::vector<const char*> values;
        for (const std::string& parameter : statement.parameters) {
            values.push_back(parameter.c_str());
        }
        // Without parameters the simple protocol: a text of several commands is allowed there.
        const int sent = values.empty()
                             ? PQsendQuery(connection_.get(), statement.text.c_str())
                             : PQsendQueryParams(connection_.get(), statement.text.c_str(),
                                                 static_cast<int>(values.size()), nullptr,
                                                 values.data(), nullptr, nullptr, 0);
        if (sent == 0) {
            fail(first_line(PQerrorMessage(connection_.get())));
            return;
        }
        sent_ = true;
        last_rows_.clear();
        flush();
    }

    void flush() {
        const int left = PQflush(connection_.get());
        if (left < 0) {
            fail(first_line(PQerrorMessage(connection_.get())));
            return;
        }
        if (left > 0) {
            watch_->when_writable([self = shared_from_this()] { self->flush(); });
        }
        watch_->when_readable([self = shared_from_this()] { self->receive(); });
    }

    void receive() {
        if (PQconsumeInput(connection_.get()) == 0) {
            fail(first_line(PQerrorMessage(connection_.get())));
            return;
        }
        while (PQisBusy(connection_.get()) == 0) {
            const QueryResult result(PQgetResult(connection_.get()));
            if (!result) {
                sent_ = false;
                rows_.of_statement.push_back(std::move(last_rows_));
                send_next();
                return;
            }
            if (!take(result.get())) {
                return;
            }
        }
        watch_->when_readable([self = shared_from_this()] { self->receive(); });
    }

    // False when the result ended the call.
    bool take(const PGresult* result) {
        const ExecStatusType status = PQresultStatus(result);
        if (status == PGRES_TUPLES_OK) {
            last_rows_ = rows_of(result);
            return true;
        }
        if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
            return true;
        }
        const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        const std::string sqlstate = state == nullptr ? "" : state;
        // Class 57 is a shutdown or a cancellation, 08 a lost connection: a COMMIT may have been
        // done.
        const bool unknown =
            sqlstate.empty() || sqlstate.rfind("57", 0) == 0 || sqlstate.rfind("08", 0) == 0;
        end(postgres::Failure{
            .index = rows_.of_statement.size(),
            .sqlstate = sqlstate,
            .message = attempt() + ": " + first_line(PQresultErrorMessage(result)),
            .unknown = unknown});
        return false;
    }

    std::string attempt() const {
        const std::size_t at = rows_.of_statement.size();
        const std::string what = at < call_.statements.size() ? call_.statements[at].id : "connect";
        return fmt::format("{} on {}/{}", sent_ ? what : "connect", call_.ns, call_.pod);
    }

    void fail(const std::string& cause) {
        end(postgres::Failure{
            .index = sent_ ? std::optional(rows_.of_statement.size()) : std::nullopt,
            .sqlstate = "",
            .message = attempt() + ": " + cause,
            .unknown = sent_});
    }

    // The last thing that a session does: `finish` lets go of it.
    void end(Result<postgres::Rows, postgres::Failure> outcome) {
        if (!finish_) {
            return;
        }
        const Finish finish = std::move(finish_);
        finish_ = nullptr;
        deadline_.cancel();
        watch_.reset();
        connection_.reset();
        finish(std::move(outcome));
    }

    http::EventLoop& loop_;
    postgres::Call call_;
    Finish finish_;
    http::Timer deadline_;
    Connection connection_;
    std::optional<http::DescriptorWatch> watch_;
    postgres::Rows rows_;
    std::vector<postgres::Row> last_rows_;
    bool sent_ = false;  // a statement without a complete answer
};

PostgresSql::PostgresSql(http::EventLoop& loop, std::function<void(postgres::Answer)> on_answer)
    : loop_(loop), on_answer_(std::move(on_answer)) {}

PostgresSql::~PostgresSql() = default;

void PostgresSql::submit(postgres::CallId id, postgres::Call call) {
    auto session = std::make_shared<Session>(
        loop_, std::move(call), [this, id](Result<postgres::Rows, postgres::Failure> outcome) {
            // Later: the session must not be destroyed inside its own call.
            loop_.post([this, id, outcome = std::move(outcome)] {
                sessions_.erase(id);
                on_answer_({.id = id, .outcome = outcome});
            });
        });
    sessions_[id] = session;
    session->start();
}

}  // namespace bestgres::adapters
