// The HTTPS server against a client that speaks HTTP/2.
#include <gmock/gmock.h>

#include <thread>

#include "eventually.h"
#include "http2_client.h"
#include "http_fixture.h"

namespace kubus {
namespace {

using testing::eventually;
using ::testing::HasSubstr;
using testing::kSlowBlock;
using testing::kSlowBlocks;
using ::testing::StartsWith;

class Http2Test : public testing::HttpTest {
 protected:
  using Client = testing::Http2Client;

  std::unique_ptr<Client> connect(const pki::Pair* pair = nullptr) {
    return std::make_unique<Client>(server_->port(), ca_.certificate_pem, pair);
  }
};

TEST_F(Http2Test, AnswersManyRequestsOfOneConnectionInAnyOrder) {
  auto client = connect();
  std::map<int, std::int32_t> streams;
  for (int i = 0; i < 90; ++i)
    streams[i] = client->begin("POST", "/a?" + std::to_string(i), {},
                               std::string(static_cast<std::size_t>(i) * 1000, 'b') + "end");
  for (int i = 89; i >= 0; --i) {
    const auto& answer = client->finish(streams[i]);
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.error, 0U);
    EXPECT_THAT(answer.body, StartsWith("POST /a?" + std::to_string(i) + "  "));
    EXPECT_TRUE(answer.body.ends_with("end"));
    EXPECT_EQ(answer.headers.at("content-length"), std::to_string(answer.body.size()));
  }
}

TEST_F(Http2Test, SeesTheSubjectOfAClientCertificate) {
  const auto pair = client_pair(ca_);
  EXPECT_EQ(connect(&pair)->get("/a").body, "GET /a jane ");
  const auto other = client_pair(other_ca_);
  EXPECT_EQ(connect(&other)->get("/a").body, "GET /a ! ");
}

TEST_F(Http2Test, StreamsAsItIsWrittenAndNoticesAClientThatLeavesTheStream) {
  auto client = connect();
  EXPECT_EQ(client->get("/stream").body, "one two");
  const auto stream = client->begin("GET", "/open");
  client->until(stream, "open");
  ASSERT_TRUE(eventually([&] { return echo_.open_stream() != nullptr; }));
  EXPECT_TRUE(echo_.open_stream()->write({Bytes::copy(" more")}, true));
  EXPECT_EQ(client->until(stream, "more").body, "open more");
  EXPECT_EQ(client->get("/a").status, 200);
  EXPECT_EQ(echo_.closed_streams(), 0U);
  client->cancel(stream);
  EXPECT_TRUE(eventually([&] { return echo_.closed_streams() == 1; }));
  EXPECT_FALSE(echo_.open_stream()->write({Bytes::copy("x")}, true));
  EXPECT_EQ(client->get("/a").status, 200);
}

TEST_F(Http2Test, SendsLargeStreamsAtTheReadersPace) {
  const auto client = connect();
  EXPECT_EQ(client->get("/slow").body.size(), kSlowBlock * kSlowBlocks);
}

TEST_F(Http2Test, AStreamThatIsNotReadHoldsUpNoOther) {
  auto client = connect();
  client->read_at_most(500);
  const auto slow = client->begin("GET", "/slow");
  for (int i = 0; i < 10; ++i) EXPECT_EQ(client->get("/a").status, 200);
  EXPECT_LE(client->answer(slow).body.size(), 500U);
  EXPECT_FALSE(client->answer(slow).closed);
}

TEST_F(Http2Test, RefusesWhatIsTooLargeOrNotServed) {
  auto client = connect();
  const auto status = [&](std::int32_t stream) { return client->finish(stream).status; };
  EXPECT_EQ(status(client->begin("POST", "/a", {{"content-length", "3145729"}}, "", true)), 413);
  EXPECT_EQ(status(client->begin("POST", "/a", {}, std::string(3'200'000, 'x'), true)), 413);
  EXPECT_EQ(status(client->begin("GET", "/a", {{"x", std::string(9000, 'a')}})), 431);
  EXPECT_EQ(status(client->begin("CONNECT", "")), 405);
  EXPECT_EQ(status(client->begin("GET", "/switch")), 400);
  EXPECT_EQ(status(client->begin("GET", "/drop")), 500);
  EXPECT_EQ(status(client->begin("GET", "/a")), 200);
}

TEST_F(Http2Test, FieldsThatBelongToTheOtherVersionAreMalformed) {
  auto client = connect();
  for (const char* field : {"connection", "transfer-encoding", "upgrade", "keep-alive"})
    EXPECT_EQ(client->finish(client->begin("GET", "/a", {{field, "x"}})).error,
              NGHTTP2_PROTOCOL_ERROR)
        << field;
  const auto longer = client->begin("POST", "/a", {{"content-length", "2"}}, "body");
  EXPECT_EQ(client->finish(longer).error, NGHTTP2_PROTOCOL_ERROR);
  EXPECT_EQ(client->get("/a").status, 200);
}

// What would be more than one request, or another one, for whoever it is passed on to.
TEST_F(Http2Test, FieldsThatWouldBeOthersAreMalformed) {
  auto client = connect();
  const auto error = [&](const std::string& method, const std::string& path,
                         const testing::HeaderFields& fields) {
    return client->finish(client->begin(method, path, fields)).error;
  };
  for (const char* path : {"/a HTTP/1.1\r\nX: y", "/a\r\n", "/a b", "a", ""})
    EXPECT_EQ(error("GET", path, {}), NGHTTP2_PROTOCOL_ERROR) << path;
  for (const char* method : {"GET /b HTTP/1.1\r\n\r\nGET", "GE T", "G\r\n"})
    EXPECT_EQ(error(method, "/a", {}), NGHTTP2_PROTOCOL_ERROR) << method;
  const testing::HeaderFields fields = {
      {"a", "b\r\nc: d"},       {"a", std::string("b\0", 2)}, {"a b", "c"},        
      {"", "b"},                {"te", "gzip"},               {":path", "/b"},     {":status", "200"},
      {":authority", "y"},      {"content-length", "+0"},     {"proxy-connection", "x"},
      {"content-length", "1,1"}};
  for (const auto& field : fields)
    EXPECT_EQ(error("GET", "/a", {field}), NGHTTP2_PROTOCOL_ERROR)
        << field.first << ": " << field.second;
  EXPECT_EQ(client->get("/a").status, 200);
}

TEST_F(Http2Test, LeavesOutFieldsBehindABody) {
  testing::TlsClient client(server_->port(), ca_.certificate_pem, nullptr, "h2");
  using testing::http2_frame;
  const auto head = "\x83\x87" + testing::hpack_field(1, "x") + testing::hpack_field(4, "/fields");
  // "impersonate-user", a name that is not in the table.
  const std::string behind("\0\x10impersonate-user\5admin", 24);
  client.send(testing::http2_preface() +
              http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS, 1, head) +
              http2_frame(NGHTTP2_DATA, 0, 1, "body") +
              http2_frame(NGHTTP2_HEADERS, NGHTTP2_FLAG_END_HEADERS | NGHTTP2_FLAG_END_STREAM, 1,
                          behind));
  const auto answer = client.until("POST /fields  body");
  EXPECT_THAT(answer, HasSubstr("Host: x"));
  EXPECT_EQ(answer.find("admin"), std::string::npos);
}

TEST_F(Http2Test, AnswersWith504WhatIsNotAnsweredInTimeAndGoesOn) {
  auto client = connect();
  const auto& answer = client->get("/late");
  EXPECT_EQ(answer.status, 504);
  EXPECT_THAT(answer.body, HasSubstr("within the allotted timeout"));
  echo_.answer_late_ones();
  EXPECT_EQ(client->get("/a").status, 200);
}

TEST_F(Http2Test, CompressesLargeBodiesForThoseWhoAcceptIt) {
  auto client = connect();
  const auto& small = client->finish(client->begin("GET", "/big", {{"accept-encoding", "gzip"}}));
  EXPECT_EQ(small.headers.at("content-encoding"), "gzip");
  EXPECT_LT(small.body.size(), 10'000U);
  EXPECT_GT(client->get("/big").body.size(), 300'000U);
}

TEST_F(Http2Test, AnswersHeadWithoutABody) {
  auto client = connect();
  const auto& answer = client->finish(client->begin("HEAD", "/big"));
  EXPECT_EQ(answer.headers.at("content-length"), std::to_string(300'000 + 11));
  EXPECT_EQ(answer.body, "");
}

TEST_F(Http2Test, AStoppingServerEndsStreamsAndSaysSo) {
  auto client = connect();
  const auto stream = client->begin("GET", "/open");
  client->until(stream, "open");
  const auto late = client->begin("GET", "/late?patient");
  ASSERT_TRUE(eventually([&] { return echo_.late_ones() == 1; }));
  std::thread stopper([&] { server_->stop(std::chrono::minutes(1)); });
  EXPECT_EQ(client->finish(stream).error, 0U);
  EXPECT_FALSE(client->answer(late).closed);
  echo_.answer_late_ones();
  EXPECT_EQ(client->finish(late).status, 200);
  EXPECT_EQ(client->rest(), NGHTTP2_NO_ERROR);
  stopper.join();
}

TEST_F(Http2Test, BoundsTheBodiesOfAllRequestsTogether) {
  http::Limits limits;
  limits.all_bodies_bytes = 600;  // each header takes 169 of them
  const std::string body(250, 'x');
  start(limits);
  auto client = connect();
  client->begin("POST", "/a", {}, body, true);
  EXPECT_EQ(client->finish(client->begin("POST", "/a", {}, body, true)).status, 503);
  EXPECT_EQ(client->finish(client->begin("POST", "/a", {}, "9")).status, 200);
}

TEST_F(Http2Test, AClientThatLeavesEndsItsStreams) {
  auto client = connect();
  client->until(client->begin("GET", "/open"), "open");
  client.reset();
  EXPECT_TRUE(eventually([&] { return echo_.closed_streams() == 1; }));
  // Returns early only when no connection is left.
  server_->stop(std::chrono::minutes(1));
}

TEST_F(Http2Test, AnswersBeforeALargeBodyThatNobodyWants) {
  auto client = connect();
  const auto& answer =
      client->finish(client->begin("POST", "/unwanted", {}, std::string(1'000'000, 'x')));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "POST /unwanted  unread");
  EXPECT_EQ(client->get("/a").status, 200);
}

}  // namespace
}  // namespace kubus
