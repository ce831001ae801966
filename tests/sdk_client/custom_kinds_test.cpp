// The kinds that definitions describe: asked for, and heard of as they come and go.
#include "kubus/custom_kinds.h"

#include <gmock/gmock.h>

#include <condition_variable>
#include <mutex>
#include <optional>

#include "client_test.h"

namespace kubus::testing {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Not;

class CustomKindsTest : public ClientTest {
 protected:
  Status ask(const std::string& verb, const std::string& name, const std::string& body) {
    return client()
        .raw({verb, "apiextensions.k8s.io", "v1", "customresourcedefinitions", "", name, "", {},
              body, "application/merge-patch+json"})
        .status();
  }
  // One with a version "v1" that is stored.
  Status define(const std::string& plural, const std::string& kind) {
    return ask("create", "", R"({"metadata":{"name":")" + plural +
                                 R"(.sdk.example.com"},"spec":{"group":"sdk.example.com",)" +
                                 R"("scope":"Namespaced","names":{"plural":")" + plural +
                                 R"(","kind":")" + kind + R"("},"versions":[)" +
                                 version("v1", true) + "]}}");
  }
  static std::string version(const std::string& name, bool storage) {
    return R"({"name":")" + name + R"(","served":true,"storage":)" + (storage ? "true" : "false") +
           R"(,"schema":{"openAPIV3Schema":{"type":"object"}}})";
  }
  std::vector<std::string> now() {
    const auto kinds = custom_kinds_now(client());
    EXPECT_TRUE(kinds.ok()) << kinds.status().to_string();
    std::vector<std::string> names;
    for (const Kind& kind : *kinds) names.push_back(kind->version + "/" + kind->group_resource());
    return names;
  }
};

TEST_F(CustomKindsTest, AreThereAsSoonAsAnObjectCanBeMade) {
  for (int i = 0; i < 5; ++i) {
    const auto plural = "quicks" + std::to_string(i), kind = "Quick" + std::to_string(i);
    ASSERT_TRUE(define(plural, kind).ok());
    const auto object = R"({"apiVersion":"sdk.example.com/v1","kind":")" + kind +
                        R"(","metadata":{"name":"q"}})";
    Status made;
    ASSERT_TRUE(eventually([&] {
      const auto reply = client().raw(
          {"create", "sdk.example.com", "v1", plural, "default", "", "", {}, object, ""});
      made = reply.status();
      return reply.ok();
    })) << made.to_string();
    EXPECT_THAT(now(), Contains("v1/" + plural + ".sdk.example.com"));
    ASSERT_TRUE(ask("delete", plural + ".sdk.example.com", "").ok());
    ASSERT_TRUE(eventually(
        [&] { return ask("get", plural + ".sdk.example.com", "").code() == Code::kNotFound; }));
    EXPECT_THAT(now(), Not(Contains("v1/" + plural + ".sdk.example.com")));
  }
}

TEST_F(CustomKindsTest, AreKnownOnceSyncedAndTellWhatChanges) {
  ASSERT_TRUE(define("parts", "Part").ok());
  ASSERT_TRUE(eventually([&] { return !now().empty(); }));
  std::mutex mutex;
  std::vector<std::string> heard, at_sync;
  std::optional<CustomKinds> kinds;
  on_loop(context(), [&] {
    kinds.emplace(
        context(),
        [&](const Kind& kind, bool served) {
          std::lock_guard lock(mutex);
          heard.push_back((served ? "+" : "-") + kind->api_version());
        },
        [&] {
          std::lock_guard lock(mutex);
          for (const Kind& kind : kinds->list()) at_sync.push_back(kind->plural);
        });
    EXPECT_FALSE(kinds->synced()) << "nothing can have been heard of yet";
  });
  ASSERT_TRUE(eventually([&] { return kinds->synced() && !kinds->list().empty(); }));
  const auto heard_are = [&](const std::vector<std::string>& wanted) {
    return eventually([&] {
      std::lock_guard lock(mutex);
      return heard == wanted;
    });
  };
  EXPECT_TRUE(heard_are({"+sdk.example.com/v1"}));
  {
    std::lock_guard lock(mutex);
    EXPECT_THAT(at_sync, ElementsAre("parts"));
  }
  ASSERT_TRUE(ask("patch", "parts.sdk.example.com",
                  R"({"spec":{"versions":[)" + version("v1", false) + "," + version("v2", true) +
                      "]}}")
                  .ok());
  EXPECT_TRUE(heard_are({"+sdk.example.com/v1", "-sdk.example.com/v1", "+sdk.example.com/v2"}));
  ASSERT_TRUE(ask("delete", "parts.sdk.example.com", "").ok());
  EXPECT_TRUE(heard_are({"+sdk.example.com/v1", "-sdk.example.com/v1", "+sdk.example.com/v2",
                         "-sdk.example.com/v2"}));
  on_loop(context(), [&] { kinds.reset(); });
}

}  // namespace
}  // namespace kubus::testing
