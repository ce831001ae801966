#include "volumes/pod_tokens.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubus::kubelet::test {
namespace {

using namespace std::chrono_literals;

// An API server that answers with numbered tokens, or not at all, at a time of the test's own.
class PodTokensTest : public ::testing::Test {
 protected:
  PodTokensTest()
      : tokens_([this](const auto& pod, const auto& request) { return answer(pod, request); },
                [this] { return now_; }) {
    pod_.mutable_metadata()->set_name("web");
    pod_.mutable_metadata()->set_uid("u1");
    source_.set_path("token");
  }
  Result<PodTokens::Request> answer(const core_v1::Pod&, const PodTokens::Request& request) {
    ++asked_;
    last_ = request;
    if (away_) return Status(Code::kUnavailable, "away");
    PodTokens::Request reply = request;
    reply.mutable_status()->set_token("token " + std::to_string(asked_));
    set_time(*reply.mutable_status()->mutable_expirationtimestamp(),
             now_ + std::chrono::seconds(request.spec().expirationseconds()));
    return reply;
  }
  std::string get() {
    auto token = tokens_.get(pod_, source_);
    return token.ok() ? *token : token.status().message();
  }

  core_v1::Pod pod_;
  core_v1::ServiceAccountTokenProjection source_;
  SystemTime now_{std::chrono::hours(24 * 365 * 50)};
  PodTokens::Request last_;
  int asked_ = 0;
  bool away_ = false;
  PodTokens tokens_;
};

TEST_F(PodTokensTest, AreBoundToTheirPod) {
  EXPECT_EQ(get(), "token 1");
  EXPECT_EQ(last_.spec().expirationseconds(), 3600);
  EXPECT_EQ(last_.spec().audiences_size(), 0);
  EXPECT_EQ(last_.spec().boundobjectref().kind(), "Pod");
  EXPECT_EQ(last_.spec().boundobjectref().name(), "web");
  EXPECT_EQ(last_.spec().boundobjectref().uid(), "u1");
  source_.set_audience("vault");
  source_.set_expirationseconds(600);
  EXPECT_EQ(get(), "token 2");
  EXPECT_EQ(last_.spec().audiences(0), "vault");
  EXPECT_EQ(last_.spec().expirationseconds(), 600);
}

TEST_F(PodTokensTest, AreRenewedAtFourFifthsOfTheirLife) {
  EXPECT_FALSE(tokens_.due("u1"));
  EXPECT_EQ(get(), "token 1");
  // Up to ten seconds early, so that not all nodes ask at once.
  EXPECT_LE(*tokens_.due("u1"), 2880s);
  EXPECT_GE(*tokens_.due("u1"), 2870s);
  now_ += 2869s;
  EXPECT_EQ(get(), "token 1");
  now_ += 12s;
  EXPECT_EQ(get(), "token 2");
  EXPECT_GE(*tokens_.due("u1"), 2870s);
}

TEST_F(PodTokensTest, AreRenewedEveryDay) {
  source_.set_expirationseconds(30 * 24 * 3600);
  EXPECT_EQ(get(), "token 1");
  now_ += 23h;
  EXPECT_EQ(get(), "token 1");
  now_ += 1h;
  EXPECT_EQ(get(), "token 2");
}

TEST_F(PodTokensTest, AreGoodUntilTheirEndWithoutAnApiServer) {
  EXPECT_EQ(get(), "token 1");
  away_ = true;
  now_ += 3000s;
  EXPECT_EQ(get(), "token 1");
  EXPECT_EQ(asked_, 2);
  EXPECT_EQ(*tokens_.due("u1"), 60s);
  // Not asked again at once.
  EXPECT_EQ(get(), "token 1");
  EXPECT_EQ(asked_, 2);
  now_ += 601s;
  EXPECT_EQ(get(), "failed to fetch token: away");
  away_ = false;
  EXPECT_EQ(get(), "token 4");
}

TEST_F(PodTokensTest, OfAPodThatIsGoneAreForgotten) {
  EXPECT_EQ(get(), "token 1");
  pod_.mutable_metadata()->set_uid("u10");
  EXPECT_EQ(get(), "token 2");
  tokens_.forget("u1");
  EXPECT_FALSE(tokens_.due("u1"));
  EXPECT_TRUE(tokens_.due("u10"));
  EXPECT_EQ(get(), "token 2");
}

}  // namespace
}  // namespace kubus::kubelet::test
