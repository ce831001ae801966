#include "apply/field_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "apply/fields_v1.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

FieldSet fields(std::string_view json) {
  auto decoded = decode_fields(json);
  EXPECT_TRUE(decoded.ok()) << json << ": " << decoded.status().to_string();
  return decoded.ok() ? *decoded : FieldSet();
}

std::vector<std::string> paths(const FieldSet& set) {
  std::vector<std::string> out;
  set.for_each([&](const ElementPath& path) { out.push_back(to_string(path)); });
  return out;
}

TEST(FieldsV1, IsWrittenInTheOrderOfTheReference) {
  struct Case {
    const char* read;
    const char* written;
  };
  constexpr Case kCases[] = {
      {"{}", "{}"},
      {R"({"f:b":{},"f:a":{}})", R"({"f:a":{},"f:b":{}})"},
      {R"({"f:a":{"f:b":{},".":{}}})", R"({"f:a":{".":{},"f:b":{}}})"},
      {R"({"f:a":{".":{}}})", R"({"f:a":{}})"},
      {R"({"i:10":{},"i:9":{},"v:\"b\"":{},"k:{\"a\":1}":{},"f:z":{}})",
       R"({"f:z":{},"k:{\"a\":1}":{},"v:\"b\"":{},"i:9":{},"i:10":{}})"},
      {R"({"k:{\"containerPort\":443,\"protocol\":\"TCP\"}":{},)"
       R"("k:{ \"protocol\":\"UDP\", \"containerPort\":80 }":{}})",
       R"({"k:{\"containerPort\":80,\"protocol\":\"UDP\"}":{},)"
       R"("k:{\"containerPort\":443,\"protocol\":\"TCP\"}":{}})"},
      {R"({"v:\"a\"":{},"v:true":{},"v:false":{},"v:2":{},"v:10":{},"v:1.5":{},"v:null":{}})",
       R"({"v:1.5":{},"v:2":{},"v:10":{},"v:\"a\"":{},"v:false":{},"v:true":{},"v:null":{}})"},
      {R"({"k:{\"a\":1,\"b\":1}":{},"k:{\"a\":1}":{}})",
       R"({"k:{\"a\":1}":{},"k:{\"a\":1,\"b\":1}":{}})"},
      {R"({"f:a\u003cb":{},"f:ü":{}})", R"({"f:a\u003cb":{},"f:ü":{}})"},
      {R"({"x:later":{},"f:a":{}})", R"({"f:a":{}})"},
      {R"({"f:a":{"f:b":{}},"f:a":{"f:c":{}}})", R"({"f:a":{"f:b":{},"f:c":{}}})"},
      {R"({ "f:a" : { "f:b.c/d" : { } } })", R"({"f:a":{"f:b.c/d":{}}})"},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(encode_fields(fields(c.read)), c.written);
    EXPECT_EQ(fields(c.written), fields(c.read)) << c.read;
  }
}

TEST(FieldsV1, RefusesWhatIsNoSet) {
  std::string deep;
  for (int i = 0; i < 300; ++i) deep += R"({"f:a":)";
  for (const std::string& bad :
       {std::string(""), std::string("[]"), std::string("{"), std::string(R"({"f":{}})"),
        std::string(R"({"fa":{}})"), std::string(R"({"f:a":1})"), std::string(R"({"f:a":null})"),
        std::string(R"({"i:x":{}})"), std::string(R"({"k:[]":{}})"), std::string(R"({"v:":{}})"),
        std::string(R"({"k:{":{}})"), deep})
    EXPECT_EQ(decode_fields(bad).code(), Code::kBadRequest) << bad;
}

TEST(FieldSet, IsCalculatedWith) {
  const auto a = fields(R"({"f:a":{".":{},"f:x":{},"f:y":{}},"f:b":{}})");
  const auto b = fields(R"({"f:a":{"f:y":{},"f:z":{}},"f:c":{"f:d":{}}})");
  EXPECT_EQ(encode_fields(unite(a, b)),
            R"({"f:a":{".":{},"f:x":{},"f:y":{},"f:z":{}},"f:b":{},"f:c":{"f:d":{}}})");
  EXPECT_EQ(encode_fields(subtract(a, b)), R"({"f:a":{".":{},"f:x":{}},"f:b":{}})");
  EXPECT_EQ(encode_fields(subtract(b, a)), R"({"f:a":{"f:z":{}},"f:c":{"f:d":{}}})");
  EXPECT_EQ(encode_fields(intersect(a, b)), R"({"f:a":{"f:y":{}}})");
  EXPECT_EQ(encode_fields(subtract(a, fields(R"({"f:a":{}})"))),
            R"({"f:a":{"f:x":{},"f:y":{}},"f:b":{}})");
  EXPECT_EQ(encode_fields(subtract_trees(a, fields(R"({"f:a":{}})"))), R"({"f:b":{}})");
  EXPECT_EQ(encode_fields(subtract_trees(a, fields(R"({"f:a":{"f:x":{}}})"))),
            R"({"f:a":{".":{},"f:y":{}},"f:b":{}})");
  EXPECT_TRUE(subtract(a, a).empty());
  EXPECT_TRUE(intersect(a, FieldSet()).empty());
}

TEST(FieldSet, KnowsItsMembers) {
  const auto set =
      fields(R"({"f:spec":{"f:ports":{".":{},"k:{\"port\":80,\"name\":\"a\"}":{"f:port":{}}}},)"
             R"("f:set":{"v:\"x\\\"y\"":{},"v:1":{}},"f:list":{"i:3":{}}})");
  EXPECT_THAT(paths(set), ElementsAre(".list[3]", R"(.set[=1])", R"(.set[="x\"y"])", ".spec.ports",
                                      R"(.spec.ports[name="a",port=80].port)"));
  const ElementPath ports = {{ElementKind::kField, "spec"}, {ElementKind::kField, "ports"}};
  EXPECT_TRUE(set.has(ports));
  EXPECT_FALSE(set.has(ElementPath{{ElementKind::kField, "spec"}}));
  FieldSet built;
  set.for_each([&](const ElementPath& path) { built.insert(path); });
  EXPECT_EQ(built, set);
}

}  // namespace
}  // namespace kubus::apiserver
