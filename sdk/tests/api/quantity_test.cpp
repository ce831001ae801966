#include "kubus/api/quantity.h"

#include <gtest/gtest.h>
#include <k8s/apimachinery/quantity.pb.h>

namespace kubus {
namespace {

struct Good {
  std::string_view text;
  std::string_view canonical;
  std::int64_t value;
  std::int64_t milli;
};

constexpr Good kGood[] = {
    {"0", "0", 0, 0},
    {"0Gi", "0", 0, 0},
    {"1", "1", 1, 1000},
    {"1000m", "1", 1, 1000},
    {"100m", "100m", 1, 100},
    {"0.5", "500m", 1, 500},
    {".5", "500m", 1, 500},
    {"-1.5", "-1500m", -2, -1500},
    {"1k", "1k", 1000, 1'000'000},
    {"1000P", "1E", 1'000'000'000'000'000'000, INT64_MAX},
    {"10E", "10E", INT64_MAX, INT64_MAX},
    {"100000000000000000000m", "100P", 100'000'000'000'000'000, INT64_MAX},
    {"1.5Gi", "1536Mi", 1'610'612'736, 1'610'612'736'000},
    {"1024Ki", "1Mi", 1'048'576, 1'048'576'000},
    {"1000Ki", "1000Ki", 1'024'000, 1'024'000'000},
    {"0.5Ki", "512", 512, 512'000},
    {"1Ki", "1Ki", 1024, 1'024'000},
    {"0.1Mi", "104857600m", 104'858, 104'857'600},
    {"1.1Ki", "1126400m", 1127, 1'126'400},
    {"-2Gi", "-2Gi", -2'147'483'648, -2'147'483'648'000},
    {"16Ei", "9223372036854775807", INT64_MAX, INT64_MAX},
    {"-16Ei", "-9223372036854775807", -INT64_MAX, INT64_MIN},
    {"922337203685477580.7Ki", "9223372036854775807", INT64_MAX, INT64_MAX},
    {"9223372036854775808", "9223372036854775808", INT64_MAX, INT64_MAX},
    {"1e3", "1e3", 1000, 1'000'000},
    {"1E3", "1e3", 1000, 1'000'000},
    {"100e1", "1e3", 1000, 1'000'000},
    {"1e+3", "1e3", 1000, 1'000'000},
    {"12e6", "12e6", 12'000'000, 12'000'000'000},
    {"1e-3", "1e-3", 1, 1},
    {"1e20", "100e18", INT64_MAX, INT64_MAX},
    {"1n", "1n", 1, 1},
    {"1500u", "1500u", 1, 2},
    {"0.0000000001", "1n", 1, 1},
    {"-0.0000000001", "-1n", -1, -1},
    {"1e-10", "1e-9", 1, 1},
    {"1.23456789012", "1234567891n", 2, 1235},
    {"00012", "12", 12, 12'000},
    {"-", "0", 0, 0},
};

TEST(Quantity, CanonicalFormAndValueFollowTheReference) {
  for (const auto& [text, canonical, value, milli] : kGood) {
    SCOPED_TRACE(text);
    auto quantity = QuantityValue::parse(text);
    ASSERT_TRUE(quantity.ok()) << quantity.status().to_string();
    EXPECT_EQ(quantity->to_string(), canonical);
    EXPECT_EQ(quantity->value(), value);
    EXPECT_EQ(quantity->milli_value(), milli);
    EXPECT_EQ(*QuantityValue::parse(canonical), *quantity);
  }
}

TEST(Quantity, NonsenseIsRefusedInTheReferencesWords) {
  const std::string format =
      "quantities must match the regular expression "
      "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  const std::string suffix = "unable to parse quantity's suffix";
  const std::pair<std::string_view, std::string> cases[] = {
      {"", format},     {"1x", format},   {" 1", format},  {"1 ", format},
      {"1e3k", format}, {"1e", suffix},   {"1i", suffix},  {"1kk", suffix},
      {"1K", suffix},   {"0x10", format}, {"1_0", format}, {"1.2.3", format},
  };
  for (const auto& [text, error] : cases) {
    SCOPED_TRACE(text);
    EXPECT_EQ(QuantityValue::parse(text).status().message(), error);
  }
}

TEST(Quantity, HugeTextIsHandled) {
  EXPECT_TRUE(QuantityValue::parse(std::string(100'000, '9')).ok());
  EXPECT_TRUE(QuantityValue::parse("0." + std::string(100'000, '1')).ok());
  EXPECT_TRUE(QuantityValue::parse("1e99999999999999999999").ok());
  EXPECT_EQ(QuantityValue::parse("1e-99999999999999999999")->to_string(), "1e-9");
}

TEST(Quantity, ArithmeticKeepsTheFormatOfTheLeftSide) {
  auto of = [](std::string_view text) { return *QuantityValue::parse(text); };
  EXPECT_EQ((of("100m") + of("900m")).to_string(), "1");
  EXPECT_EQ((of("1Gi") - of("512Mi")).to_string(), "512Mi");
  EXPECT_EQ((of("0") + of("1Gi")).to_string(), "1Gi");
  EXPECT_EQ((of("1") - of("1500m")).to_string(), "-500m");
  EXPECT_LT(of("1k"), of("1Ki"));
  EXPECT_EQ(of("1000m"), of("1"));
  EXPECT_EQ(QuantityValue::from_milli(1500).to_string(), "1500m");
  EXPECT_EQ(QuantityValue::from_int(2048, QuantityFormat::kBinarySi).to_string(), "2Ki");
  EXPECT_DOUBLE_EQ(of("2500m").to_double(), 2.5);
}

TEST(Quantity, FieldsAreReadAndWritten) {
  Quantity field;
  EXPECT_TRUE(QuantityValue::of(field).is_zero());
  QuantityValue::from_milli(250).store(field);
  EXPECT_EQ(field.string(), "250m");
  EXPECT_EQ(QuantityValue::of(field).milli_value(), 250);
  field.set_string("nonsense");
  EXPECT_TRUE(QuantityValue::of(field).is_zero());
}

}  // namespace
}  // namespace kubus
