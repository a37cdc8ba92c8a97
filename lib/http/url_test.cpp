#include "lib/http/url.hpp"

#include <gtest/gtest.h>

#include "lib/http/client.hpp"
#include "lib/http/message.hpp"

namespace bestgres::http {
namespace {

TEST(Url, reads_origin_and_target) {
    const Result<Url> url = parse_url("https://[::1]:6443/api?x=1#part");
    ASSERT_TRUE(url.ok());
    EXPECT_EQ(url->origin, (Origin{.tls = true, .host = "::1", .port = 6443}));
    EXPECT_EQ(url->target, "/api?x=1");
    EXPECT_EQ(to_string(url->origin), "https://[::1]:6443");
    EXPECT_EQ(to_string(parse_url("http://db.shop:80")->origin), "http://db.shop");
    EXPECT_EQ(parse_url("http://h?x")->target, "/?x");
    for (const char* text : {"", "h", "ftp://h", "http://", "http://u@h", "http://h:x"}) {
        EXPECT_FALSE(parse_url(text).ok()) << text;
    }
}

TEST(Listen, reads_address_and_port) {
    EXPECT_EQ(*parse_listen("127.0.0.1:0"), (Listen{.address = "127.0.0.1", .port = 0}));
    EXPECT_EQ(*parse_listen(":80"), (Listen{.address = "0.0.0.0", .port = 80}));
    EXPECT_FALSE(parse_listen("127.0.0.1").ok());
    EXPECT_FALSE(parse_listen("127.0.0.1:99999").ok());
}

TEST(Query, decodes_keys_and_values) {
    const auto query = parse_query("labelSelector=a%3Db%2Cc&watch=True&x=1+2&x");
    EXPECT_EQ(query.find("labelSelector")->second, "a=b,c");
    EXPECT_EQ(query.find("watch")->second, "True");
    EXPECT_EQ(query.count("x"), 2U);
}

TEST(Headers, compare_names_without_case_and_cannot_be_split) {
    Headers headers{{"Content-Type", "a"}};
    EXPECT_EQ(headers.get("content-type"), "a");
    headers.set("CONTENT-TYPE", "b\r\nX: y");
    const std::string head =
        request_head({.method = "GET", .target = "/", .headers = headers, .body = ""}, "h");
    EXPECT_EQ(head, "GET / HTTP/1.1\r\nHost: h\r\nCONTENT-TYPE: b  X: y\r\n\r\n");
}

TEST(LineSplitter, joins_pieces_and_bounds_a_line) {
    LineSplitter splitter(8);
    std::string lines;
    const auto collect = [&](std::string_view line) { lines += "[" + std::string(line) + "]"; };
    EXPECT_TRUE(splitter.feed("ab\ncd", collect));
    EXPECT_TRUE(splitter.feed("e\n\nf", collect));
    EXPECT_EQ(lines, "[ab][cde][]");
    EXPECT_EQ(splitter.rest(), "f");
    EXPECT_FALSE(splitter.feed("123456789", collect));
}

}  // namespace
}  // namespace bestgres::http
