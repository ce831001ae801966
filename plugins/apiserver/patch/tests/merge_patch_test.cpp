#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "patch/tests/apply_body.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

struct Case {
  const char* document;
  const char* patch;
  const char* expected;
};

// The examples of RFC 7386, appendix A, whose patch is an object.
constexpr Case kCases[] = {
    {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
    {R"({"a":"b"})", R"({"a":null})", R"({})"},
    {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
    {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
    {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
    {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
    {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
    {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
    {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"},
};

// What the reference's library does beyond it.
constexpr Case kLists[] = {
    {R"({})", R"({"a":[{"b":null,"c":1},null]})", R"({"a":[{"c":1},null]})"},
    {R"({"a":[]})", R"({"a":[{"b":null}]})", R"({"a":[{}]})"},
    {R"({"a":{}})", R"({"a":[{"b":null}]})", R"({"a":[{"b":null}]})"},
};

TEST(MergePatch, NullsInNewListsVanish) {
  for (const Case& c : kLists) {
    const auto result = apply_body(PatchType::kMerge, json::parse(c.document), c.patch, nullptr);
    ASSERT_TRUE(result.ok()) << c.patch;
    EXPECT_EQ(*result, json::parse(c.expected)) << c.patch << " gave " << json::serialize(*result);
  }
}

TEST(MergePatch, FollowsRfc7386) {
  for (const Case& c : kCases) {
    const auto result = apply_body(PatchType::kMerge, json::parse(c.document), c.patch, nullptr);
    ASSERT_TRUE(result.ok()) << c.patch;
    EXPECT_EQ(*result, json::parse(c.expected)) << c.patch << " gave " << json::serialize(*result);
  }
}

}  // namespace
}  // namespace kubus::apiserver
