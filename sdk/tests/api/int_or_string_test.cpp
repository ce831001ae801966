#include "kubus/api/int_or_string.h"

#include <gtest/gtest.h>
#include <k8s/apimachinery/int_or_string.pb.h>

namespace kubus {
namespace {

k8s_intstr::IntOrString of(std::string_view text) {
  k8s_intstr::IntOrString field;
  set_parsed(field, text);
  return field;
}

TEST(IntOrString, NumbersAndTextAreToldApart) {
  EXPECT_FALSE(is_string(of("80")));
  EXPECT_EQ(of("80").intval(), 80);
  EXPECT_TRUE(is_string(of("http")));
  EXPECT_EQ(to_string(of("80")), "80");
  EXPECT_EQ(to_string(of("25%")), "25%");
  EXPECT_TRUE(is_string(of("99999999999")));
}

TEST(IntOrString, PercentagesAreScaledAndRounded) {
  struct Case {
    std::string_view text;
    int total;
    int up;
    int down;
  };
  for (const auto& [text, total, up, down] :
       {Case{"25%", 10, 3, 2}, Case{"50%", 4, 2, 2}, Case{"7", 100, 7, 7}, Case{"0%", 5, 0, 0},
        Case{"100%", 3, 3, 3}, Case{"1%", 1, 1, 0}}) {
    SCOPED_TRACE(text);
    EXPECT_EQ(*scaled_value(of(text), total, true), up);
    EXPECT_EQ(*scaled_value(of(text), total, false), down);
  }
}

TEST(IntOrString, TextWithoutPercentIsInvalid) {
  EXPECT_EQ(scaled_value(of("http"), 5, true).code(), Code::kInvalid);
  EXPECT_EQ(scaled_value(of("x%"), 5, true).code(), Code::kInvalid);
}

}  // namespace
}  // namespace kubus
