#include "kubus/status.h"

#include <gtest/gtest.h>

namespace kubus {
namespace {

TEST(StatusTest, OkCarriesNothing) {
  const Status ok;
  EXPECT_TRUE(ok.ok());
  EXPECT_EQ(ok.code(), Code::kOk);
  EXPECT_EQ(ok.to_string(), "Ok");
  EXPECT_TRUE(Status(Code::kOk, "ignored").ok());
}

TEST(StatusTest, NamesAndHttpCodesAgreeInBothDirections) {
  for (int i = 1; i <= static_cast<int>(Code::kDraining); ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(code_from_name(code_name(code)), code);
    EXPECT_GE(http_code(code), 400);
  }
  EXPECT_EQ(code_from_name("NoSuchReason"), Code::kUnknown);
  const struct {
    int http;
    Code code;
  } cases[] = {{404, Code::kNotFound},
               {409, Code::kConflict},
               {410, Code::kGone},
               {422, Code::kInvalid},
               {429, Code::kTooManyRequests},
               {500, Code::kInternalError},
               {503, Code::kServiceUnavailable},
               {200, Code::kOk},
               {418, Code::kUnknown}};
  for (const auto& one : cases) EXPECT_EQ(code_from_http(one.http), one.code) << one.http;
}

TEST(StatusTest, CopiesAreIndependentAndAnnotationKeepsTheRest) {
  Status first(Code::kConflict, "changed");
  first.with_details("d");
  Status second = first.annotate("update");
  EXPECT_EQ(second.message(), "update: changed");
  EXPECT_EQ(second.details(), "d");
  EXPECT_EQ(second.code(), Code::kConflict);
  EXPECT_EQ(first.message(), "changed");
  EXPECT_TRUE(Status().annotate("x").ok());
}

TEST(ResultTest, HoldsAValueOrAFailureButNeverNeither) {
  const Result<int> value(7);
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(*value, 7);
  const Result<int> failure(Code::kGone, "old");
  EXPECT_EQ(failure.code(), Code::kGone);
  EXPECT_EQ(Result<int>(Status()).code(), Code::kInternalError);
}

}  // namespace
}  // namespace kubus
