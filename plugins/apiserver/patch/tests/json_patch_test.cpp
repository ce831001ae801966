#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "patch/tests/apply_body.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

struct Case {
  const char* name;
  const char* document;
  const char* patch;
  const char* expected;
  const char* error;
};

class JsonPatchTest : public testing::TestWithParam<Case> {};

TEST_P(JsonPatchTest, AppliesOrFailsAsTheReferenceDoes) {
  const Case& c = GetParam();
  const auto result = apply_body(PatchType::kJson, json::parse(c.document), c.patch, nullptr);
  if (c.error != nullptr) {
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.status().message(), c.error);
  } else {
    ASSERT_TRUE(result.ok()) << result.status().to_string();
    EXPECT_EQ(*result, json::parse(c.expected)) << json::serialize(*result);
  }
}

constexpr Case kCases[] = {
    {"add_member", R"({"a":1})", R"([{"op":"add","path":"/b","value":{"c":null}}])",
     R"({"a":1,"b":{"c":null}})", nullptr},
    {"add_replaces_member", R"({"a":1})", R"([{"op":"add","path":"/a","value":2}])", R"({"a":2})",
     nullptr},
    {"add_inserts", R"({"a":[1,3]})", R"([{"op":"add","path":"/a/1","value":2}])",
     R"({"a":[1,2,3]})", nullptr},
    {"add_appends", R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2}])", R"({"a":[1,2]})",
     nullptr},
    {"add_negative_index", R"({"a":[1]})", R"([{"op":"add","path":"/a/-1","value":2}])",
     R"({"a":[1,2]})", nullptr},
    {"add_beyond_the_end", R"({"a":[1]})", R"([{"op":"add","path":"/a/3","value":2}])", nullptr,
     "error in add for path: '/a/3': Unable to access invalid index: 3: invalid index referenced"},
    {"add_no_index", R"({"a":[1]})", R"([{"op":"add","path":"/a/x","value":2}])", nullptr,
     "error in add for path: '/a/x': value was not a proper array index: 'x': strconv.Atoi: "
     "parsing \"x\": invalid syntax"},
    {"add_missing_parent", R"({})", R"([{"op":"add","path":"/a/b","value":2}])", nullptr,
     "add operation does not apply: doc is missing path: \"/a/b\": missing value"},
    {"escaped_pointer", R"({"m":{"a/b":1,"c~d":2}})",
     R"([{"op":"remove","path":"/m/a~1b"},{"op":"replace","path":"/m/c~0d","value":3}])",
     R"({"m":{"c~d":3}})", nullptr},
    {"remove_missing", R"({"a":1})", R"([{"op":"remove","path":"/b"}])", nullptr,
     "error in remove for path: '/b': Unable to remove nonexistent key: b: missing value"},
    {"remove_index", R"({"a":[1,2,3]})", R"([{"op":"remove","path":"/a/-1"}])", R"({"a":[1,2]})",
     nullptr},
    {"replace_missing_adds", R"({})", R"([{"op":"replace","path":"/a","value":1}])", R"({"a":1})",
     nullptr},
    {"replace_missing_index", R"({"a":[]})", R"([{"op":"replace","path":"/a/0","value":1}])",
     nullptr, "replace operation does not apply: doc is missing key: /a/0: missing value"},
    {"replace_whole", R"({"a":1})", R"([{"op":"replace","path":"","value":{"b":2}}])", R"({"b":2})",
     nullptr},
    {"move", R"({"a":{"b":1},"c":{}})", R"([{"op":"move","from":"/a/b","path":"/c/d"}])",
     R"({"a":{},"c":{"d":1}})", nullptr},
    {"move_missing", R"({})", R"([{"op":"move","from":"/a/b","path":"/c"}])", nullptr,
     "move operation does not apply: doc is missing from path: /a/b: missing value"},
    {"copy", R"({"a":[1]})", R"([{"op":"copy","from":"/a","path":"/b"}])", R"({"a":[1],"b":[1]})",
     nullptr},
    {"test_passes", R"({"a":{"b":[1]}})", R"([{"op":"test","path":"/a","value":{"b":[1]}}])",
     R"({"a":{"b":[1]}})", nullptr},
    {"test_fails", R"({"a":1})", R"([{"op":"test","path":"/a","value":2}])", nullptr,
     "testing value /a failed: test failed"},
    {"test_missing_equals_null", R"({})", R"([{"op":"test","path":"/a","value":null}])", R"({})",
     nullptr},
    {"unknown_operation", R"({})", R"([{"op":"frob","path":"/a"}])", nullptr,
     "Unexpected kind: frob"},
};

INSTANTIATE_TEST_SUITE_P(Cases, JsonPatchTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

struct BodyCase {
  PatchType type;
  const char* body;
  const char* validated;  // what is said when the client wants mistakes to be found
  const char* ignored;    // and when it does not
};

constexpr BodyCase kBodies[] = {
    {PatchType::kJson, "{}",
     "error decoding patch: json: cannot unmarshal object into Go value of type "
     "[]handlers.jsonPatchOp",
     "json: cannot unmarshal object into Go value of type jsonpatch.Patch"},
    {PatchType::kJson, "[1]",
     "error decoding patch: json: cannot unmarshal number into Go value of type "
     "handlers.jsonPatchOp",
     "json: cannot unmarshal number into Go value of type jsonpatch.Operation"},
    {PatchType::kJson, R"([{"op":7}])",
     "error decoding patch: json: cannot unmarshal number into Go struct field jsonPatchOp.op of "
     "type string",
     nullptr},
    {PatchType::kJson, "[", "error decoding patch: unexpected end of JSON input",
     "unexpected end of JSON input"},
    {PatchType::kJson, "null", nullptr, nullptr},
    {PatchType::kMerge, "[]",
     "error decoding patch: json: cannot unmarshal array into Go value of type "
     "map[string]interface {}",
     "Invalid JSON Patch"},
    {PatchType::kMerge, "null", "Invalid JSON Patch", "Invalid JSON Patch"},
    {PatchType::kMerge, "", "error decoding patch: unexpected end of JSON input",
     "Invalid JSON Patch"},
    {PatchType::kStrategicMerge, "true",
     "json: cannot unmarshal bool into Go value of type map[string]interface {}",
     "json: cannot unmarshal bool into Go value of type map[string]interface {}"},
    {PatchType::kStrategicMerge, "{", "unexpected end of JSON input",
     "unexpected end of JSON input"},
    {PatchType::kStrategicMerge, "null", nullptr, nullptr},
};

TEST(PatchBody, IsRefusedInTheWordsOfTheReference) {
  for (const BodyCase& c : kBodies) {
    std::vector<std::string> mistakes;
    for (auto* wanted : {&mistakes, static_cast<std::vector<std::string>*>(nullptr)}) {
      const auto patch = read_patch(c.type, c.body, wanted);
      const char* words = wanted ? c.validated : c.ignored;
      EXPECT_EQ(patch.ok(), words == nullptr) << c.body;
      if (words == nullptr) continue;
      EXPECT_EQ(patch.code(), Code::kBadRequest) << c.body;
      EXPECT_EQ(patch.status().message(), words);
    }
  }
}

TEST(PatchBody, TellsOfFieldsThatMeanNothing) {
  std::vector<std::string> mistakes;
  ASSERT_TRUE(
      read_patch(PatchType::kJson, R"([{"op":"add","path":"/a","path":"/b","x":1}])", &mistakes)
          .ok());
  EXPECT_EQ(mistakes, (std::vector<std::string>{"json patch duplicate field \"[0].path\"",
                                                "json patch unknown field \"[0].x\""}));
  mistakes.clear();
  ASSERT_TRUE(read_patch(PatchType::kMerge, R"({"a":{"b":1,"b":2}})", &mistakes).ok());
  EXPECT_EQ(mistakes, std::vector<std::string>{"duplicate field \"a.b\""});
}

TEST(PatchBody, IsShownAsTheReferenceShowsIt) {
  const auto patched = json::parse(R"({"kind":"K","apiVersion":"v1","spec":{"z":{"d":1,"c":2},)"
                                   R"("b":true}})");
  const auto text = [&](PatchType type, const char* patch) {
    return patch_value_text(type, json::parse(patch), patched);
  };
  EXPECT_EQ(text(PatchType::kMerge, R"({"spec":{"b":true}})"),
            R"({"apiVersion":"v1","kind":"K","spec":{"b":true,"z":{"d":1,"c":2}}})");
  EXPECT_EQ(text(PatchType::kJson, "[]"),
            R"({"apiVersion":"v1","kind":"K","spec":{"z":{"d":1,"c":2},"b":true}})");
  EXPECT_EQ(text(PatchType::kStrategicMerge, R"({"spec":{"b":[1.5,"x",null],"a":{}}})"),
            "map[spec:map[a:map[] b:[1.5 x <nil>]]]");
}

TEST(JsonPatch, RefusesTooManyOperations) {
  std::string body = "[";
  for (std::size_t i = 0; i <= kMaxPatchOperations; ++i) {
    body += i == 0 ? "" : ",";
    body += R"({"op":"test","path":"/a"})";
  }
  const auto result = apply_body(PatchType::kJson, json::object(), body + "]", nullptr);
  EXPECT_EQ(result.code(), Code::kRequestEntityTooLarge);
  EXPECT_EQ(result.status().message(),
            "Request entity too large: The allowed maximum operations in a JSON patch is 10000, got "
            "10001");
}

TEST(JsonPatch, BoundsCopiesAndDepth) {
  const json::value document = json::parse(R"({"a":[0,0,0,0,0,0,0,0,0,0]})");
  std::string doubling = "[";
  for (int i = 0; i < 40; ++i) {
    doubling += i == 0 ? "" : ",";
    doubling += R"({"op":"copy","from":"/a","path":"/a/-"})";
  }
  EXPECT_EQ(apply_body(PatchType::kJson, document, doubling + "]", nullptr).code(), Code::kInvalid);

  std::string nesting = "[";
  for (int i = 0; i < 2000; ++i) {
    nesting += i == 0 ? "" : ",";
    nesting += R"({"op":"add","path":"/b","value":{}},{"op":"move","from":"/a","path":"/b/a"},)"
               R"({"op":"move","from":"/b","path":"/a"})";
  }
  EXPECT_EQ(apply_body(PatchType::kJson, document, nesting + "]", nullptr).code(), Code::kInvalid);
  const std::string deep(2000, '[');
  EXPECT_EQ(apply_body(PatchType::kMerge, document, deep, nullptr).code(), Code::kBadRequest);
}

}  // namespace
}  // namespace kubus::apiserver
