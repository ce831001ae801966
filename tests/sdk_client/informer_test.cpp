// Informers: what they promise, also across a restart of the API server.
#include "kubus/informer.h"

#include <map>
#include <mutex>
#include <vector>

#include "client_test.h"

namespace kubus::testing {
namespace {

using Maps = Informer<core_v1::ConfigMap>;

// All ConfigMaps of "default" as the handler was told of them.
class Seen {
 public:
  void change(const Maps::Ptr& old, const Maps::Ptr& now) {
    std::lock_guard lock(mutex_);
    const auto key = key_of(now ? *now : *old).name;
    changes_.push_back((old ? (now ? "~" : "-") : "+") + key);
    if (now)
      values_[key] = resource_version_of(*now);
    else
      values_.erase(key);
  }
  std::vector<std::string> changes() const {
    std::lock_guard lock(mutex_);
    return changes_;
  }
  bool has(const std::string& change) const {
    const auto all = changes();
    return std::find(all.begin(), all.end(), change) != all.end();
  }
  std::int64_t version(const std::string& name) const {
    std::lock_guard lock(mutex_);
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> changes_;
  std::map<std::string, std::int64_t> values_;
};

class InformerTest : public ClientTest {
 protected:
  std::unique_ptr<Maps> follow(Context& context, Seen& seen, const InformerOptions& options = {}) {
    std::unique_ptr<Maps> informer;
    on_loop(context, [&] {
      informer = std::make_unique<Maps>(context, options);
      informer->on_change(
          [&seen](const Maps::Ptr& old, const Maps::Ptr& now) { seen.change(old, now); });
    });
    EXPECT_TRUE(eventually([&] { return informer->synced(); }));
    return informer;
  }
  static InformerOptions in_default() { return {.ns = "default"}; }
};

TEST_F(InformerTest, ReportsWhatIsThereThenEveryChange) {
  ASSERT_TRUE(client().create(config_map("before")).ok());
  Seen seen;
  auto informer = follow(context(), seen, in_default());
  EXPECT_TRUE(eventually([&] { return seen.has("+before"); }));
  ASSERT_TRUE(client().create(config_map("after")).ok());
  EXPECT_TRUE(eventually([&] { return seen.has("+after"); }));
  auto changed = client().update(config_map("after", "new"));
  ASSERT_TRUE(changed.ok());
  EXPECT_TRUE(eventually([&] { return seen.version("after") == resource_version_of(*changed); }));
  EXPECT_EQ(value_of(*informer->get({"default", "after"})), "new");
  ASSERT_TRUE(client().remove<core_v1::ConfigMap>({"default", "before"}).ok());
  EXPECT_TRUE(eventually([&] { return seen.has("-before"); }));
  EXPECT_EQ(informer->get({"default", "before"}), nullptr);
}

TEST_F(InformerTest, SelectsByLabel) {
  auto chosen = config_map("chosen");
  (*chosen.mutable_metadata()->mutable_labels())["app"] = "web";
  ASSERT_TRUE(client().create(chosen).ok());
  ASSERT_TRUE(client().create(config_map("other")).ok());
  Seen seen;
  auto informer = follow(context(), seen, {.ns = "default", .label_selector = "app=web"});
  EXPECT_EQ(informer->size(), 1U);
  // One that loses the label is gone for whoever selects by it.
  chosen.mutable_metadata()->clear_labels();
  ASSERT_TRUE(client().update(chosen).ok());
  EXPECT_TRUE(eventually([&] { return seen.has("-chosen"); }));
}

TEST_F(InformerTest, TwoPluginsOfOneProcessShareEachObject) {
  ASSERT_TRUE(client().create(config_map("shared")).ok());
  auto& second = plane().join("second");
  Seen seen, seen_too;
  {
    auto one = follow(context(), seen, in_default());
    auto two = follow(second.context(), seen_too, in_default());
    EXPECT_TRUE(eventually([&] { return seen.has("+shared") && seen_too.has("+shared"); }));
    EXPECT_EQ(one->get({"default", "shared"}), two->get({"default", "shared"}));
  }
  plane().leave(second);
}

TEST_F(InformerTest, MissesNothingWhenTheApiServerComesBack) {
  ASSERT_TRUE(client().create(config_map("stays", "old")).ok());
  Seen seen;
  auto informer = follow(context(), seen, in_default());
  for (int round = 0; round < 3; ++round) {
    SCOPED_TRACE(round);
    const auto name = "round-" + std::to_string(round);
    plane().restart_apiserver();
    ASSERT_TRUE(client().create(config_map(name)).ok());
    auto changed = client().update(config_map("stays", name));
    ASSERT_TRUE(changed.ok()) << changed.status().to_string();
    EXPECT_TRUE(eventually([&] {
      return seen.has("+" + name) && seen.version("stays") == resource_version_of(*changed);
    }));
    ASSERT_TRUE(client().remove<core_v1::ConfigMap>({"default", name}).ok());
    EXPECT_TRUE(eventually([&] { return seen.has("-" + name); }));
  }
  EXPECT_FALSE(seen.has("-stays"));
}

TEST_F(InformerTest, AReaderCanWaitForItsOwnWrite) {
  Seen seen;
  auto informer = follow(context(), seen, in_default());
  for (int i = 0; i < 20; ++i) {
    auto written = client().create(config_map("w-" + std::to_string(i)));
    ASSERT_TRUE(written.ok());
    ASSERT_TRUE(
        informer->cache().wait_for(resource_version_of(*written), std::chrono::seconds(20)));
    EXPECT_NE(informer->get(key_of(*written)), nullptr);
  }
}

}  // namespace
}  // namespace kubus::testing
