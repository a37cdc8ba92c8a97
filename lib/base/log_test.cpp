#include "lib/base/log.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <rapidcheck/gtest.h>

namespace bestgres {
namespace {

TEST(Log, writes_one_json_line_with_the_fixed_keys_first) {
    std::string out;
    const Log log(
        LogLevel::info, [] { return Instant{0}; }, [&](std::string_view line) { out += line; });
    log.debug("too quiet", Json::object());
    log.info("step performed", {{"because", "x\ny"}});
    EXPECT_EQ(
        out,
        "{\"ts\":\"1970-01-01T00:00:00.000000Z\",\"level\":\"info\",\"msg\":\"step performed\","
        "\"because\":\"x\\ny\"}\n");
}

TEST(LogLevel, names_the_choices_when_it_refuses) {
    EXPECT_EQ(*parse_log_level("warn"), LogLevel::warn);
    EXPECT_EQ(parse_log_level("loud").error().message,
              "not a log level: \"loud\" (debug, info, warn or error)");
}

}  // namespace
}  // namespace bestgres
