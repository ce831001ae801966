// The client, against a real server: answers, kept connections, and what goes wrong.
#include "kubus/http/client.h"

#include <gmock/gmock.h>

#include <future>
#include <vector>

#include "eventually.h"
#include "http_fixture.h"

namespace kubus::testing {
namespace {

using ::testing::HasSubstr;

class ClientTest : public HttpTest {
 protected:
  http::ClientRequest to(const std::string& target) const {
    http::ClientRequest request;
    request.host = "127.0.0.1";
    request.port = server_->port();
    request.tls = *http::ClientTls::trusting(ca_.certificate_pem);
    request.target = target;
    return request;
  }
  static std::future<Result<http::Response>> send(http::Client& client,
                                                  http::ClientRequest request) {
    auto promise = std::make_shared<std::promise<Result<http::Response>>>();
    client.send(std::move(request), [promise](Result<http::Response> result) {
      promise->set_value(std::move(result));
    });
    return promise->get_future();
  }
  static Result<http::Response> ask(http::Client& client, http::ClientRequest request) {
    return send(client, std::move(request)).get();
  }
  static std::string text(const http::Response& response) {
    std::string out;
    for (const auto& part : response.body) out += part.view();
    return out;
  }

  http::Client client_{"client-test"};
};

TEST_F(ClientTest, AsksAndGetsAnswers) {
  auto request = to("/a?b=c");
  request.body = "hello";
  const auto first = ask(client_, request);
  ASSERT_TRUE(first.ok()) << first.status().message();
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(text(*first), "POST /a?b=c  hello");
  EXPECT_EQ(first->headers.get("Content-Type"), "text/plain");
  // Over the same connection, if it is a good one.
  request.method = "GET";
  request.body.clear();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(text(*ask(client_, request)), "GET /a?b=c  ");
  const auto big = ask(client_, to("/big"));
  ASSERT_TRUE(big.ok()) << big.status().message();
  EXPECT_GT(text(*big).size(), 300'000U);
  EXPECT_EQ(text(*ask(client_, to("/stream"))), "one two");
}

TEST_F(ClientTest, ServesManyAtOnce) {
  std::vector<std::future<Result<http::Response>>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(send(client_, to("/n" + std::to_string(i))));
  for (int i = 0; i < 50; ++i) {
    const auto answer = answers[i].get();
    ASSERT_TRUE(answer.ok()) << answer.status().message();
    EXPECT_EQ(text(*answer), "POST /n" + std::to_string(i) + "  ");
  }
}

TEST_F(ClientTest, TriesAnotherConnectionWhenTheKeptOneIsGone) {
  ASSERT_TRUE(ask(client_, to("/a")).ok());
  const auto before = to("/b");
  server_->stop(std::chrono::milliseconds(0));
  EXPECT_EQ(ask(client_, before).code(), Code::kUnavailable);
  SetUp();
  auto request = to("/b");
  ASSERT_TRUE(ask(client_, request).ok());
}

TEST_F(ClientTest, SaysWhatWentWrong) {
  auto slow = to("/late?patient");
  slow.timeout = std::chrono::milliseconds(50);
  const auto expired = ask(client_, slow);
  EXPECT_EQ(expired.code(), Code::kTimeout);
  EXPECT_EQ(expired.status().message(), "context deadline exceeded");
  echo_.answer_late_ones();

  auto large = to("/big");
  large.most = 1000;
  EXPECT_EQ(ask(client_, large).code(), Code::kRequestEntityTooLarge);

  auto stranger = to("/a");
  stranger.tls = *http::ClientTls::trusting(other_ca_.certificate_pem);
  EXPECT_EQ(ask(client_, stranger).status().message(),
            "tls: failed to verify certificate: x509: certificate signed by unknown authority");
  auto unknown = to("/a");
  unknown.tls = *http::ClientTls::trusting("");
  EXPECT_EQ(ask(client_, unknown).code(), Code::kUnavailable);
  auto misnamed = to("/a");
  misnamed.server_name = "other.default.svc";
  EXPECT_EQ(ask(client_, misnamed).status().message(),
            "tls: failed to verify certificate: x509: certificate is not valid for "
            "other.default.svc");

  auto nobody = to("/a");
  nobody.port = 1;
  EXPECT_EQ(ask(client_, nobody).status().message(),
            "dial tcp 127.0.0.1:1: connect: connection refused");
  EXPECT_FALSE(http::ClientTls::trusting("no certificate").ok());
}

TEST_F(ClientTest, EndsWithRequestsUnderWay) {
  std::future<Result<http::Response>> answer;
  {
    http::Client client("short");
    answer = send(client, to("/late?patient"));
    ASSERT_TRUE(eventually([&] { return echo_.late_ones() == 1; }));
  }
  EXPECT_EQ(answer.get().code(), Code::kUnavailable);
  echo_.answer_late_ones();
}

}  // namespace
}  // namespace kubus::testing
