#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>

#include "kubus/api_contract.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string pod_json(const std::string& name) {
  return R"({"metadata":{"name":")" + name +
         R"("},"spec":{"containers":[{"name":"c","image":"busybox"}]}})";
}

TEST_F(ApiTest, MakesTheFirstObjectsOfACluster) {
  for (const char* ns : {"default", "kube-system", "kube-public", "kube-node-lease"})
    EXPECT_EQ(get("/namespaces", "", ns).at("status.phase"), "Active");
  EXPECT_EQ(get("/services", "default", "kubernetes").at("spec.clusterIP"), "10.96.0.1");
  EXPECT_EQ(get("scheduling.k8s.io/priorityclasses", "", "system-node-critical").at("value"),
            "2000001000");
}

TEST_F(ApiTest, ReadsWhatItHasWritten) {
  const auto made = config_map("written", R"(,"labels":{"a":"b"})");
  ASSERT_EQ(made.code, 201) << made.body;
  const auto read = get("/configmaps", "default", "written");
  EXPECT_EQ(read.body, made.body);
  EXPECT_EQ(read.at("metadata.uid").size(), 36u);
  EXPECT_EQ(config_map("written").code, 409);
  EXPECT_THAT(config_map("written").body, HasSubstr(R"(configmaps \"written\" already exists)"));
  EXPECT_THAT(get("/configmaps", "default", "none").body,
              HasSubstr(R"("message":"configmaps \"none\" not found")"));
}

TEST_F(ApiTest, GeneratesNames) {
  const auto made = create("/configmaps", "default", R"({"metadata":{"generateName":"g-"}})");
  EXPECT_EQ(made.code, 201);
  EXPECT_EQ(made.at("metadata.name").size(), 7u);
}

TEST_F(ApiTest, RefusesAnUpdateOfAnOldVersion) {
  const auto made = config_map("old");
  const auto version = made.at("metadata.resourceVersion");
  const auto body = [&](const std::string& value) {
    return R"({"metadata":{"name":"old","resourceVersion":")" + version + R"("},"data":{"k":")" +
           value + "\"}}";
  };
  EXPECT_EQ(call("update", "/configmaps", "default", "old", body("1")).code, 200);
  const auto conflict = call("update", "/configmaps", "default", "old", body("2"));
  EXPECT_EQ(conflict.code, 409);
  EXPECT_THAT(conflict.body, HasSubstr("the object has been modified; please apply your changes"));
}

TEST_F(ApiTest, WritesNothingWhenNothingChanges) {
  const auto made = config_map("same");
  const auto patched =
      call("patch", "/configmaps", "default", "same", R"({"metadata":{}})", {}, kMerge);
  EXPECT_EQ(patched.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
}

TEST_F(ApiTest, AppliesPatchesMadeAtTheSameTime) {
  config_map("busy");
  std::mutex mutex;
  std::condition_variable changed;
  int left = 20, ok = 0;
  std::vector<Registration> calls;
  for (int i = 0; i < 20; ++i) {
    api::Request request;
    request.set_verb("patch");
    request.mutable_resource()->set_version("v1");
    request.mutable_resource()->set_resource("configmaps");
    request.mutable_resource()->set_namespace_("default");
    request.mutable_resource()->set_name("busy");
    request.set_patch_type(kMerge);
    request.set_body(R"({"data":{"k)" + std::to_string(i) + R"(":"v"}})");
    calls.push_back(rpc::call(tester().context().bus(), api::kDo, request, {},
                              [&](const Result<api::Response>& reply) {
                                std::lock_guard lock(mutex);
                                ok += reply.ok() && reply->http_code() == 200;
                                --left;
                                changed.notify_all();
                              }));
  }
  std::unique_lock lock(mutex);
  ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(30), [&] { return left == 0; }));
  EXPECT_EQ(ok, 20);
  EXPECT_EQ(get("/configmaps", "default", "busy").at("data.k19"), "v");
}

TEST_F(ApiTest, CountsGenerationsOfTheDesireOnly) {
  const std::string body =
      R"({"metadata":{"name":"gen"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":)"
      R"({"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})";
  ASSERT_EQ(create("apps/deployments", "default", body).at("metadata.generation"), "1");
  const auto patch = [&](const std::string& path, const std::string& text) {
    return call("patch", path, "default", "gen", text, {}, kMerge).at("metadata.generation");
  };
  EXPECT_EQ(patch("apps/deployments", R"({"metadata":{"labels":{"x":"y"}}})"), "1");
  EXPECT_EQ(patch("apps/deployments/status", R"({"status":{"replicas":1}})"), "1");
  EXPECT_EQ(patch("apps/deployments", R"({"spec":{"replicas":3}})"), "2");
  EXPECT_EQ(get("apps/deployments/scale", "default", "gen").at("spec.replicas"), "3");
  EXPECT_EQ(get("apps/deployments/scale", "default", "gen").at("status.selector"), "a=b");
}

TEST_F(ApiTest, KeepsStatusAndSpecApart) {
  ASSERT_EQ(create("/pods", "default", pod_json("apart")).at("status.phase"), "Pending");
  const auto main =
      call("patch", "/pods", "default", "apart", R"({"status":{"phase":"Running"}})", {}, kMerge);
  EXPECT_EQ(main.at("status.phase"), "Pending");
  const auto status =
      call("patch", "/pods/status", "default", "apart",
           R"({"status":{"phase":"Running"},"spec":{"nodeName":"stolen"}})", {}, kMerge);
  EXPECT_EQ(status.at("status.phase"), "Running");
  EXPECT_EQ(status.at("spec.nodeName"), "");
}

TEST_F(ApiTest, BindsAPodOnceAndDeletesItGracefully) {
  create("/pods", "default", pod_json("bound"));
  const std::string binding = R"({"metadata":{"name":"bound"},"target":{"name":"n1"}})";
  EXPECT_EQ(call("create", "/pods/binding", "default", "bound", binding).code, 201);
  EXPECT_EQ(get("/pods", "default", "bound").at("spec.nodeName"), "n1");
  EXPECT_EQ(get("/pods", "default", "bound").at("metadata.generation"), "1");
  EXPECT_EQ(call("create", "/pods/binding", "default", "bound", binding).code, 409);
  const auto marked = call("delete", "/pods", "default", "bound");
  EXPECT_EQ(marked.at("metadata.deletionGracePeriodSeconds"), "30");
  EXPECT_EQ(get("/pods", "default", "bound").code, 200);
  EXPECT_EQ(call("delete", "/pods", "default", "bound", "", {{"gracePeriodSeconds", "0"}}).code,
            200);
  EXPECT_EQ(get("/pods", "default", "bound").code, 404);
}

TEST_F(ApiTest, LeavesAnObjectToItsFinalizers) {
  config_map("held", R"(,"finalizers":["example.com/hold"])");
  EXPECT_NE(call("delete", "/configmaps", "default", "held").at("metadata.deletionTimestamp"), "");
  EXPECT_EQ(get("/configmaps", "default", "held").code, 200);
  call("patch", "/configmaps", "default", "held", R"({"metadata":{"finalizers":null}})", {},
       kMerge);
  EXPECT_EQ(get("/configmaps", "default", "held").code, 404);
}

TEST_F(ApiTest, HonoursPreconditionsOfADeletion) {
  config_map("pre");
  const auto wrong =
      call("delete", "/configmaps", "default", "pre", R"({"preconditions":{"uid":"other"}})");
  EXPECT_EQ(wrong.code, 409);
  EXPECT_THAT(wrong.body,
              HasSubstr("the UID in the precondition (other) does not match the UID in record ("));
  EXPECT_EQ(call("delete", "/configmaps", "default", "pre").at("status"), "Success");
}

TEST_F(ApiTest, EndsANamespaceInSteps) {
  ASSERT_EQ(create("/namespaces", "", R"({"metadata":{"name":"ending"}})").code, 201);
  EXPECT_EQ(call("delete", "/namespaces", "", "ending").at("status.phase"), "Terminating");
  const auto refused = create("/configmaps", "ending", R"({"metadata":{"name":"late"}})");
  EXPECT_EQ(refused.code, 403);
  EXPECT_THAT(refused.body, HasSubstr(R"(configmaps \"late\" is forbidden: unable to create new)"));
  EXPECT_THAT(refused.body, HasSubstr("because it is being terminated"));
  EXPECT_EQ(call("update", "/namespaces/finalize", "", "ending",
                 R"({"metadata":{"name":"ending"},"spec":{}})")
                .code,
            200);
  EXPECT_EQ(get("/namespaces", "", "ending").code, 404);
  EXPECT_EQ(create("/configmaps", "ending", R"({"metadata":{"name":"late"}})").code, 404);
  EXPECT_EQ(call("delete", "/namespaces", "", "default").code, 403);
}

TEST_F(ApiTest, DeletesACollectionBySelector) {
  for (const char* name : {"many-1", "many-2"}) config_map(name, R"(,"labels":{"many":"yes"})");
  config_map("many-3", R"(,"labels":{"many":"no"})");
  EXPECT_EQ(
      call("deletecollection", "/configmaps", "default", "", "", {{"labelSelector", "many=yes"}})
          .code,
      200);
  EXPECT_EQ(get("/configmaps", "default", "many-1").code, 404);
  EXPECT_EQ(get("/configmaps", "default", "many-2").code, 404);
  EXPECT_EQ(get("/configmaps", "default", "many-3").code, 200);
}

TEST_F(ApiTest, DeletesACollectionOfMoreThanAreRemovedAtOnce) {
  constexpr int kMaps = 600;
  for (int i = 0; i < kMaps; ++i)
    ASSERT_EQ(config_map("mass-" + std::to_string(i), R"(,"labels":{"mass":"yes"})").code, 201);
  const Query selector = {{"labelSelector", "mass=yes"}};
  const auto gone = call("deletecollection", "/configmaps", "default", "", "", selector);
  EXPECT_EQ(gone.code, 200);
  EXPECT_THAT(gone.body, HasSubstr(R"("name":"mass-599")"));
  EXPECT_THAT(call("list", "/configmaps", "default", "", "", selector).body,
              HasSubstr(R"("items":[])"));
}

TEST_F(ApiTest, ChangesNothingInADryRun) {
  EXPECT_EQ(
      create("/configmaps", "default", R"({"metadata":{"name":"dry"}})", {{"dryRun", "All"}}).code,
      201);
  EXPECT_EQ(get("/configmaps", "default", "dry").code, 404);
}

TEST_F(ApiTest, TreatsUnknownFieldsAsItIsTold) {
  const std::string body = R"({"metadata":{"name":"unknown"},"dta":{}})";
  const auto strict = create("/configmaps", "default", body, {{"fieldValidation", "Strict"}});
  EXPECT_EQ(strict.code, 400);
  EXPECT_THAT(strict.body, HasSubstr(R"(strict decoding error: unknown field \"dta\")"));
  EXPECT_EQ(create("/configmaps", "default", body).code, 201);
}

TEST_F(ApiTest, SaysWhatItDoesNotServe) {
  EXPECT_EQ(get("/nothings", "default", "x").code, 404);
  EXPECT_EQ(call("patch", "/bindings", "default", "x").code, 405);
  EXPECT_EQ(call("patch", "/configmaps", "default", "x", "a: b", {}, "application/patch").code,
            415);
}

TEST_F(ApiTest, WatchesFromTheStateOn) {
  config_map("seen-1", R"(,"labels":{"seen":"yes"})");
  api::WatchRequest request;
  request.mutable_resource()->set_version("v1");
  request.mutable_resource()->set_resource("configmaps");
  auto& query = *request.mutable_query();
  query["labelSelector"] = "seen=yes";
  query["sendInitialEvents"] = "true";
  query["resourceVersionMatch"] = "NotOlderThan";
  query["allowWatchBookmarks"] = "true";
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> seen;
  auto reader = rpc::stream(
      tester().context().bus(), api::kWatch, request, {},
      [&](const api::WatchItem& item) {
        std::lock_guard lock(mutex);
        seen.push_back(item.type() + " " + json_text(json_at(item.object(), "metadata.name")));
        changed.notify_all();
      },
      [](const Status&) {});
  const auto wait_for = [&](std::size_t count) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, std::chrono::seconds(30), [&] { return seen.size() >= count; });
  };
  ASSERT_TRUE(wait_for(2));
  config_map("seen-2", R"(,"labels":{"seen":"yes"})");
  call("delete", "/configmaps", "default", "seen-1");
  ASSERT_TRUE(wait_for(4));
  reader->cancel();
  EXPECT_THAT(seen, ElementsAre("ADDED seen-1", "BOOKMARK ", "ADDED seen-2", "DELETED seen-1"));
}

}  // namespace
}  // namespace kubus::apiserver
