#include "kubus/api/json_value.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include <boost/json.hpp>

#include "golden.h"

namespace kubus {
namespace {

namespace bj = boost::json;

std::string printed(const bj::value& value, bool sorted = true) {
  std::string out;
  append_json(value, out, sorted);
  return out;
}

TEST(JsonValue, TreesArePrintedSortedAndEscaped) {
  bj::value value;
  ASSERT_TRUE(
      parse_json(R"({"b":[1,2.50,1e21,-0.0000001,"<"],"a":{"z":null,"y":true}})", value).ok());
  EXPECT_EQ(printed(value), R"({"a":{"y":true,"z":null},"b":[1,2.5,1e+21,-1e-7,"\u003c"]})");
  EXPECT_EQ(printed(value, false), R"({"b":[1,2.5,1e+21,-1e-7,"\u003c"],"a":{"z":null,"y":true}})");
}

TEST(JsonValue, NumbersKeepTheirKind) {
  bj::value value;
  ASSERT_TRUE(parse_json("[9223372036854775807,9223372036854775808,1.0]", value).ok());
  EXPECT_TRUE(value.at(0).is_int64());
  EXPECT_TRUE(value.at(1).is_double());
  EXPECT_TRUE(value.at(2).is_double());
  EXPECT_FALSE(parse_json("[1e999]", value).ok());
}

TEST(JsonValue, DuplicateKeysAreReported) {
  bj::value value;
  DecodeOptions strict;
  strict.strict = true;
  EXPECT_EQ(parse_json(R"({"a":[{"b":1,"b":2}]})", value, strict).message(),
            R"(strict decoding error: duplicate field "a[0].b")");
  ASSERT_TRUE(parse_json(R"({"a":1,"a":2})", value).ok());
  EXPECT_EQ(printed(value), R"({"a":2})");
}

TEST(JsonValue, LimitsHold) {
  bj::value value;
  EXPECT_FALSE(parse_json(std::string(5000, '['), value).ok());
  DecodeOptions small;
  small.max_bytes = 1;
  EXPECT_EQ(parse_json("[]", value, small).code(), Code::kRequestEntityTooLarge);
}

TEST(JsonValue, ObjectsBecomeTreesAndComeBack) {
  const auto golden = test::goldens()[0];
  core_v1::Pod pod;
  ASSERT_TRUE(from_json(golden.json, pod).ok());
  bj::value tree;
  ASSERT_TRUE(to_json_value(pod, tree).ok());
  EXPECT_EQ(printed(tree, false), golden.json);
  core_v1::Pod copy;
  DecodeOptions strict;
  strict.strict = true;
  ASSERT_TRUE(from_json(tree, copy, strict).ok());
  EXPECT_EQ(to_json(copy), golden.json);
  tree.as_object()["bogus"] = 1;
  EXPECT_EQ(from_json(tree, copy, strict).message(),
            R"(strict decoding error: unknown field "bogus")");
}

}  // namespace
}  // namespace kubus
