#include "graph.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

namespace kubus::gc {
namespace {

using Uids = std::set<std::string>;

Node object(const char* kind, const std::string& name, std::vector<OwnerRef> owners = {},
            const std::string& ns = "default") {
  Node node;
  node.resource = built_in_kind(*find_kind("", "v1", kind));
  node.key = {node.resource->namespaced ? ns : "", name};
  node.uid = name;
  node.owners = std::move(owners);
  return node;
}

OwnerRef ref(const std::string& name, bool block = false, const char* kind = "ConfigMap") {
  return {"v1", kind, name, name, block};
}

Node foreground(Node node) {
  node.deleting = node.foreground = true;
  return node;
}

TEST(Graph, ReadsOwnersAndFinalizersOfAnObject) {
  core_v1::Pod pod;
  auto& metadata = *pod.mutable_metadata();
  metadata.set_name("p");
  metadata.set_namespace_("default");
  metadata.set_uid("u");
  metadata.add_finalizers("foregroundDeletion");
  auto& owner = *metadata.add_ownerreferences();
  owner.set_apiversion("apps/v1");
  owner.set_kind("ReplicaSet");
  owner.set_name("r");
  owner.set_uid("ru");
  owner.set_blockownerdeletion(true);
  const Node node = node_of(built_in_kind(*find_kind("", "v1", "Pod")), pod);
  EXPECT_EQ(node.key.str(), "default/p");
  EXPECT_EQ(node.uid, "u");
  EXPECT_TRUE(node.foreground);
  EXPECT_FALSE(node.orphan);
  EXPECT_FALSE(node.waits_for_dependents());
  ASSERT_EQ(node.owners.size(), 1u);
  EXPECT_EQ(node.owners[0], (OwnerRef{"apps/v1", "ReplicaSet", "r", "ru", true}));
}

TEST(Graph, RaisesDependentsWhenTheirOwnerGoes) {
  Graph graph;
  EXPECT_EQ(graph.set(object("ConfigMap", "owner")).look_at, Uids());
  EXPECT_EQ(graph.set(object("Pod", "a", {ref("owner")})).look_at, Uids());
  EXPECT_EQ(graph.set(object("Pod", "b", {ref("owner")})).look_at, Uids());
  EXPECT_EQ(graph.remove("owner").look_at, (Uids{"a", "b"}));
  EXPECT_EQ(graph.remove("a").look_at, Uids());
  EXPECT_EQ(graph.dependents("owner"), Uids{"b"});
}

TEST(Graph, SuspectsWhoseOwnersAreNotThere) {
  struct Case {
    const char* what;
    Node dependent;
    bool suspect;
  };
  Node deleting = object("Pod", "p", {ref("nobody")});
  deleting.deleting = true;
  const std::vector<Case> cases = {
      {"no owner", object("Pod", "p"), false},
      {"owner there", object("Pod", "p", {ref("owner")}), false},
      {"owner absent", object("Pod", "p", {ref("nobody")}), true},
      {"one of two absent", object("Pod", "p", {ref("owner"), ref("nobody")}), true},
      {"another kind under the uid", object("Pod", "p", {ref("owner", false, "Secret")}), true},
      {"cluster-scoped owner", object("Pod", "p", {ref("node", false, "Node")}), false},
      {"already being deleted", deleting, false},
  };
  for (const Case& c : cases) {
    Graph graph;
    (void)graph.set(object("ConfigMap", "owner"));
    (void)graph.set(object("Node", "node"));
    EXPECT_EQ(graph.set(c.dependent).look_at, c.suspect ? Uids{"p"} : Uids()) << c.what;
    EXPECT_EQ(graph.suspects(), c.suspect ? Uids{"p"} : Uids()) << c.what;
  }
}

TEST(Graph, ReportsAnOwnerInAnotherNamespaceOnce) {
  Graph graph;
  (void)graph.set(object("ConfigMap", "owner", {}, "other"));
  const Raised raised = graph.set(object("Pod", "p", {ref("owner")}));
  EXPECT_EQ(raised.look_at, Uids{"p"});
  ASSERT_EQ(raised.foreign.size(), 1u);
  EXPECT_EQ(raised.foreign[0].name, "owner");
  EXPECT_TRUE(graph.set(object("Pod", "p", {ref("owner")})).foreign.empty());
}

TEST(Graph, ForegroundDeletionWaitsForThoseThatBlock) {
  Graph graph;
  (void)graph.set(object("ConfigMap", "owner"));
  (void)graph.set(object("Pod", "blocks", {ref("owner", true)}));
  (void)graph.set(object("Pod", "freed", {ref("owner", true)}));
  (void)graph.set(object("Pod", "loose", {ref("owner")}));
  EXPECT_EQ(graph.set(foreground(object("ConfigMap", "owner"))).look_at,
            (Uids{"owner", "blocks", "freed", "loose"}));
  EXPECT_EQ(graph.set(foreground(object("ConfigMap", "owner"))).look_at, Uids());
  EXPECT_EQ(graph.blocking("owner"), (Uids{"blocks", "freed"}));
  EXPECT_TRUE(graph.set(object("Pod", "freed")).look_at.contains("owner"));
  EXPECT_TRUE(graph.remove("blocks").look_at.contains("owner"));
  EXPECT_EQ(graph.blocking("owner"), Uids());
}

TEST(Graph, LooksAtAnOwnerThatIsToOrphan) {
  Graph graph;
  (void)graph.set(object("ConfigMap", "owner"));
  (void)graph.set(object("Pod", "p", {ref("owner")}));
  Node owner = object("ConfigMap", "owner");
  owner.deleting = owner.orphan = true;
  EXPECT_EQ(graph.set(owner).look_at, Uids{"owner"});
  EXPECT_EQ(graph.dependents("owner"), Uids{"p"});
}

TEST(Graph, KnowsTheObjectsOfAKind) {
  Graph graph;
  (void)graph.set(object("ConfigMap", "a"));
  (void)graph.set(object("ConfigMap", "b"));
  (void)graph.set(object("Pod", "p"));
  const auto maps = built_in_kind(*find_kind("", "v1", "ConfigMap"));
  auto known = graph.of_kind(maps);
  std::sort(known.begin(), known.end());
  EXPECT_EQ(known, (std::vector<std::string>{"a", "b"}));
  (void)graph.remove("a");
  EXPECT_EQ(graph.of_kind(maps), std::vector<std::string>{"b"});
}

}  // namespace
}  // namespace kubus::gc
