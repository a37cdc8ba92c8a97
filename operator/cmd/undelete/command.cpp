#include "operator/cmd/undelete/command.hpp"

#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "operator/api/cluster.hpp"
#include "operator/cmd/preview/connection.hpp"
#include "operator/cmd/undelete/undelete.hpp"
#include "operator/cmd/undelete/volumes.hpp"

namespace bestgres::cmd {
namespace {

constexpr int usage_error = 2;

int fail(const std::string& message, int status) {
    fmt::print(stderr, "bestgres: {}\n", message);
    return status;
}

Result<Done> write_manifest(const std::string& file, const kube::Object& manifest) {
    std::ofstream stream(file, std::ios::trunc);
    stream << manifest.json().dump(2) << "\n";
    stream.close();
    if (!stream) {
        return Error{
            fmt::format("write {}: it is not writable, and without it nothing is changed", file)};
    }
    return Done{};
}

int bring_back_cluster(const Undeletion& with, const kube::Ref& ref, const std::string& file) {
    if (const Result<Done> done = undelete(with, ref); !done.ok()) {
        return fail(done.error().message, 1);
    }
    fmt::print("{} is back, and nobody deletes it; its manifest is in {}\n", to_string(ref), file);
    return 0;
}

int bring_back_volumes(const Undeletion& with, const kube::Ref& ref, const std::string& member) {
    const auto taken = take_back_volumes(with, ref, member);
    if (!taken.ok()) {
        return fail(taken.error().message, 1);
    }
    for (const TakenBack& volume : *taken) {
        fmt::print("{}\n", describe(volume, time_here()));
    }
    return 0;
}

}  // namespace

int undelete_main(const std::vector<std::string>& words) {
    const Result<Arguments> arguments = parse_undelete_arguments(words);
    if (!arguments.ok()) {
        return fail(arguments.error().message + "; see bestgres undelete --help", usage_error);
    }
    if (arguments->help) {
        fmt::print("{}", undelete_usage);
        return 0;
    }
    auto connection = connect(*arguments);
    if (!connection.ok()) {
        return fail(connection.error().message, 1);
    }
    const kube::Ref ref{kube::kinds::bg_cluster, connection->ns, arguments->cluster};
    const Undeletion with{
        .ask = [&connection](
                   kube::Call call) { return connection->client->call_and_wait(std::move(call)); },
        .save =
            [&arguments](const kube::Object& manifest) {
                return write_manifest(arguments->file, manifest);
            },
        .pause = [] { std::this_thread::sleep_for(std::chrono::milliseconds(500)); }};
    const auto live = find_live(*connection->client, ref);
    if (!live.ok()) {
        return fail(live.error().message, 1);
    }
    const bool of_volumes = !arguments->member.empty() || (*live && !(*live)->being_deleted());
    return of_volumes ? bring_back_volumes(with, ref, arguments->member)
                      : bring_back_cluster(with, ref, arguments->file);
}

}  // namespace bestgres::cmd
