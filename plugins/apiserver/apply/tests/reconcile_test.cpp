#include "apply/reconcile.h"

#include <gtest/gtest.h>

#include "apply/fields_v1.h"
#include "kubus/api/resource.h"

namespace kubus::apiserver {
namespace {

TEST(Reconcile, WhoOwnsAPartOfAWholeValueOwnsIt) {
  const auto& pod = atom_of(*find_message("v1", "Pod"));
  struct Case {
    const char* encoded;
    const char* wanted;  // null: the same
  };
  constexpr Case kCases[] = {
      {R"({"f:spec":{"f:nodeSelector":{"f:a":{}}}})", R"({"f:spec":{"f:nodeSelector":{}}})"},
      {R"({"f:spec":{"f:tolerations":{".":{},"k:{\"key\":\"a\"}":{"f:key":{}}}}})",
       R"({"f:spec":{"f:tolerations":{}}})"},
      {R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:command":{"v:\"x\"":{}}}}}})",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:command":{}}}}})"},
      {R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{}}},)"
       R"("f:nodeSelector":{}}})",
       nullptr},
      {R"({"f:metadata":{"f:labels":{".":{},"f:a":{}},"f:none":{"f:a":{}}},"f:none":{"f:a":{}}})",
       nullptr},
      {"{}", nullptr},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(splits_whole_values(c.encoded, pod), c.wanted != nullptr) << c.encoded;
    const auto fields = decode_fields(c.encoded);
    ASSERT_TRUE(fields.ok()) << c.encoded;
    EXPECT_EQ(encode_fields(with_whole_values(*fields, pod)), c.wanted ? c.wanted : c.encoded);
  }
}

TEST(Reconcile, WhatIsNoSetIsPassedOver) {
  const auto& pod = atom_of(*find_message("v1", "Pod"));
  for (const char* text : {"", "x", "{", R"({"":{"f:a":{}}})", R"({"f":{"f:a":{}}})",
                           R"({"f:spec":7,"x:":{"f:a":{}}})", R"([{"f:spec":{}}])"})
    EXPECT_FALSE(splits_whole_values(text, pod)) << text;
}

}  // namespace
}  // namespace kubus::apiserver
