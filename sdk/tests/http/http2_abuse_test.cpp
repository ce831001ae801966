// Clients that use HTTP/2 to cost the server more than themselves: they are sent away, and nobody
// else notices.
#include <gtest/gtest.h>
#include <unistd.h>

#include "eventually.h"
#include "http2_client.h"
#include "http_fixture.h"
#include "process_usage.h"

namespace kubus {
namespace {

using testing::eventually;
using testing::hpack_field;
using testing::http2_frame;

class Http2AbuseTest : public testing::HttpTest {
 protected:
  static constexpr std::uint8_t kEndStream = NGHTTP2_FLAG_END_STREAM;
  static constexpr std::uint8_t kEndHeaders = NGHTTP2_FLAG_END_HEADERS;

  std::unique_ptr<testing::Http2Client> connect() {
    return std::make_unique<testing::Http2Client>(server_->port(), ca_.certificate_pem);
  }
  // What the server says to `frames` before it closes.
  std::string provoke(const std::string& frames) {
    testing::TlsClient client(server_->port(), ca_.certificate_pem, nullptr, "h2");
    boost::system::error_code cut_off;
    boost::asio::write(*client.stream, boost::asio::buffer(testing::http2_preface() + frames),
                       cut_off);
    return client.rest();
  }
  void expect_calmed_down(const std::string& frames) {
    EXPECT_EQ(testing::goaway_among(provoke(frames)), NGHTTP2_ENHANCE_YOUR_CALM);
    EXPECT_EQ(connect()->get("/a").status, 200);
  }

  // For whichever of the two comes first: too much of it, or more streams than there may be.
  void expect_sent_away(const std::string& frames) {
    const auto code = testing::goaway_among(provoke(frames)).value_or(NGHTTP2_NO_ERROR);
    EXPECT_TRUE(code == NGHTTP2_ENHANCE_YOUR_CALM || code == NGHTTP2_PROTOCOL_ERROR) << code;
    EXPECT_EQ(connect()->get("/a").status, 200);
  }

  // ":method" GET, ":scheme" https, ":authority" x and ":path".
  static std::string get(const std::string& path) {
    return "\x82\x87" + hpack_field(1, "x") + hpack_field(4, path);
  }
  // `count` times what `make` gives for a stream.
  template <class Make>
  static std::string for_streams(std::uint32_t count, const Make& make) {
    std::string frames;
    for (std::uint32_t i = 0; i < count; ++i) frames += make(2 * i + 1);
    return frames;
  }
  static std::string many(std::size_t count, const std::string& frame) {
    std::string frames;
    for (std::size_t i = 0; i < count; ++i) frames += frame;
    return frames;
  }
};

TEST_F(Http2AbuseTest, RequestsThatAreTakenBackAtOnce) {
  for (const char* path : {"/a", "/late?patient"})
    expect_calmed_down(for_streams(5000, [&](std::uint32_t id) {
      return http2_frame(NGHTTP2_HEADERS, kEndStream | kEndHeaders, id, get(path)) +
             http2_frame(NGHTTP2_RST_STREAM, 0, id, std::string("\0\0\0\x08", 4));
    }));
  // Those that were let in are few.
  EXPECT_LE(echo_.late_ones(), 400U);
}

// The client makes the server reset the streams, so that it resets none itself.
TEST_F(Http2AbuseTest, RequestsWhoseStreamsTheServerHasToEnd) {
  const std::string most = "\x7f\xff\xff\xff";
  expect_sent_away(for_streams(5000, [&](std::uint32_t id) {
    return http2_frame(NGHTTP2_HEADERS, kEndStream | kEndHeaders, id, get("/late?patient")) +
           http2_frame(NGHTTP2_WINDOW_UPDATE, 0, id, most);
  }));
  EXPECT_LE(echo_.late_ones(), 400U);
}

TEST_F(Http2AbuseTest, FarMoreStreamsThanAreAllowed) {
  expect_sent_away(for_streams(10'000, [&](std::uint32_t id) {
    return http2_frame(NGHTTP2_HEADERS, kEndHeaders, id, get("/a"));
  }));
}

TEST_F(Http2AbuseTest, FramesThatAskForNothing) {
  constexpr std::size_t kMany = 30'000;
  const std::string ping = http2_frame(NGHTTP2_PING, 0, 0, "01234567");
  expect_calmed_down(many(kMany, ping));
  expect_calmed_down(many(kMany, http2_frame(NGHTTP2_SETTINGS, 0, 0, "")));
  expect_calmed_down(
      many(kMany, http2_frame(NGHTTP2_PRIORITY, 0, 3, std::string("\0\0\0\0\x10", 5))));
  expect_calmed_down(http2_frame(NGHTTP2_HEADERS, kEndHeaders, 1, get("/a")) +
                     many(kMany, http2_frame(NGHTTP2_DATA, 0, 1, "")));
}

TEST_F(Http2AbuseTest, AHeaderWithoutEnd) {
  provoke(http2_frame(NGHTTP2_HEADERS, 0, 1, get("/a")) +
          many(10'000, http2_frame(NGHTTP2_CONTINUATION, 0, 1, hpack_field(4, "/"))));
  EXPECT_EQ(connect()->get("/a").status, 200);
}

TEST_F(Http2AbuseTest, AHeaderThatUnfolds) {
  // A field of 4,000 bytes that is remembered, then named in a byte each.
  std::string block = get("/a") + std::string("\x40\x01z\x7f\xa1\x1e") + std::string(4000, 'z');
  block += std::string(200'000, '\xbe');
  const auto before = testing::usage_of(::getpid()).resident_kb;
  expect_calmed_down(http2_frame(NGHTTP2_HEADERS, kEndStream | kEndHeaders, 1, block));
  if (testing::kInstrumented) return;
  EXPECT_LT(testing::usage_of(::getpid()).resident_kb, before + 32 * 1024);
}

TEST_F(Http2AbuseTest, WhatIsNoHttp2) {
  provoke("nonsense in place of frames");
  provoke(http2_frame(NGHTTP2_HEADERS, kEndHeaders, 0, get("/a")));
  provoke(http2_frame(NGHTTP2_HEADERS, kEndHeaders, 2, get("/a")));
  provoke(http2_frame(NGHTTP2_DATA, 0, 99, "x"));
  provoke(http2_frame(NGHTTP2_HEADERS, kEndHeaders, 1, std::string(100, '\xff')));
  provoke(http2_frame(NGHTTP2_SETTINGS, 0, 0, "12345"));
  provoke(std::string("\xff\xff\xff\0\0\0\0\0\1", 9) + std::string(100'000, 'x'));
  EXPECT_EQ(connect()->get("/a").status, 200);
}

TEST_F(Http2AbuseTest, AWindowThatNeverOpens) {
  http::Limits limits;
  limits.write = std::chrono::milliseconds(200);
  start(limits);
  auto client = connect();
  client->read_at_most(0);
  EXPECT_EQ(client->finish(client->begin("GET", "/big")).error, NGHTTP2_CANCEL);
  EXPECT_EQ(client->finish(client->begin("GET", "/slow")).error, NGHTTP2_CANCEL);
  // A stream that has nothing to say may be silent for longer than that.
  client = connect();
  const auto silent = client->begin("GET", "/open");
  client->until(silent, "open");
  auto other = connect();
  other->read_at_most(0);
  EXPECT_EQ(other->finish(other->begin("GET", "/big")).error, NGHTTP2_CANCEL);
  ASSERT_TRUE(eventually([&] { return echo_.open_stream() != nullptr; }));
  ASSERT_TRUE(echo_.open_stream()->write({Bytes::copy(" more")}, true));
  client->until(silent, "open more");
}

TEST_F(Http2AbuseTest, AWatchThatIsNotRead) {
  http::Limits limits;
  limits.stream_bytes = 100'000;
  start(limits);
  auto client = connect();
  client->read_at_most(10);
  const auto stream = client->begin("GET", "/open");
  ASSERT_TRUE(eventually([&] { return echo_.open_stream() != nullptr; }));
  while (echo_.open_stream()->write({Bytes(std::string(10'000, 'x'))}, true)) {
  }
  EXPECT_NE(client->finish(stream).error, 0U);
  EXPECT_EQ(client->get("/a").status, 200);
}

TEST_F(Http2AbuseTest, RequestsThatNeverEnd) {
  http::Limits limits;
  limits.request = std::chrono::milliseconds(10);
  start(limits);
  auto client = connect();
  EXPECT_EQ(client->finish(client->begin("POST", "/a", {}, "x", true)).error, NGHTTP2_CANCEL);
  EXPECT_EQ(client->get("/a").status, 200);
}

TEST_F(Http2AbuseTest, ConnectionsWithoutRequestsAreClosed) {
  http::Limits limits;
  limits.idle = std::chrono::milliseconds(10);
  start(limits);
  EXPECT_EQ(connect()->rest(), NGHTTP2_NO_ERROR);
}

}  // namespace
}  // namespace kubus
