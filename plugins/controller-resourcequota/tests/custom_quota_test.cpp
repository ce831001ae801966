// The plugin at work on a custom kind, on the real API server and storage.
#include <gmock/gmock.h>
#include <k8s/core/v1/resource_quota.pb.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

#include "control_plane.h"
#include "eventually.h"
#include "kubus/api/types.h"
#include "kubus/client.h"
#include "kubus/host.h"

namespace kubus::resourcequota {
namespace {

using kubus::testing::ControlPlane;
using kubus::testing::eventually;

constexpr const char* kGroup = "counted.example.com";
constexpr const char* kBound = "count/gears.counted.example.com";
constexpr int kHard = 10;

class CustomQuota : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = ControlPlane::missing(); !why.empty()) GTEST_SKIP() << why;
    plane_ = std::make_unique<ControlPlane>();
    client_ = ApiClient::of(plane_->join("member").context());
    ASSERT_TRUE(client_
                    ->raw({"create", "apiextensions.k8s.io", "v1", "customresourcedefinitions", "",
                           "", "", {},
                           R"({"metadata":{"name":"gears.counted.example.com"},"spec":{)"
                           R"("group":"counted.example.com","scope":"Namespaced","names":{)"
                           R"("plural":"gears","kind":"Gear"},"versions":[{"name":"v1",)"
                           R"("served":true,"storage":true,"schema":{"openAPIV3Schema":)"
                           R"({"type":"object"}}}]}})",
                           ""})
                    .ok());
    core_v1::ResourceQuota quota;
    quota.mutable_metadata()->set_namespace_("default");
    quota.mutable_metadata()->set_name("q");
    (*quota.mutable_spec()->mutable_hard())[kBound].set_string(std::to_string(kHard));
    ASSERT_TRUE(client_->create(quota).ok());
  }

  Status change(const std::string& verb, const std::string& name) {
    const auto body = R"({"apiVersion":"counted.example.com/v1","kind":"Gear","metadata":{)"
                      R"("name":")" + name + R"("}})";
    return client_
        ->raw({verb, kGroup, "v1", "gears", "default", verb == "create" ? "" : name, "", {},
               verb == "create" ? body : "", ""})
        .status();
  }
  int gears() {
    const auto list = client_->raw({"list", kGroup, "v1", "gears", "default", "", "", {}, "", ""});
    if (!list.ok()) return -1;
    int count = 0;
    for (auto at = list->find("\"uid\""); at != list->npos; at = list->find("\"uid\"", at + 1))
      ++count;
    return count;
  }
  // What the quota says; empty: nothing yet.
  std::string used() {
    const auto quota = client_->get<core_v1::ResourceQuota>({"default", "q"});
    if (!quota.ok()) return {};
    const auto found = quota->status().used().find(kBound);
    return found == quota->status().used().end() ? std::string() : found->second.string();
  }

  std::unique_ptr<ControlPlane> plane_;
  std::shared_ptr<ApiClient> client_;
};

// Many come and go at once, and the plugin too: never are there more than may be, and in the end
// the quota says how many there are.
TEST_F(CustomQuota, IsExactWhateverComesAndGoes) {
  auto* plugin = &plane_->load("controller-resourcequota");
  ASSERT_TRUE(eventually([&] { return used() == "0"; }));
  std::atomic<bool> stop{false};
  std::atomic<int> made{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      for (int turn = 0; !stop; ++turn) {
        const auto name = "g" + std::to_string(i) + "-" + std::to_string(turn % 5);
        const auto status = change("create", name);
        ++(status.ok() ? made : refused);
        if (turn % 3 == 0)
          (void)change("delete", "g" + std::to_string(i) + "-" + std::to_string(turn / 3 % 5)).ok();
      }
    });
  int most = 0;
  for (int round = 0; round < 5; ++round) {
    const int target = made + 40;
    EXPECT_TRUE(eventually([&] {
      most = std::max(most, gears());
      return made >= target;
    }));
    plane_->leave(*plugin);
    plugin = &plane_->load("controller-resourcequota");
  }
  stop = true;
  for (auto& thread : threads) thread.join();
  EXPECT_LE(most, kHard);
  EXPECT_GT(refused, 0);
  EXPECT_TRUE(eventually([&] { return used() == std::to_string(gears()); }))
      << used() << " are said to be there, " << gears() << " are";
}

}  // namespace
}  // namespace kubus::resourcequota
