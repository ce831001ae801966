#include "cache_store.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/config_map.pb.h>

#include "kubus/api/types.h"

namespace kubus {
namespace {

ObjectPtr object(const std::string& ns, const std::string& name, int version,
                 const std::string& owner = "") {
  auto map = std::make_shared<core_v1::ConfigMap>();
  auto& meta = *map->mutable_metadata();
  meta.set_namespace_(ns);
  meta.set_name(name);
  meta.set_uid(ns + name);
  meta.set_resourceversion(std::to_string(version));
  if (!owner.empty()) {
    auto& reference = *meta.add_ownerreferences();
    reference.set_uid(owner);
    reference.set_controller(true);
  }
  return map;
}

TEST(CacheStore, FindsObjectsByKeyNamespaceAndController) {
  CacheStore store;
  store.put(object("a", "x", 1, "owner"));
  store.put(object("a", "y", 2));
  store.put(object("b", "x", 3, "owner"));
  EXPECT_EQ(resource_version_of(*store.get("b/x")), 3);
  EXPECT_EQ(store.get("b/y"), nullptr);
  EXPECT_EQ(store.list("a").size(), 2u);
  EXPECT_EQ(store.list("").size(), 3u);
  EXPECT_EQ(store.controlled_by("owner").size(), 2u);
}

TEST(CacheStore, IndexesFollowAChangeOfOwner) {
  CacheStore store;
  store.put(object("a", "x", 1, "first"));
  const auto change = store.put(object("a", "x", 2, "second"));
  EXPECT_EQ(resource_version_of(*change.old), 1);
  EXPECT_EQ(resource_version_of(*change.now), 2);
  EXPECT_TRUE(store.controlled_by("first").empty());
  EXPECT_EQ(store.controlled_by("second").size(), 1u);
}

TEST(CacheStore, SameVersionAgainIsNoChange) {
  CacheStore store;
  store.put(object("a", "x", 1));
  const auto change = store.put(object("a", "x", 1));
  EXPECT_EQ(change.old, nullptr);
  EXPECT_EQ(change.now, nullptr);
}

TEST(CacheStore, ReplaceRemovesWhatWasNotSeenAgain) {
  CacheStore store;
  store.put(object("a", "stays", 1));
  store.put(object("a", "goes", 2));
  store.begin_replace();
  store.put(object("a", "stays", 1));
  store.put(object("a", "comes", 3));
  const auto changes = store.finish_replace();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(key_of(*changes[0].old).name, "goes");
  EXPECT_EQ(changes[0].now, nullptr);
  EXPECT_EQ(store.size(), 2u);
}

TEST(CacheStore, EraseReportsTheLastKnownState) {
  CacheStore store;
  store.put(object("a", "x", 7));
  EXPECT_EQ(resource_version_of(*store.erase("a/x").old), 7);
  EXPECT_EQ(store.erase("a/x").old, nullptr);
  EXPECT_TRUE(store.list("a").empty());
}

}  // namespace
}  // namespace kubus
