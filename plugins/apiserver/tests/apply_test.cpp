#include <gmock/gmock.h>

#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kApplyType = "application/apply-patch+yaml";
constexpr const char* kMergeType = "application/merge-patch+json";
constexpr const char* kJsonType = "application/json-patch+json";

class ApplyTest : public ApiTest {
 protected:
  static Reply apply(const std::string& path, const std::string& name, const std::string& body,
                     const std::string& manager, Query query = {}) {
    query.emplace("fieldManager", manager);
    return call("patch", path, "default", name, body, query, kApplyType);
  }
  static Reply apply_map(const std::string& name, const std::string& data,
                         const std::string& manager, const Query& query = {}) {
    return apply(
        "/configmaps", name,
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: " + name + "}, data: {" + data + "}}",
        manager, query);
  }
  // Of each manager: who, how, and what, but not when.
  static std::vector<std::string> managers(const Reply& reply) {
    std::vector<std::string> out;
    ItemScan entries(json_at(reply.body, "metadata.managedFields"));
    while (entries.next()) {
      const auto part = [&](const char* name) { return json_text(json_at(entries.value(), name)); };
      const auto subresource = part("subresource");
      out.push_back(part("manager") + " " + part("operation") +
                    (subresource.empty() ? "" : "/" + subresource) + " " + part("fieldsV1"));
    }
    return out;
  }
};

TEST_F(ApplyTest, MakesAndChangesAnObject) {
  const auto made = apply_map("made", "a: x", "one");
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("metadata.uid").size(), 36u);
  EXPECT_THAT(managers(made), ElementsAre(R"(one Apply {"f:data":{"f:a":{}}})"));
  const auto changed = apply_map("made", "a: w, b: z", "one");
  ASSERT_EQ(changed.code, 200) << changed.body;
  EXPECT_EQ(changed.at("data.a"), "w");
  // Once more: nothing is written.
  const auto same = apply_map("made", "a: w, b: z", "one");
  EXPECT_EQ(same.body, changed.body);
  const auto less = apply_map("made", "a: w", "one");
  EXPECT_THAT(less.body, HasSubstr(R"("data":{"a":"w"})"));
}

TEST_F(ApplyTest, RefusesConflicts) {
  config_map("contested", R"(,"labels":{"k":"v"})");
  const std::string body =
      R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"contested","labels":{"k":"w"}}})";
  const auto refused = apply("/configmaps", "contested", body, "two");
  EXPECT_EQ(refused.code, 409);
  EXPECT_EQ(refused.at("reason"), "Conflict");
  EXPECT_EQ(refused.at("message"),
            "Apply failed with 1 conflict: conflict with \"tester\" using v1: .metadata.labels.k");
  EXPECT_EQ(std::string(json_at(refused.body, "details")),
            R"({"causes":[{"reason":"FieldManagerConflict","message":)"
            R"("conflict with \"tester\" using v1","field":".metadata.labels.k"}]})");
  const auto taken = apply("/configmaps", "contested", body, "two", {{"force", "true"}});
  ASSERT_EQ(taken.code, 200) << taken.body;
  EXPECT_THAT(managers(taken), ElementsAre(R"(two Apply {"f:metadata":{"f:labels":{"f:k":{}}}})",
                                           R"(tester Update {"f:metadata":{"f:labels":{}}})"));
}

TEST_F(ApplyTest, KeepsTrackOfEveryWayOfWriting) {
  auto reply = create("/pods", "default",
                      R"({"metadata":{"name":"tracked"},"spec":{"containers":[{"name":"c",)"
                      R"("image":"i"}]},"status":{"phase":"Running"}})",
                      {{"fieldManager", "maker"}});
  ASSERT_EQ(reply.code, 201) << reply.body;
  // Defaults are the maker's; what the server adds later is nobody's.
  ASSERT_EQ(managers(reply).size(), 1u);
  EXPECT_EQ(managers(reply)[0],
            R"(maker Update {"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{},)"
            R"("f:imagePullPolicy":{},"f:name":{},"f:resources":{},"f:terminationMessagePath":{},)"
            R"("f:terminationMessagePolicy":{}}},"f:dnsPolicy":{},"f:enableServiceLinks":{},)"
            R"("f:restartPolicy":{},"f:schedulerName":{},"f:securityContext":{},)"
            R"("f:terminationGracePeriodSeconds":{}}})");
  reply = call("patch", "/pods/status", "default", "tracked",
               R"({"status":{"phase":"Running"},"spec":{"priority":1}})",
               {{"fieldManager", "reporter"}}, kMergeType);
  EXPECT_EQ(managers(reply).back(), R"(reporter Update/status {"f:status":{"f:phase":{}}})");
  reply = call("patch", "/pods", "default", "tracked",
               R"([{"op":"add","path":"/metadata/labels","value":{"a":"b"}}])",
               {{"fieldManager", "labeller"}}, kJsonType);
  EXPECT_THAT(
      managers(reply),
      ::testing::Contains(R"(labeller Update {"f:metadata":{"f:labels":{".":{},"f:a":{}}}})"));
  // Managers follow the object wherever it goes, but for clients that know nothing of them.
  auto body = reply.body;
  const auto list = std::string(json_at(body, "metadata.managedFields"));
  body.replace(body.find(list), list.size(), "null");
  const auto label = body.find(R"("a":"b")");
  body.replace(label, 7, R"("a":"c")");
  reply = call("update", "/pods", "default", "tracked", body);
  ASSERT_EQ(reply.code, 200) << reply.body;
  EXPECT_THAT(managers(reply),
              ::testing::Contains(R"(tester Update {"f:metadata":{"f:labels":{"f:a":{}}}})"));
  EXPECT_EQ(managers(reply).size(), 4u);
}

TEST_F(ApplyTest, AppliesToAStatus) {
  ASSERT_EQ(apply("/pods/status", "nowhere",
                  R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"nowhere"}})", "x")
                .code,
            404);
  create("/pods", "default",
         R"({"metadata":{"name":"status"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  const auto reply =
      apply("/pods/status", "status",
            R"({"apiVersion":"v1","kind":"Pod","metadata":{"name":"status"},"spec":{"priority":5},)"
            R"("status":{"conditions":[{"type":"example.com/ready","status":"True"}]}})",
            "gate");
  ASSERT_EQ(reply.code, 200) << reply.body;
  EXPECT_THAT(
      managers(reply),
      ::testing::Contains(
          R"(gate Apply/status {"f:status":{"f:conditions":{"k:{\"type\":\"example.com/ready\"}":)"
          R"({".":{},"f:status":{},"f:type":{}}}}})"));
  EXPECT_THAT(reply.body, HasSubstr(R"("type":"example.com/ready")"));
}

TEST_F(ApplyTest, ScalesByApply) {
  ASSERT_EQ(
      create("apps/deployments", "default",
             R"({"metadata":{"name":"scaled"},"spec":{"selector":{"matchLabels":{"a":"b"}},)"
             R"("template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c",)"
             R"("image":"i"}]}}}})")
          .code,
      201);
  const std::string scale = R"({"apiVersion":"autoscaling/v1","kind":"Scale","metadata":)"
                            R"({"name":"scaled"},"spec":{"replicas":3}})";
  const auto refused = apply("apps/deployments/scale", "scaled", scale, "scaler");
  EXPECT_EQ(refused.at("message"),
            "Apply failed with 1 conflict: conflict with \"tester\" using apps/v1: .spec.replicas");
  const auto done = apply("apps/deployments/scale", "scaled", scale, "scaler", {{"force", "true"}});
  ASSERT_EQ(done.code, 200) << done.body;
  EXPECT_EQ(done.at("spec.replicas"), "3");
  EXPECT_EQ(managers(get("apps/deployments", "default", "scaled"))[0],
            R"(scaler Apply/scale {"f:spec":{"f:replicas":{}}})");
}

TEST_F(ApplyTest, ChecksItsParameters) {
  config_map("checked");
  struct Case {
    const char* patch;
    Query query;
    int code;
    std::string message;
  };
  const std::string options = "PatchOptions.meta.k8s.io \"\" is invalid: ";
  const Case cases[] = {
      {kApplyType, {}, 422, options + "fieldManager: Required value: is required for apply patch"},
      {kMergeType,
       {{"force", "true"}},
       422,
       options + "force: Forbidden: may not be specified for non-apply patch"},
      {kMergeType,
       {{"fieldManager", std::string(129, 'm')}},
       422,
       options + "fieldManager: Too long: may not be more than 128 bytes"},
      {kMergeType,
       {{"fieldManager", "a\tb"}},
       422,
       options +
           "fieldManager: Invalid value: \"a\\tb\": invalid character U+0009 (at position 1)"},
      {"application/apply-patch+cbor",
       {{"fieldManager", "m"}},
       415,
       "the body of the request was in an unknown format - accepted media types include: "
       "application/json-patch+json, application/merge-patch+json, "
       "application/strategic-merge-patch+json, application/apply-patch+yaml"},
  };
  for (const auto& c : cases) {
    const auto reply = call("patch", "/configmaps", "default", "checked",
                            R"({"apiVersion":"v1","kind":"ConfigMap"})", c.query, c.patch);
    EXPECT_EQ(reply.code, c.code) << reply.body;
    EXPECT_EQ(reply.at("message"), c.message);
  }
}

TEST_F(ApplyTest, RefusesAnotherObject) {
  struct Case {
    const char* body;
    int code;
    const char* message;
  };
  const Case cases[] = {
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}", 400,
       "the name of the object (other) does not match the name on the URL (mine)"},
      {"{apiVersion: v1, kind: ConfigMap}", 400,
       "the name of the object (mine based on URL) was undeterminable: name must be provided"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, namespace: other}}", 400,
       "the namespace of the provided object does not match the namespace sent on the request"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, uid: u}}", 409,
       "Operation cannot be fulfilled on configmaps \"mine\": uid mismatch: the provided object "
       "specified uid u, and no existing object was found"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, managedFields: []}}", 400,
       "metadata.managedFields must be nil"},
      {"{apiVersion: v1, kind: Pod}", 400, "invalid object type: /v1, Kind=Pod"},
      {"{apiVersion: v1, kind: ConfigMap, metadata: {name: mine}, datum: {}}", 500,
       "failed to create typed patch object (/mine; /v1, Kind=ConfigMap): .datum: field not "
       "declared in schema"},
      {"a: [", 400, "error decoding YAML: "},
  };
  for (const auto& c : cases) {
    const auto reply = apply("/configmaps", "mine", c.body, "m");
    EXPECT_EQ(reply.code, c.code) << reply.body;
    EXPECT_THAT(reply.at("message"), HasSubstr(c.message));
  }
  EXPECT_EQ(get("/configmaps", "default", "mine").code, 404);
  const auto twice = apply("/configmaps", "mine",
                           "{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, name: mine}}",
                           "m", {{"fieldValidation", "Strict"}});
  EXPECT_THAT(twice.at("message"), HasSubstr("error strict decoding YAML: "));
}

TEST_F(ApplyTest, TriesWithoutWriting) {
  const auto tried = apply_map("tried", "a: b", "one", {{"dryRun", "All"}});
  EXPECT_EQ(tried.code, 201) << tried.body;
  EXPECT_EQ(tried.at("data.a"), "b");
  EXPECT_EQ(get("/configmaps", "default", "tried").code, 404);
  ASSERT_EQ(apply_map("tried", "a: b", "one").code, 201);
  EXPECT_EQ(apply_map("tried", "a: c", "one", {{"dryRun", "All"}}).at("data.a"), "c");
  EXPECT_EQ(get("/configmaps", "default", "tried").at("data.a"), "b");
}

TEST_F(ApplyTest, IsAboutTheVersionItNames) {
  const auto made = apply_map("versioned", "a: b", "one");
  const auto body = [&](const std::string& version) {
    return "{apiVersion: v1, kind: ConfigMap, metadata: {name: versioned, resourceVersion: \"" +
           version + "\"}, data: {a: c}}";
  };
  EXPECT_EQ(apply("/configmaps", "versioned", body("1"), "one").code, 409);
  EXPECT_EQ(
      apply("/configmaps", "versioned", body(made.at("metadata.resourceVersion")), "one").code,
      200);
}

TEST_F(ApplyTest, ForgetsManagersThatAreCleared) {
  config_map("cleared", R"(,"labels":{"k":"v"})");
  const auto clear = [](const std::string& list) {
    return call("patch", "/configmaps", "default", "cleared",
                R"({"metadata":{"managedFields":)" + list + "}}", {}, kMergeType);
  };
  EXPECT_THAT(managers(clear("[{}]")), IsEmpty());
  ASSERT_EQ(apply_map("cleared", "a: b", "one").code, 200);
  EXPECT_THAT(
      managers(get("/configmaps", "default", "cleared")),
      ElementsAre(R"(one Apply {"f:data":{"f:a":{}}})",
                  R"(before-first-apply Update {"f:metadata":{"f:labels":{".":{},"f:k":{}}}})"));
  EXPECT_THAT(managers(clear("[]")), IsEmpty());
}

}  // namespace
}  // namespace kubus::apiserver
