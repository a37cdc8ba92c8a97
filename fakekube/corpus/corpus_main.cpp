// fakekube_corpus: replays recorded requests of a real kube-apiserver against an ApiServer value
// and prints where the answers differ.
#include <memory>

#include "fakekube/corpus/in_process_transport.hpp"
#include "fakekube/corpus/replay.hpp"

namespace bestgres::fakekube::corpus {
namespace {

Background controllers_background() {
    auto manager = std::make_shared<controllers::ControllerManager>(recorded_controllers());
    return [manager](ApiServer& server, Instant now) {
        manager->run(server, now);
        return manager->next_due();
    };
}

int run(const ReplayOptions& options) {
    const Instant now{1'600'000'000'000'000'000};
    const ApiServer fresh(recorded_server(now));
    return replay(options, [&](bool with_controllers) {
        return std::make_unique<InProcessTransport>(
            fresh, now, with_controllers ? controllers_background() : Background());
    });
}

}  // namespace
}  // namespace bestgres::fakekube::corpus

int main(int count, char** values) {
    using namespace bestgres::fakekube::corpus;
    return run(parse_replay_options(
        count, values,
        {.corpus = BESTGRES_SOURCE_DIR "/../shared/apiserver-corpus",
         .deviations = BESTGRES_SOURCE_DIR "/fakekube/corpus/deviations.yaml"}));
}
