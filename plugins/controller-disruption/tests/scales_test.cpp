#include "scales.h"

#include <gtest/gtest.h>

#include <map>

namespace kubus::disruption {
namespace {

class ScalesTest : public testing::Test {
 protected:
  template <class T>
  using Objects = std::map<ObjectKey, std::shared_ptr<const T>>;

  template <class T>
  static void put(Objects<T>& objects, const std::string& name, const std::string& uid,
                  std::optional<int> replicas, const Owner& owner = {}) {
    auto object = std::make_shared<T>();
    auto& metadata = *object->mutable_metadata();
    metadata.set_namespace_("n");
    metadata.set_name(name);
    metadata.set_uid(uid);
    if (replicas) object->mutable_spec()->set_replicas(*replicas);
    own(metadata, owner);
    objects[{"n", name}] = std::move(object);
  }
  static void own(meta_v1::ObjectMeta& metadata, const Owner& owner) {
    if (owner.uid.empty()) return;
    auto& reference = *metadata.add_ownerreferences();
    reference.set_apiversion(owner.api_version);
    reference.set_kind(owner.kind);
    reference.set_name(owner.name);
    reference.set_uid(owner.uid);
    reference.set_controller(true);
  }
  static PodPtr pod(const std::string& name, const Owner& owner = {}) {
    auto pod = std::make_shared<core_v1::Pod>();
    pod->mutable_metadata()->set_namespace_("n");
    pod->mutable_metadata()->set_name(name);
    own(*pod->mutable_metadata(), owner);
    return pod;
  }
  template <class T>
  static Lookups::Get<T> in(const Objects<T>& objects) {
    return [&objects](const ObjectKey& key) {
      const auto found = objects.find(key);
      return found == objects.end() ? nullptr : found->second;
    };
  }
  Result<Scales> scales(const Pods& pods) const {
    return scales_of(pods,
                     {in(deployments_), in(replica_sets_), in(stateful_sets_), in(controllers_)});
  }

  Objects<apps_v1::Deployment> deployments_;
  Objects<apps_v1::ReplicaSet> replica_sets_;
  Objects<apps_v1::StatefulSet> stateful_sets_;
  Objects<core_v1::ReplicationController> controllers_;
};

TEST_F(ScalesTest, CountsEachControllerOnce) {
  put(deployments_, "d", "d1", 4);
  put(replica_sets_, "d-old", "r1", 1, {"apps/v1", "Deployment", "d", "d1"});
  put(replica_sets_, "d-new", "r2", 3, {"apps/v1", "Deployment", "d", "d1"});
  put(replica_sets_, "alone", "r3", std::nullopt);
  put(stateful_sets_, "s", "s1", 2);
  put(controllers_, "c", "c1", 5);
  const Owner old{"apps/v1", "ReplicaSet", "d-old", "r1"};
  const auto found =
      scales({pod("a", old), pod("b", old), pod("c", {"apps/v1", "ReplicaSet", "d-new", "r2"}),
              pod("d", {"apps/v1", "ReplicaSet", "alone", "r3"}),
              pod("e", {"apps/v1", "StatefulSet", "s", "s1"}),
              pod("f", {"v1", "ReplicationController", "c", "c1"}), pod("g")});
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(found->wanted, 4 + 1 + 2 + 5);
  EXPECT_EQ(found->unmanaged, std::vector<std::string>{"g"});
}

TEST_F(ScalesTest, SaysWhyTheyCannotBeKnown) {
  put(replica_sets_, "again", "new", 1);
  put(replica_sets_, "orphan", "r1", 1, {"apps/v1", "Deployment", "d", "d1"});
  const struct {
    Owner owner;
    Code code;
    const char* message;
  } cases[] = {
      {{"apps/v1", "ReplicaSet", "none", "r"},
       Code::kNotFound,
       "found no controllers for pod \"a\""},
      {{"apps/v1", "ReplicaSet", "again", "old"},
       Code::kNotFound,
       "found no controllers for pod \"a\""},
      {{"apps/v1", "ReplicaSet", "orphan", "r1"},
       Code::kNotFound,
       "found no controllers for pod \"a\""},
      {{"batch/v1", "Job", "j", "j1"},
       Code::kInvalid,
       "jobs.batch does not implement the scale subresource"},
      {{"v1", "Node", "n1", "u"}, Code::kInvalid, "nodes does not implement the scale subresource"},
      {{"example.com/v1", "Widget", "w", "w1"},
       Code::kInvalid,
       "no matches for kind \"Widget\" in version \"example.com/v1\""},
  };
  for (const auto& c : cases) {
    const auto found = scales({pod("a", c.owner)});
    ASSERT_FALSE(found.ok()) << c.message;
    EXPECT_EQ(found.code(), c.code);
    EXPECT_EQ(found.status().message(), c.message);
  }
}

}  // namespace
}  // namespace kubus::disruption
