// Requests of HTTP/1.1 whose end, header or length is open to doubt: whatever follows must never be
// taken for a request, nor what stands behind a body for its header.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "eventually.h"
#include "http_fixture.h"
#include "process_usage.h"
#include "tls_client.h"

namespace kubus {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RequestEndTest : public testing::HttpTest {
 protected:
  static constexpr const char* kPost = "POST /a HTTP/1.1\r\nHost: x\r\n";
  static constexpr const char* kChunked = "Transfer-Encoding: chunked\r\n\r\n";

  std::unique_ptr<testing::TlsClient> connect() {
    return std::make_unique<testing::TlsClient>(server_->port(), ca_.certificate_pem);
  }
  // What the server says to `bytes` until it closes.
  std::string provoke(const std::string& bytes) {
    auto client = connect();
    boost::system::error_code cut_off;
    boost::asio::write(*client->stream, boost::asio::buffer(bytes), cut_off);
    return client->rest();
  }
  // The same of a request that asks the server to close.
  std::string ask(const std::string& head, const std::string& body) {
    return provoke(std::string(kPost) + "Connection: close\r\n" + head + "\r\n" + body);
  }
};

TEST_F(RequestEndTest, IsRefusedWhereItIsNotCertain) {
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  const std::string post = kPost, chunked = kPost + std::string(kChunked);
  const struct {
    const char* name;
    std::string request;
    const char* status;
  } cases[] = {
      {"unknown encoding", post + "Transfer-Encoding: xchunked\r\n\r\n", " 501 "},
      {"not chunked at last", post + "Transfer-Encoding: chunked, identity\r\n\r\n", " 501 "},
      {"two encodings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", " 501 "},
      {"identity", post + "Transfer-Encoding: identity\r\n\r\n", " 501 "},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\n" + kChunked + "0\r\n\r\n", " 400 "},
      {"chunked in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", " 501 "},
      {"a control character", post + "Transfer-Encoding: \vchunked\r\n\r\n0\r\n\r\n", " 400 "},
      {"chunks in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
       " 400 "},
      {"length and chunks", post + "Content-Length: 5\r\n" + kChunked + "0\r\n\r\n", " 400 "},
      {"chunks and length",
       post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", " 400 "},
      {"two lengths", post + "Content-Length: 0\r\nContent-Length: 9\r\n\r\n", " 400 "},
      {"two lengths in one field", post + "Content-Length: 0, 9\r\n\r\n", " 400 "},
      {"a signed length", post + "Content-Length: +0\r\n\r\n", " 400 "},
      {"a negative length", post + "Content-Length: -1\r\n\r\n", " 400 "},
      {"a length in hexadecimal", post + "Content-Length: 0x0\r\n\r\n", " 400 "},
      {"two numbers", post + "Content-Length: 0 0\r\n\r\n", " 400 "},
      {"two numbers by a fold", post + "Content-Length: 0\r\n 0\r\n\r\n", " 400 "},
      {"a length beyond all numbers", post + "Content-Length: 18446744073709551616\r\n\r\n",
       " 400 "},
      {"no length", post + "Content-Length:\r\n\r\n", " 400 "},
      {"a space before the colon", post + "Content-Length : 0\r\n\r\n", " 400 "},
      {"a tab before the colon", post + "Transfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n", " 400 "},
      {"a line without a colon", post + "Content-Length\r\n\r\n", " 400 "},
      {"a fold before the first field", "POST /a HTTP/1.1\r\n Host: x\r\n\r\n", " 400 "},
      {"a line that ends without CR", "POST /a HTTP/1.1\nHost: x\n\n", " 400 "},
      {"a field that ends without CR", post + "A: b\nContent-Length: 0\r\n\r\n", " 400 "},
      {"a lone CR", post + "A: b\rContent-Length: 0\r\n\r\n", " 400 "},
      {"a zero byte", post + "A: b" + std::string(1, '\0') + "\r\n\r\n", " 400 "},
      {"a chunk of no size", chunked + "\r\n\r\n", " 400 "},
      {"a chunk of a negative size", chunked + "-1\r\n\r\n", " 400 "},
      {"a chunk beyond all numbers", chunked + "10000000000000000\r\n\r\n", " 400 "},
      {"a chunk that is longer", chunked + "1\r\nab\r\n0\r\n\r\n", " 400 "},
      {"a chunk line without CR", chunked + "1\na\r\n0\r\n\r\n", " 400 "},
      {"the preface of the other version", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", " 400 "},
      {"a version to come", "GET /a HTTP/1.2\r\nHost: x\r\n\r\n", " 400 "},
      {"no version", "GET /a\r\n\r\n", " 400 "},
      {"a space in the target", "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n", " 400 "},
      {"no host", "GET /a HTTP/1.1\r\n\r\n", " 400 "},
      {"two hosts", "GET /a HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", " 400 "},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    const auto answers = provoke(test.request + smuggled);
    EXPECT_EQ(answers.rfind("HTTP/1.1" + std::string(test.status), 0), 0U) << answers;
    EXPECT_THAT(answers, Not(HasSubstr("smuggled")));
  }
}

TEST_F(RequestEndTest, IsFoundWhereItIs) {
  const std::string chunks = "2;a=b;c=\"d e\"\r\nhi\r\n1\r\n!\r\n0;last\r\n\r\n";
  EXPECT_THAT(ask("Transfer-Encoding: chunked\r\n", chunks), HasSubstr("POST /a  hi!"));
  EXPECT_THAT(ask("Content-Length: 2\r\nContent-Length: 2\r\n", "hi"), HasSubstr("POST /a  hi"));
  // What is asked for beside it is an offer that need not be taken up.
  EXPECT_THAT(ask("Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 2\r\n", "hi"),
              HasSubstr("HTTP/1.1 200 OK"));
}

TEST_F(RequestEndTest, IsTheConnectionsInTheOldVersionUnlessItAsksForMore) {
  const std::string get = "GET /a HTTP/1.0\r\n", other = "GET /b HTTP/1.0\r\n\r\n";
  EXPECT_THAT(provoke(get + "\r\n" + other), Not(HasSubstr("GET /b")));
  EXPECT_THAT(provoke(get + "Connection: keep-alive\r\n\r\n" + other), HasSubstr("GET /b"));
}

// A proxy in front that takes such fields out of headers does not look for them there.
TEST_F(RequestEndTest, LeavesNoFieldsBehindIt) {
  const auto head = std::string("POST /fields HTTP/1.1\r\nHost: x\r\nConnection: close\r\n") +
                    "Trailer: Impersonate-User\r\n" + kChunked;
  const auto answer =
      provoke(head + "2\r\nhi\r\n0\r\nImpersonate-User: admin\r\nAuthorization: Bearer t\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Trailer: Impersonate-User"));
  EXPECT_THAT(answer, Not(HasSubstr("admin")));
  EXPECT_THAT(answer, Not(HasSubstr("Bearer")));
}

// Sends `piece` until the server closes.
TEST_F(RequestEndTest, IsNotWaitedForWhereThereIsNone) {
  const std::string piece(64 * 1024, 'x');
  const auto before = testing::usage_of(::getpid()).resident_kb;
  for (const std::string& begun : {kPost + std::string(kChunked) + "1;", kPost + std::string(kChunked) +
                                       "0\r\nX: ", std::string(kPost) + "X: ", std::string("GET /")}) {
    auto client = connect();
    boost::system::error_code cut_off;
    boost::asio::write(*client->stream, boost::asio::buffer(begun), cut_off);
    std::size_t sent = 0;
    while (!cut_off && sent < (1U << 30))
      sent += boost::asio::write(*client->stream, boost::asio::buffer(piece), cut_off);
    EXPECT_TRUE(cut_off);
  }
  if (testing::kInstrumented) return;
  EXPECT_LT(testing::usage_of(::getpid()).resident_kb, before + 32 * 1024);
}

TEST_F(RequestEndTest, ComesAfterFewFields) {
  std::string fields;
  for (int i = 0; i < 1000; ++i) fields += "a:\r\n";
  EXPECT_THAT(ask(fields, ""), HasSubstr(" 431 "));
}

// They are bytes as others are.
TEST_F(RequestEndTest, HeadersCountAmongAllThatIsUnderWay) {
  http::Limits limits;
  limits.all_bodies_bytes = 3000;
  start(limits);
  auto first = connect();
  first->send("GET /late?patient HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'x') + "\r\n\r\n");
  ASSERT_TRUE(testing::eventually([&] { return echo_.late_ones() == 1; }));
  EXPECT_THAT(ask("X: " + std::string(2000, 'x') + "\r\n", ""), HasSubstr(" 503 "));
  EXPECT_THAT(ask("", ""), HasSubstr(" 200 "));
  echo_.answer_late_ones();
  first->until("\r\n\r\n");
  EXPECT_TRUE(testing::eventually([&] {
    return ask("X: " + std::string(2000, 'x') + "\r\n", "").find(" 200 ") != std::string::npos;
  }));
}

}  // namespace
}  // namespace kubus
