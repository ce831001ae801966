// Who is told that nobody waits for an answer any more, and what is given up then.
#include <gtest/gtest.h>

#include <future>

#include "eventually.h"
#include "http2_client.h"
#include "http_fixture.h"
#include "kubus/http/asker.h"
#include "kubus/http/client.h"
#include "tls_client.h"

namespace kubus::testing {
namespace {

using http::Asker;

constexpr const char* kPatient = "GET /late?patient HTTP/1.1\r\nHost: x\r\n\r\n";

class LeavingTest : public HttpTest {
 protected:
  std::unique_ptr<TlsClient> connect() const {
    return std::make_unique<TlsClient>(server_->port(), ca_.certificate_pem);
  }
  std::unique_ptr<Http2Client> connect_http2() const {
    return std::make_unique<Http2Client>(server_->port(), ca_.certificate_pem);
  }
  void await_late_one() {
    ASSERT_TRUE(eventually([&] { return echo_.late_ones() == 1; }));
  }
  void expect_told(std::size_t count) {
    EXPECT_TRUE(eventually([&] { return echo_.told() == count; }));
  }
  void impatient() {
    server_->stop(std::chrono::milliseconds(0));
    http::Limits limits;
    limits.answer = std::chrono::milliseconds(300);
    start(limits);
  }
  std::future<Result<http::Response>> ask(const http::AskerPtr& asker) {
    http::ClientRequest request;
    request.host = "127.0.0.1";
    request.port = server_->port();
    request.tls = *http::ClientTls::trusting(ca_.certificate_pem);
    request.target = "/late?patient";
    request.asker = asker;
    auto promise = std::make_shared<std::promise<Result<http::Response>>>();
    client_.send(std::move(request), [promise](Result<http::Response> result) {
      promise->set_value(std::move(result));
    });
    return promise->get_future();
  }

  http::Client client_{"leaving-test"};
};

TEST_F(LeavingTest, AllAreToldWhenTheConnectionIsClosed) {
  auto client = connect();
  client->send(kPatient);
  await_late_one();
  echo_.watch_late_ones();
  echo_.watch_late_ones();
  EXPECT_EQ(echo_.told(), 0U);
  client.reset();
  expect_told(2);
  // Who asks later is told as well.
  echo_.watch_late_ones();
  expect_told(3);
  echo_.answer_late_ones();
}

TEST_F(LeavingTest, AllAreToldWhenTheStreamIsReset) {
  auto client = connect_http2();
  const auto stream = client->begin("GET", "/late?patient");
  client->flush();
  await_late_one();
  echo_.watch_late_ones();
  echo_.watch_late_ones();
  client->cancel(stream);
  client->flush();
  expect_told(2);
  echo_.watch_late_ones();
  expect_told(3);
  echo_.answer_late_ones();
  EXPECT_EQ(client->get("/a").status, 200);
}

TEST_F(LeavingTest, AllAreToldWhenTheTimeIsOver) {
  impatient();
  auto client = connect();
  client->send(kPatient);
  await_late_one();
  echo_.watch_late_ones();
  EXPECT_NE(client->rest().find(" 504 "), std::string::npos);
  expect_told(1);
  echo_.watch_late_ones();
  expect_told(2);
  echo_.answer_late_ones();
}

TEST_F(LeavingTest, AllAreToldWhenTheTimeOfAStreamIsOver) {
  impatient();
  auto client = connect_http2();
  // The stream itself is not over: its body is not read to the end.
  client->read_at_most(1);
  const auto stream = client->begin("GET", "/late?patient");
  client->flush();
  await_late_one();
  echo_.watch_late_ones();
  while (client->answer(stream).status == 0) client->read();
  EXPECT_EQ(client->answer(stream).status, 504);
  expect_told(1);
  EXPECT_FALSE(client->answer(stream).closed);
  echo_.watch_late_ones();
  expect_told(2);
  echo_.answer_late_ones();
}

TEST_F(LeavingTest, NobodyIsToldOfARequestThatIsAnswered) {
  auto client = connect();
  client->send(kPatient);
  await_late_one();
  echo_.watch_late_ones();
  echo_.answer_late_ones();
  client->until("\r\n\r\n");
  client->send(kPatient);
  await_late_one();
  echo_.watch_late_ones();
  client.reset();
  expect_told(1);
  echo_.answer_late_ones();
}

TEST_F(LeavingTest, WhatIsAskedForThemIsGivenUp) {
  const auto asker = std::make_shared<Asker>();
  auto given_up = ask(asker), kept = ask(nullptr);
  ASSERT_TRUE(eventually([&] { return echo_.late_ones() == 2; }));
  echo_.watch_late_ones();
  asker->leave();
  const auto result = given_up.get();
  EXPECT_EQ(result.code(), Code::kCancelled);
  EXPECT_EQ(result.status().message(), "context canceled");
  // The other server sees it.
  expect_told(1);
  echo_.answer_late_ones();
  EXPECT_TRUE(kept.get().ok());
  // It is not asked on behalf of those who are not there.
  EXPECT_EQ(ask(asker).get().code(), Code::kCancelled);
  EXPECT_EQ(echo_.late_ones(), 0U);
}

TEST(AskerTest, TellsEachOnceUnlessItWantsToKnowNoMore) {
  const auto asker = std::make_shared<Asker>();
  int told = 0;
  auto one = asker->on_leave([&] { ++told; });
  auto other = asker->on_leave([&] { told += 10; });
  other.reset();
  EXPECT_FALSE(asker->left());
  asker->leave();
  asker->leave();
  EXPECT_EQ(told, 1);
  EXPECT_TRUE(asker->left());
  auto late = asker->on_leave([&] { told += 100; });
  EXPECT_EQ(told, 101);
}

}  // namespace
}  // namespace kubus::testing
