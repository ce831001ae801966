// What patches that cannot be read, do not apply or leave no object of the kind are told.
#include <gmock/gmock.h>

#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

constexpr const char* kRejected = "the server rejected our request due to an error in our request";

struct Case {
  const char* type;
  const char* patch;
  int code;
  const char* reason;
  const char* message;
  const char* cause = "";  // the message of the only cause, about the field "patch"
  const char* validation = "";
};

constexpr Case kCases[] = {
    {kJson, "{", 400, "BadRequest", "error decoding patch: unexpected end of JSON input"},
    {kJson, "{}", 400, "BadRequest",
     "error decoding patch: json: cannot unmarshal object into Go value of type "
     "[]handlers.jsonPatchOp"},
    {kJson, R"([{"op":"test","path":"/data/a","value":"2"}])", 422, "Invalid", kRejected},
    {kJson, R"([{"op":"remove","path":"/data/none"}])", 422, "Invalid", kRejected},
    {kJson, R"([{"op":"frob","path":"/data"}])", 422, "Invalid", kRejected},
    {kJson, R"([{"op":"replace","path":"/data","value":7}])", 422, "Invalid",
     "json: cannot unmarshal number into Go struct field ConfigMap.data of type "
     "map[string]string",
     "json: cannot unmarshal number into Go struct field ConfigMap.data of type "
     "map[string]string"},
    {kJson, R"([{"op":"add","path":"/data/b","value":"2","vale":1}])", 422, "Invalid",
     R"(strict decoding error: json patch unknown field "[0].vale")",
     R"(strict decoding error: json patch unknown field "[0].vale")", "Strict"},
    {kMerge, "[]", 400, "BadRequest",
     "error decoding patch: json: cannot unmarshal array into Go value of type "
     "map[string]interface {}"},
    {kMerge, "[]", 400, "BadRequest", "Invalid JSON Patch", "", "Ignore"},
    {kMerge, R"({"data":{"a":1}})", 422, "Invalid", R"( "" is invalid: patch: Invalid value: "{)",
     R"(\"data\":{\"a\":1})"},
    {kMerge, R"({"dta":{}})", 422, "Invalid", R"(strict decoding error: unknown field "dta")",
     R"(strict decoding error: unknown field "dta")", "Strict"},
    {kMerge, R"({"kind":"Pod"})", 422, "Invalid",
     "converting (v1.Pod) to (core.ConfigMap): unknown conversion", "unknown conversion"},
    {kMerge, R"({"apiVersion":"v9"})", 422, "Invalid",
     R"(no kind "ConfigMap" is registered for version "v9")", "is registered"},
    {kStrategic, "{", 400, "BadRequest", "unexpected end of JSON input"},
    {kStrategic, "[]", 400, "BadRequest",
     "json: cannot unmarshal array into Go value of type map[string]interface {}"},
    {kStrategic, R"({"data":{"a":1}})", 422, "Invalid",
     R"( "" is invalid: patch: Invalid value: "map[data:map[a:1]]": cannot convert int64 to string)",
     R"(Invalid value: "map[data:map[a:1]]": cannot convert int64 to string)"},
    {kStrategic, R"({"data":["a"]})", 422, "Invalid", "cannot restore map from slice",
     "cannot restore map from slice"},
    {kStrategic, R"({"immutable":"yes"})", 422, "Invalid", "unrecognized type: bool",
     "unrecognized type: bool"},
    {kStrategic, R"({"metadata":{"finalizers":[{"a":1}]}})", 500, "",
     "list element types are not identical"},
    {kStrategic, R"({"data":{"$retainKeys":"a"}})", 400, "BadRequest",
     "invalid patch format of retainKeys"},
    {kStrategic, R"({"dta":{}})", 422, "Invalid", R"(strict decoding error: unknown field "dta")",
     R"(strict decoding error: unknown field "dta")", "Strict"},
    {"application/json", "{}", 415, "UnsupportedMediaType",
     "the body of the request was in an unknown format - accepted media types include: "
     "application/json-patch+json, "},
    {"", "{}", 415, "UnsupportedMediaType", "the body of the request was in an unknown format"},
    {kMerge, "{}", 422, "Invalid",
     R"(PatchOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Odd")", "",
     "Odd"},
};

class PatchTest : public ApiTest {
 protected:
  static Reply apply(const Case& c, const std::string& name) {
    Query query;
    if (*c.validation) query["fieldValidation"] = c.validation;
    return call("patch", "/configmaps", "default", name, c.patch, query, c.type);
  }
};

TEST_F(PatchTest, IsRefusedAsTheReferenceRefusesIt) {
  ASSERT_EQ(config_map("patched", R"(,"finalizers":["example.com/a"]},"data":{"a":"1")").code, 201);
  for (const Case& c : kCases) {
    const auto reply = apply(c, "patched");
    EXPECT_EQ(reply.code, c.code) << c.type << " " << c.patch << "\n" << reply.body;
    EXPECT_EQ(reply.at("reason"), c.reason) << c.patch;
    EXPECT_THAT(reply.at("message"), HasSubstr(c.message)) << c.patch;
    if (*c.cause) {
      EXPECT_THAT(reply.body, HasSubstr(R"("reason":"FieldValueInvalid")")) << c.patch;
      EXPECT_THAT(reply.body, HasSubstr(R"("field":"patch")")) << c.patch;
      EXPECT_THAT(reply.at("message"), HasSubstr(c.cause)) << c.patch;
    }
  }
  EXPECT_EQ(get("/configmaps", "default", "patched").at("data.a"), "1");
}

TEST_F(PatchTest, OfAnUnknownTypeIsRefusedBeforeTheObjectIsLookedFor) {
  EXPECT_EQ(call("patch", "/configmaps", "default", "absent", "{}", {}, "text/plain").code, 415);
  EXPECT_EQ(call("patch", "/configmaps", "default", "absent", "{", {}, kMerge).code, 404);
  EXPECT_EQ(
      call("patch", "apps/deployments/scale", "default", "absent", "{}", {}, "text/plain").code,
      415);
}

TEST_F(PatchTest, NullChangesNothing) {
  const auto made = config_map("unchanged");
  for (const char* type : {kJson, kStrategic}) {
    const auto reply = call("patch", "/configmaps", "default", "unchanged", "null", {}, type);
    EXPECT_EQ(reply.code, 200) << reply.body;
    EXPECT_EQ(reply.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
  }
}

TEST_F(PatchTest, AStrategicMergeDoesNotChangeTheKind) {
  config_map("kept");
  const auto reply = call("patch", "/configmaps", "default", "kept",
                          R"({"kind":"Pod","data":{"a":"2"}})", {}, kStrategic);
  EXPECT_EQ(reply.code, 200) << reply.body;
  EXPECT_EQ(reply.at("kind"), "ConfigMap");
  EXPECT_EQ(reply.at("data.a"), "2");
}

}  // namespace
}  // namespace kubus::apiserver
