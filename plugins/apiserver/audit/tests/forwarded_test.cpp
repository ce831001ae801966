// What the audit log says of requests that somebody else answers.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "audit/audit.h"
#include "request/query.h"
#include "temp_dir.h"

namespace kubus::apiserver::audit {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;

// Keeps what is forwarded.
class Forwarding final : public http::Exchange {
 public:
  Forwarding(std::string method, std::string target) {
    request_.method = std::move(method);
    request_.target = std::move(target);
  }
  http::Request& request() override { return request_; }
  void on_leave(Task) override {}
  void answer_within(std::chrono::steady_clock::duration) override {}
  void respond(http::Response) override {}
  std::shared_ptr<http::BodyStream> stream(http::Response) override { return nullptr; }
  void forward(http::Upstream upstream) override { upstream_.emplace(std::move(upstream)); }
  void take_over(Taker) override {}

  std::optional<http::Upstream> upstream_;

 private:
  http::Request request_;
};

class ForwardedRequest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto policy = Policy::parse(
        "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
        "rules: [{level: Metadata, omitStages: [RequestReceived]}]\n");
    auto log = LogFile::open({path(), 1 << 20, 0, {}}, pool_, log_);
    ASSERT_TRUE(policy.ok() && log.ok());
    audit_.emplace(std::move(*policy), std::move(*log));
  }
  std::string path() const { return dir_.path() + "/audit.log"; }
  // Sends it on, as somebody does who wants to know the status.
  std::shared_ptr<Forwarding> forward(const std::string& method, const std::string& target) {
    auto inner = std::make_shared<Forwarding>(method, target);
    std::shared_ptr<http::Exchange> exchange = inner;
    audit_->begin(exchange, {"adam", {}, {}}, parse_request(method, target, Query()));
    http::Upstream upstream;
    upstream.failed = [](const std::string& error) {
      http::Response response;
      response.status = 503;
      response.body.emplace_back(R"({"kind":"Status","reason":"Gone","message":")" + error + "\"}");
      return response;
    };
    upstream.on_status = [this](int status) { told_ = status; };
    exchange->forward(std::move(upstream));
    return inner;
  }
  // The stages that were written with their codes, and what failed.
  std::vector<std::string> written() {
    audit_->flush();
    std::vector<std::string> events;
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);) {
      const auto event = json::parse(line).as_object();
      const auto& status = event.at("responseStatus").as_object();
      events.push_back(std::string(event.at("stage").as_string()) + " " +
                       json::serialize(status.at("code")));
      if (const auto* message = status.if_contains("message"))
        events.back() += " " + std::string(message->as_string());
    }
    return events;
  }

  kernel::TempDir dir_;
  Logger log_{"test"};
  Pool pool_{"test", 1};
  std::optional<Audit> audit_;
  int told_ = 0;
};

TEST_F(ForwardedRequest, IsCompleteWithTheCodeOfWhoeverAnswered) {
  const auto exchange = forward("GET", "/apis/ext.example.com/v1/things");
  EXPECT_THAT(written(), ElementsAre());
  exchange->upstream_->on_status(404);
  EXPECT_EQ(told_, 404);
  EXPECT_THAT(written(), ElementsAre());
  exchange->upstream_.reset();
  EXPECT_THAT(written(), ElementsAre("ResponseComplete 404"));
}

TEST_F(ForwardedRequest, BeginsToBeAnsweredLongBeforeItsEndWhereItLives) {
  const auto exchange = forward("GET", "/api/v1/namespaces/a/pods/p/exec");
  exchange->upstream_->on_status(101);
  EXPECT_THAT(written(), ElementsAre("ResponseStarted 101"));
  exchange->upstream_.reset();
  EXPECT_THAT(written(), ElementsAre("ResponseStarted 101", "ResponseComplete 101"));
}

TEST_F(ForwardedRequest, FailsWhereNobodyAnswers) {
  auto exchange = forward("GET", "/apis/ext.example.com/v1/things");
  const auto response = exchange->upstream_->failed("no route");
  exchange->upstream_->on_status(response.status);
  exchange->upstream_.reset();
  EXPECT_THAT(written(), ElementsAre("ResponseComplete 503 no route"));
  exchange = forward("GET", "/apis/ext.example.com/v1/things");
  exchange->upstream_.reset();
  EXPECT_THAT(written(), ElementsAre("ResponseComplete 503 no route", "ResponseComplete 500"));
}

}  // namespace
}  // namespace kubus::apiserver::audit
