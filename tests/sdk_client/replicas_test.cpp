// What a manager of replicas does where no pod can be made.
#include "kubus/replicas.h"

#include <k8s/apps/v1/replica_set.pb.h>
#include <k8s/core/v1/event.pb.h>
#include <k8s/core/v1/namespace.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include "client_test.h"
#include "kubus/status_cause.h"

namespace kubus::testing {
namespace {

class ReplicasTest : public ClientTest {
 protected:
  // A namespace with a set in it that wants two pods.
  apps_v1::ReplicaSet set_in(const std::string& ns, const std::string& image) {
    core_v1::Namespace made;
    made.mutable_metadata()->set_name(ns);
    EXPECT_TRUE(client().create(made).ok());
    apps_v1::ReplicaSet set;
    set.mutable_metadata()->set_namespace_(ns);
    set.mutable_metadata()->set_name("web");
    set.mutable_spec()->set_replicas(2);
    (*set.mutable_spec()->mutable_selector()->mutable_matchlabels())["app"] = "web";
    auto& pods = *set.mutable_spec()->mutable_template_();
    (*pods.mutable_metadata()->mutable_labels())["app"] = "web";
    auto& container = *pods.mutable_spec()->add_containers();
    container.set_name("c");
    container.set_image(image);
    auto stored = client().create(set);
    EXPECT_TRUE(stored.ok()) << stored.status().to_string();
    return stored.ok() ? *stored : set;
  }
  Result<ReplicaManager::Found> sync(const apps_v1::ReplicaSet& set) {
    std::unique_ptr<Informer<core_v1::Pod>> pods;
    std::unique_ptr<ReplicaManager> manager;
    on_loop(context(), [&] {
      pods = std::make_unique<Informer<core_v1::Pod>>(context());
      manager = std::make_unique<ReplicaManager>(context(), "test-controller");
    });
    EXPECT_TRUE(eventually([&] { return pods->synced(); }));
    const auto selector = LabelMatcher::make(set.spec().selector());
    return manager->sync(*pods, {set, set.spec().replicas(), *selector, set.spec().template_(), 0,
                                 std::vector<PodPtr>()});
  }
};

TEST_F(ReplicasTest, DoNotFailInANamespaceThatGoesAway) {
  const auto set = set_in("leaving", "busybox");
  ASSERT_TRUE(client().remove<core_v1::Namespace>({"", "leaving"}).ok());
  const auto found = sync(set);
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_TRUE(found->failure.ok()) << found->failure.to_string();
  EXPECT_EQ(found->failure_reason, "");
  EXPECT_EQ(client().list<core_v1::Pod>({.ns = "leaving"})->size(), 0u);
}

TEST_F(ReplicasTest, TellOfPodsThatAreRefused) {
  auto set = set_in("staying", "busybox");
  // As nothing but this copy of the set has it: the server would refuse it.
  set.mutable_spec()->mutable_template_()->mutable_spec()->mutable_containers(0)->set_name(
      "Not_ok");
  const auto found = sync(set);
  ASSERT_TRUE(found.ok()) << found.status().to_string();
  EXPECT_EQ(found->failure.code(), Code::kInvalid);
  EXPECT_EQ(found->failure_reason, "FailedCreate");
}

TEST_F(ReplicasTest, CausesAreFoundInDetails) {
  set_in("ending", "busybox");
  ASSERT_TRUE(client().remove<core_v1::Namespace>({"", "ending"}).ok());
  core_v1::ConfigMap map = config_map("late");
  map.mutable_metadata()->set_namespace_("ending");
  const Status refused = client().create(map).status();
  EXPECT_EQ(refused.code(), Code::kForbidden);
  EXPECT_TRUE(has_cause(refused, kNamespaceTerminating));
  EXPECT_FALSE(has_cause(refused, "QuotaExceeded"));
  EXPECT_FALSE(has_cause(Status(), kNamespaceTerminating));
  EXPECT_FALSE(has_cause(Status(Code::kForbidden, "no details"), kNamespaceTerminating));
}

}  // namespace
}  // namespace kubus::testing
