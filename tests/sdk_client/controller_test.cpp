// The controller builder: keys, retries, owners, and caches that know one's own writes.
#include "kubus/controller.h"

#include <k8s/core/v1/secret.pb.h>

#include <atomic>
#include <map>
#include <mutex>

#include "client_test.h"

namespace kubus::testing {
namespace {

class ControllerTest : public ClientTest {
 protected:
  // Counts by key, from any thread.
  struct Counts {
    int add(const std::string& key) {
      std::lock_guard lock(mutex);
      return ++counts[key];
    }
    int of(const std::string& key) {
      std::lock_guard lock(mutex);
      return counts[key];
    }
    std::mutex mutex;
    std::map<std::string, int> counts;
  };

  std::unique_ptr<Controller> controller() {
    return std::make_unique<Controller>(context(), "test-controller");
  }
  static InformerOptions in_default() { return {.ns = "default"}; }
};

TEST_F(ControllerTest, ReconcilesWhatIsThereAndWhatComes) {
  ASSERT_TRUE(client().create(config_map("first")).ok());
  Counts counts;
  auto own = controller();
  on_loop(context(), [&] {
    EXPECT_TRUE(own->reconcile<core_v1::ConfigMap>(
                       [&](const core_v1::ConfigMap& map) {
                         counts.add(map.metadata().name());
                         return Outcome::done();
                       },
                       in_default())
                    .ok());
  });
  EXPECT_TRUE(eventually([&] { return counts.of("first") >= 1; }));
  ASSERT_TRUE(client().create(config_map("second")).ok());
  EXPECT_TRUE(eventually([&] { return counts.of("second") >= 1; }));
  own.reset();
}

TEST_F(ControllerTest, RetriesFailuresAndNotTheTerminalOnes) {
  Counts counts;
  auto own = controller();
  on_loop(context(), [&] {
    EXPECT_TRUE(own->reconcile<core_v1::ConfigMap>(
                       [&](const core_v1::ConfigMap& map) -> Outcome {
                         const auto& name = map.metadata().name();
                         const int times = counts.add(name);
                         if (name == "flaky" && times < 4)
                           return Status(Code::kServiceUnavailable, "not yet");
                         if (name == "hopeless")
                           return Outcome::terminal(Status(Code::kInvalid, "never"));
                         if (name == "patient" && times < 3)
                           return Outcome::requeue_after(std::chrono::milliseconds(1));
                         return Outcome::done();
                       },
                       in_default())
                    .ok());
  });
  for (const char* name : {"hopeless", "flaky", "patient"})
    ASSERT_TRUE(client().create(config_map(name)).ok());
  EXPECT_TRUE(eventually([&] { return counts.of("flaky") == 4 && counts.of("patient") == 3; }));
  EXPECT_EQ(counts.of("hopeless"), 1);
  own.reset();
}

TEST_F(ControllerTest, NeverWorksOnOneKeyTwiceAtOnce) {
  std::atomic<int> inside = 0, most = 0, runs = 0;
  auto own = controller();
  own->workers(4);
  on_loop(context(), [&] {
    EXPECT_TRUE(own->reconcile<core_v1::ConfigMap>(
                       [&](const core_v1::ConfigMap&) {
                         const int now = ++inside;
                         most = std::max(most.load(), now);
                         // Its own write brings the key back while it is being worked on.
                         if (++runs < 20)
                           EXPECT_TRUE(
                               client().update(config_map("only", std::to_string(runs))).ok());
                         --inside;
                         return Outcome::done();
                       },
                       in_default())
                    .ok());
  });
  ASSERT_TRUE(client().create(config_map("only")).ok());
  EXPECT_TRUE(eventually([&] { return runs >= 20; }));
  EXPECT_EQ(most, 1);
  own.reset();
}

TEST_F(ControllerTest, ACacheKnowsTheControllersOwnWrites) {
  std::atomic<int> stale = 0, runs = 0, written = 0;
  auto own = controller();
  on_loop(context(), [&] {
    EXPECT_TRUE(own->reconcile<core_v1::ConfigMap>(
                       [&](const core_v1::ConfigMap& map) -> Outcome {
                         const auto seen = value_of(map);
                         if (written > 0 && seen != std::to_string(written)) ++stale;
                         if (++runs > 20) return Outcome::done();
                         auto changed = client().update(
                             config_map(map.metadata().name(), std::to_string(++written)));
                         return changed.status();
                       },
                       in_default())
                    .ok());
  });
  ASSERT_TRUE(client().create(config_map("only")).ok());
  EXPECT_TRUE(eventually([&] { return runs > 20; }));
  EXPECT_EQ(stale, 0);
  own.reset();
}

TEST_F(ControllerTest, AChangeOfWhatItOwnsBringsTheOwnerBack) {
  Counts counts;
  auto own = controller();
  on_loop(context(), [&] {
    own->owns<core_v1::Secret>(in_default());
    EXPECT_TRUE(own->reconcile<core_v1::ConfigMap>(
                       [&](const core_v1::ConfigMap& map) {
                         counts.add(map.metadata().name());
                         return Outcome::done();
                       },
                       in_default())
                    .ok());
  });
  auto owner = client().create(config_map("owner"));
  ASSERT_TRUE(owner.ok());
  ASSERT_TRUE(eventually([&] { return counts.of("owner") >= 1; }));
  const int before = counts.of("owner");
  core_v1::Secret secret;
  secret.mutable_metadata()->set_namespace_("default");
  secret.mutable_metadata()->set_name("owned");
  set_controller(secret, *owner);
  ASSERT_TRUE(client().create(secret).ok());
  EXPECT_TRUE(eventually([&] { return counts.of("owner") > before; }));
  ASSERT_TRUE(client().remove<core_v1::Secret>({"default", "owned"}).ok());
  own.reset();
}

}  // namespace
}  // namespace kubus::testing
