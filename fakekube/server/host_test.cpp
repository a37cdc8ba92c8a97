#include "fakekube/server/host.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <new>

namespace bestgres::fakekube {
namespace {

TEST(Host, that_is_gone_is_not_called_by_the_loop) {
    http::EventLoop loop;
    const Log log(
        LogLevel::error, [] { return Instant{}; }, [](std::string_view) {});
    alignas(Host) unsigned char storage[sizeof(Host)];
    Host* const host = new (storage) Host(loop, ApiServer(ServerOptions()), HostOptions(), log);
    ASSERT_TRUE(host->start().ok());  // posts its first look
    host->~Host();
    std::memset(storage, 0xa5, sizeof storage);  // whoever looks into it now goes astray
    loop.run_until([] { return false; }, std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace bestgres::fakekube
