// In which order authorizers are asked, and where a request goes on that waited for one of them.
#include <gmock/gmock.h>

#include <thread>

#include "auth/authorizer.h"
#include "auth/deferred.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;

struct Fixed final : Authorizer {
  Fixed(Verdict v, std::string r) : verdict(v), reason(std::move(r)) {}
  Verdict decide(const Identity&, const RequestInfo&, std::string* why) override {
    if (why) *why = reason;
    return verdict;
  }
  const Verdict verdict;
  const std::string reason;
};

// Answers when it is told to, or at once.
struct Slow final : RemoteAuthorizer {
  explicit Slow(Decision d, bool now = false) : decision(std::move(d)), at_once(now) {}
  void decide(const Identity&, const RequestInfo&, const http::AskerPtr&, Done done) override {
    ++asked;
    if (at_once) return done(decision);
    waiting.push_back(std::move(done));
  }
  void close() override {}
  void answer() {
    auto all = std::move(waiting);
    waiting.clear();
    for (auto& done : all) std::thread([&] { done(decision); }).join();
  }
  const Decision decision;
  const bool at_once;
  int asked = 0;
  std::vector<Done> waiting;
};

std::shared_ptr<Slow> slow(Verdict verdict, std::string reason, Status error = {}) {
  return std::make_shared<Slow>(Decision{verdict, std::move(reason), std::move(error)});
}

class ChainTest : public ::testing::Test {
 protected:
  void local(Verdict verdict, std::string reason) {
    authorizers_.add(std::make_unique<Fixed>(verdict, std::move(reason)));
  }
  void ask() {
    decide_with_remote(authorizers_, {"jane", {}, {}}, {}, nullptr, [this](Decision said) {
      said_ = std::move(said);
      thread_ = std::this_thread::get_id();
    });
  }

  Authorizers authorizers_;
  std::optional<Decision> said_;
  std::thread::id thread_;
};

TEST_F(ChainTest, EachHasItsTurnWhereverItStands) {
  local(Verdict::kNoOpinion, "first");
  const auto hook = slow(Verdict::kNoOpinion, "second", Status(Code::kUnavailable, "down"));
  authorizers_.add(hook);
  const auto other = slow(Verdict::kNoOpinion, "", Status(Code::kUnavailable, "gone"));
  authorizers_.add(other);
  local(Verdict::kNoOpinion, "third");
  ask();
  EXPECT_EQ(other->asked, 0);
  hook->answer();
  EXPECT_FALSE(said_);
  other->answer();
  ASSERT_TRUE(said_);
  EXPECT_EQ(said_->reason, "first\nsecond\nthird");
  EXPECT_EQ(said_->error.message(), "[down, gone]");
}

TEST_F(ChainTest, AnOpinionEndsTheMatterAndStandsAlone) {
  local(Verdict::kNoOpinion, "first");
  const auto hook = slow(Verdict::kDeny, "never");
  authorizers_.add(hook);
  local(Verdict::kAllow, "roles");
  ask();
  hook->answer();
  ASSERT_TRUE(said_);
  EXPECT_EQ(said_->verdict, Verdict::kDeny);
  EXPECT_EQ(said_->reason, "never");
  // What can be said at once ends before the first who is asked; as if nobody were, it does not.
  EXPECT_FALSE(allowed(authorizers_, {"jane", {}, {}}, {}));
  EXPECT_TRUE(authorize(authorizers_, {"jane", {}, {}}, {}).ok());
}

TEST_F(ChainTest, NobodyIsAskedWhereOneBeforeKnows) {
  local(Verdict::kAllow, "");
  const auto hook = slow(Verdict::kDeny, "");
  authorizers_.add(hook);
  ask();
  EXPECT_EQ(said_->verdict, Verdict::kAllow);
  EXPECT_EQ(hook->asked, 0);
}

TEST_F(ChainTest, GoesOnOnThreadsOfItsOwnUnlessTheAnswerIsThereAtOnce) {
  std::vector<Task> posted;
  authorizers_.resume_by([&](Task task) { posted.push_back(std::move(task)); });
  const auto hook = slow(Verdict::kAllow, "");
  authorizers_.add(hook);
  ask();
  hook->answer();
  ASSERT_EQ(posted.size(), 1U);
  EXPECT_FALSE(said_);
  posted.front()();
  EXPECT_EQ(said_->verdict, Verdict::kAllow);
  EXPECT_EQ(thread_, std::this_thread::get_id());

  AuthorizerChain next(1);
  next[0].remote = std::make_shared<Slow>(Decision{Verdict::kDeny, "", {}}, true);
  authorizers_.replace(std::move(next));
  ask();
  EXPECT_EQ(said_->verdict, Verdict::kDeny);
  EXPECT_EQ(posted.size(), 1U);
}

TEST_F(ChainTest, AQuestionEndsAsItBeganWhenAuthorizersAreReplaced) {
  auto hook = slow(Verdict::kNoOpinion, "old");
  const std::weak_ptr<Slow> watched = hook;
  authorizers_.add(hook);
  ask();
  authorizers_.replace({});
  authorizers_.sweep();
  hook->answer();
  EXPECT_EQ(said_->reason, "old");
  hook.reset();
  EXPECT_FALSE(watched.expired());
  authorizers_.sweep();
  EXPECT_TRUE(watched.expired());
}

TEST_F(ChainTest, ARightWithinAWriteIsPutOffOnlyToThoseWhoMayKnow) {
  Call call;
  call.identity = {"jane", {}, {}};
  const Status no(Code::kForbidden, "no");
  EXPECT_EQ(require_any(authorizers_, call, {RequestInfo()}, no).code(), Code::kForbidden);
  local(Verdict::kDeny, "");
  authorizers_.add(slow(Verdict::kAllow, ""));
  EXPECT_EQ(require_any(authorizers_, call, {RequestInfo()}, no).code(), Code::kForbidden);
  EXPECT_TRUE(call.deferred.empty());
  AuthorizerChain next(2);
  next[0].remote = slow(Verdict::kDeny, "");
  next[1].local = std::make_shared<Fixed>(Verdict::kAllow, "");
  authorizers_.replace(std::move(next));
  EXPECT_TRUE(require_any(authorizers_, call, {RequestInfo()}, no).ok());
  EXPECT_EQ(call.deferred.size(), 1U);
}

}  // namespace
}  // namespace kubus::apiserver
