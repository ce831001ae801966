#include "content.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include <algorithm>

namespace kubus::nslife {
namespace {

SystemTime at(int seconds) { return SystemTime(std::chrono::seconds(seconds)); }

const core_v1::NamespaceCondition& condition(const core_v1::Namespace& ns,
                                             const std::string& type) {
  for (const auto& one : ns.status().conditions())
    if (one.type() == type) return one;
  return core_v1::NamespaceCondition::default_instance();
}

TEST(Content, StartsWithPodsAndNamesEveryResourceOnce) {
  const auto resources = deletable_resources();
  ASSERT_FALSE(resources.empty());
  EXPECT_EQ(resources[0]->group_resource(), "pods");
  std::vector<std::string> names;
  for (const auto* resource : resources) {
    EXPECT_TRUE(resource->namespaced);
    names.push_back(resource->group_resource());
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_TRUE(std::binary_search(names.begin(), names.end(), "configmaps"));
  EXPECT_TRUE(std::binary_search(names.begin(), names.end(), "deployments.apps"));
}

TEST(Content, IsCountedWithItsFinalizers) {
  core_v1::PodList list;
  list.add_items()->mutable_metadata()->add_finalizers("example.com/hold");
  list.add_items();
  Remaining remaining;
  count_items(resource_of<core_v1::Pod>(), list, remaining);
  EXPECT_EQ(remaining.resources.at("pods."), 2);
  EXPECT_EQ(remaining.finalizers.at("example.com/hold"), 1);
  EXPECT_TRUE(remaining.pods);
  EXPECT_FALSE(remaining.empty());
}

TEST(Conditions, SayWhatIsLeft) {
  struct Case {
    const char* name;
    Remaining remaining;
    const char* type;
    const char* status;
    const char* reason;
    const char* message;
  };
  Remaining some, failed;
  some.resources = {{"pods.", 2}, {"deployments.apps", 1}};
  some.finalizers = {{"example.com/hold", 1}};
  failed.errors = {"a", "b"};
  const Case cases[] = {
      {"nothing",
       {},
       "NamespaceContentRemaining",
       "False",
       "ContentRemoved",
       "All content successfully removed"},
      {"objects", some, "NamespaceContentRemaining", "True", "SomeResourcesRemain",
       "Some resources are remaining: deployments.apps has 1 resource instances, pods. has 2 "
       "resource instances"},
      {"finalizers", some, "NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain",
       "Some content in the namespace has finalizers remaining: example.com/hold in 1 resource "
       "instances"},
      {"errors", failed, "NamespaceDeletionContentFailure", "True", "ContentDeletionFailed",
       "Failed to delete all resource types, 2 remaining: a, b"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto ns = with_conditions({}, c.remaining, at(100));
    EXPECT_EQ(ns.status().conditions_size(), 5);
    const auto& found = condition(ns, c.type);
    EXPECT_EQ(found.status(), c.status);
    EXPECT_EQ(found.reason(), c.reason);
    EXPECT_EQ(found.message(), c.message);
  }
}

TEST(Conditions, KeepTheirTimeWhileTheyStayTheSame) {
  Remaining some;
  some.resources = {{"pods.", 1}};
  const auto first = with_conditions({}, some, at(100));
  const auto second = with_conditions(first, {}, at(200));
  EXPECT_EQ(condition(second, "NamespaceContentRemaining").lasttransitiontime().seconds(), 200);
  EXPECT_EQ(condition(second, "NamespaceDeletionDiscoveryFailure").lasttransitiontime().seconds(),
            100);
}

TEST(Finalizer, IsRemovedAndOthersStay) {
  core_v1::Namespace ns;
  EXPECT_FALSE(has_finalizer(ns));
  ns.mutable_spec()->add_finalizers("kubernetes");
  ns.mutable_spec()->add_finalizers("example.com/hold");
  EXPECT_TRUE(has_finalizer(ns));
  const auto out = finalized(ns);
  ASSERT_EQ(out.spec().finalizers_size(), 1);
  EXPECT_EQ(out.spec().finalizers(0), "example.com/hold");
}

}  // namespace
}  // namespace kubus::nslife
