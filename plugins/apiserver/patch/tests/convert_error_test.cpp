#include "patch/convert_error.h"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "kubus/api/resource.h"

namespace kubus::apiserver {
namespace {

struct Case {
  const char* tree;
  const char* words;  // null: nothing is wrong
};

constexpr Case kCases[] = {
    {R"({"metadata":{"name":"a"},"spec":{"replicas":3,"paused":true}})", nullptr},
    {R"({"spec":{"replicas":2.0}})", nullptr},
    {R"({"spec":{"replicas":null,"template":{"spec":null}}})", nullptr},
    {R"({"spec":{"replicas":"3"}})", "unrecognized type: int32"},
    {R"({"spec":{"replicas":1.5}})", "cannot convert float64 to int32"},
    {R"({"spec":{"paused":"true"}})", "unrecognized type: bool"},
    {R"({"metadata":{"labels":{"a":1}}})", "cannot convert int64 to string"},
    {R"({"metadata":{"labels":{"a":true}}})", "unrecognized type: string"},
    {R"({"metadata":{"labels":["a"]}})", "cannot restore map from slice"},
    {R"({"metadata":{"finalizers":"a"}})", "cannot restore slice from string"},
    {R"({"spec":{"template":{"spec":{"containers":{"name":"c"}}}}})",
     "cannot restore slice from map"},
    {R"({"spec":{"template":{"spec":{"containers":["c"]}}}})",
     "cannot restore struct from: string"},
    {R"({"spec":[]})", "cannot restore struct from: slice"},
    {R"({"spec":"x","metadata":7})", "cannot restore struct from: int64"},
    {R"({"kind":1})", "cannot convert int64 to string"},
    {"[]", "cannot restore struct from: slice"},
};

TEST(ConvertError, NamesTheFirstValueOfTheWrongType) {
  const MessageInfo& type = message_info(*find_message("apps/v1", "Deployment"));
  for (const Case& c : kCases) {
    const auto words = convert_error(boost::json::parse(c.tree), type);
    EXPECT_EQ(words.value_or("nothing"), c.words ? c.words : "nothing") << c.tree;
  }
}

TEST(ConvertError, LooksIntoInlinedMessagesAndBytes) {
  const MessageInfo& pod = message_info(*find_message("v1", "Pod"));
  const auto volume = boost::json::parse(R"({"spec":{"volumes":[{"name":"v","emptyDir":1}]}})");
  EXPECT_EQ(convert_error(volume, pod), "cannot restore struct from: int64");
  const MessageInfo& secret = message_info(*find_message("v1", "Secret"));
  EXPECT_EQ(convert_error(boost::json::parse(R"({"data":{"k":7}})"), secret),
            "cannot restore slice from int64");
  EXPECT_EQ(convert_error(boost::json::parse(R"({"data":{"k":"YQ=="}})"), secret), std::nullopt);
}

}  // namespace
}  // namespace kubus::apiserver
