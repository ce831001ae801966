#include "retry.h"

#include <gtest/gtest.h>

namespace kubus::kubelet {
namespace {

using namespace std::chrono_literals;

TEST(Retry, AtOnceOnlyForWhatSaysNothingOfThePod) {
  struct Case {
    Code code;
    bool at_once;
  };
  const Case cases[] = {
      {Code::kUnavailable, true},        {Code::kDraining, true},       {Code::kCancelled, true},
      {Code::kServiceUnavailable, true}, {Code::kConflict, true},       {Code::kInvalid, false},
      {Code::kNotFound, false},          {Code::kInternalError, false}, {Code::kTimeout, false}};
  for (const Case& c : cases) {
    const Outcome outcome = retry_after(Status(c.code, "why"));
    EXPECT_EQ(outcome.status().code(), c.at_once ? c.code : Code::kOk) << code_name(c.code);
    EXPECT_EQ(outcome.delay(), c.at_once ? 0s : kRetryAfter) << code_name(c.code);
  }
}

TEST(Retry, TheSoonerOfTwo) {
  const Outcome done, early = Outcome::requeue_after(1s), late = Outcome::requeue_after(2s);
  const Outcome failed = Status(Code::kUnavailable, "why");
  EXPECT_EQ(sooner(done, done).delay(), 0s);
  EXPECT_EQ(sooner(done, late).delay(), 2s);
  EXPECT_EQ(sooner(late, done).delay(), 2s);
  EXPECT_EQ(sooner(late, early).delay(), 1s);
  EXPECT_EQ(sooner(early, late).delay(), 1s);
  EXPECT_FALSE(sooner(early, failed).status().ok());
  EXPECT_FALSE(sooner(failed, done).status().ok());
}

}  // namespace
}  // namespace kubus::kubelet
