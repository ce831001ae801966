// What nodes may do, as their pods come and go.
#include "node/node_authorizer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubus::apiserver::node {
namespace {

class NodeAuthorizerTest : public ::testing::Test {
 protected:
  NodeAuthorizerTest() { cache_.reset(ClusterCache::Filling(cache_), 1); }

  void put(const std::string& place, const std::string& name, const std::string& rest) {
    const auto slash = name.find('/');
    auto metadata = R"({"metadata":{"name":")" + name.substr(slash + 1) + "\"";
    if (slash != std::string::npos) metadata += R"(,"namespace":")" + name.substr(0, slash) + "\"";
    const auto key = "/registry/" + place + "/" + name;
    const auto json =
        metadata + R"(,"uid":"u","generation":)" + std::to_string(++revision_) + "}," + rest + "}";
    cache_.apply({{key, json, revision_}}, revision_);
  }
  void remove(const std::string& place, const std::string& name) {
    const auto key = "/registry/" + place + "/" + name;
    ++revision_;
    cache_.apply({{key, {}, revision_}}, revision_);
  }
  void pod(const std::string& name, const std::string& node, const std::string& spec) {
    put("core/pods", name, R"("spec":{"nodeName":")" + node + "\"" + spec + "}");
  }

  // "get core/secrets shop/a": the verb, group and resource, and the object.
  static RequestInfo request(const std::string& text) {
    std::istringstream words(text);
    RequestInfo info;
    std::string resource, object;
    words >> info.verb >> resource >> object >> info.field_selector;
    info.is_resource = true;
    const auto slash = resource.find('/');
    info.group = resource.substr(0, slash) == "core" ? "" : resource.substr(0, slash);
    info.resource = resource.substr(slash + 1);
    if (const auto part = info.resource.find('/'); part != std::string::npos) {
      info.subresource = info.resource.substr(part + 1);
      info.resource.resize(part);
    }
    const auto place = object.find('/');
    if (place != std::string::npos) info.ns = object.substr(0, place);
    info.name = place == std::string::npos ? object : object.substr(place + 1);
    return info;
  }
  // "+", or "-" and why not.
  std::string ask(const std::string& text, const std::string& node = "n1") {
    std::string reason;
    const Identity identity{"system:node:" + node, {"system:nodes", "system:authenticated"}, {}};
    const auto verdict = authorizer_->decide(identity, request(text), &reason);
    return (verdict == Verdict::kAllow ? "+" : "-") + reason;
  }
  static std::string unrelated(const std::string& node) {
    return "-no relationship found between node '" + node + "' and this object";
  }

  std::int64_t revision_ = 1;
  ClusterCache cache_{100};
  Graph graph_{cache_};
  std::unique_ptr<Authorizer> authorizer_ = make_authorizer(graph_, cache_);
};

TEST_F(NodeAuthorizerTest, ReadsWhatItsPodsNeed) {
  pod("shop/a", "n1",
      R"(,"serviceAccountName":"robot","imagePullSecrets":[{"name":"pull"}],"containers":[{"name":)"
      R"("c","env":[{"name":"x","valueFrom":{"secretKeyRef":{"name":"env","key":"k"}}},{"name":"y",)"
      R"("valueFrom":{"configMapKeyRef":{"name":"envmap","key":"k"}}}],"envFrom":[{"secretRef":)"
      R"({"name":"all"}},{"configMapRef":{"name":"allmap"}}]}],"volumes":[{"name":"s","secret":)"
      R"({"secretName":"vol"}},{"name":"m","configMap":{"name":"volmap"}},{"name":"p","projected":)"
      R"({"sources":[{"secret":{"name":"proj"}},{"configMap":{"name":"projmap"}}]}},{"name":"d",)"
      R"("persistentVolumeClaim":{"claimName":"data"}},{"name":"e","ephemeral":{}},{"name":"csi",)"
      R"("csi":{"driver":"x","nodePublishSecretRef":{"name":"csi"}}}],"resourceClaims":[{"name":)"
      R"("g","resourceClaimName":"gpu"}])");
  for (const char* secret : {"pull", "env", "all", "vol", "proj", "csi"}) {
    EXPECT_EQ(ask(std::string("get core/secrets shop/") + secret), "+") << secret;
    EXPECT_EQ(ask(std::string("get core/secrets shop/") + secret, "n2"), unrelated("n2"));
    EXPECT_EQ(ask(std::string("get core/configmaps shop/") + secret), unrelated("n1"));
  }
  for (const char* map : {"envmap", "allmap", "volmap", "projmap"})
    EXPECT_EQ(ask(std::string("watch core/configmaps shop/") + map), "+") << map;
  for (const char* claim : {"data", "a-e"})
    EXPECT_EQ(ask(std::string("get core/persistentvolumeclaims shop/") + claim), "+") << claim;
  EXPECT_EQ(ask("get resource.k8s.io/resourceclaims shop/gpu"), "+");
  EXPECT_EQ(ask("create core/serviceaccounts/token shop/robot"), "+");
  EXPECT_EQ(ask("create core/serviceaccounts/token shop/other"), unrelated("n1"));
  EXPECT_EQ(ask("get core/pods shop/a"), "+");
  EXPECT_EQ(ask("get core/pods shop/a", "n2"), unrelated("n2"));
}

TEST_F(NodeAuthorizerTest, FollowsPods) {
  const std::string secret = R"(,"imagePullSecrets":[{"name":"s"}])";
  EXPECT_EQ(ask("get core/secrets shop/s"), unrelated("n1"));
  pod("shop/a", "", secret);
  EXPECT_EQ(ask("get core/secrets shop/s"), unrelated("n1"));
  pod("shop/a", "n1", secret);
  pod("shop/b", "n1", secret);
  EXPECT_EQ(ask("get core/secrets shop/s"), "+");
  remove("core/pods", "shop/a");
  EXPECT_EQ(ask("get core/secrets shop/s"), "+");
  pod("shop/b", "n1", "");
  EXPECT_EQ(ask("get core/secrets shop/s"), unrelated("n1"));
}

TEST_F(NodeAuthorizerTest, FollowsVolumesThroughTheirClaims) {
  pod("shop/a", "n1", R"(,"volumes":[{"name":"d","persistentVolumeClaim":{"claimName":"data"}}])");
  EXPECT_EQ(ask("get core/persistentvolumes disk"), unrelated("n1"));
  put("core/persistentvolumes", "disk",
      R"("spec":{"claimRef":{"namespace":"shop","name":"data"},"csi":{"driver":"x","volumeHandle":)"
      R"("h","nodeStageSecretRef":{"namespace":"vault","name":"key"}}})");
  EXPECT_EQ(ask("get core/persistentvolumes disk"), "+");
  EXPECT_EQ(ask("get core/secrets vault/key"), "+");
  EXPECT_EQ(ask("get core/secrets vault/key", "n2"), unrelated("n2"));
  remove("core/persistentvolumes", "disk");
  EXPECT_EQ(ask("get core/secrets vault/key"), unrelated("n1"));
}

TEST_F(NodeAuthorizerTest, MirrorPodsGiveNothing) {
  const std::string json =
      R"({"metadata":{"name":"m","namespace":"shop","uid":"u","annotations":)"
      R"({"kubernetes.io/config.mirror":"x"}},"spec":{"nodeName":"n1","imagePullSecrets":)"
      R"([{"name":"s"}]}})";
  cache_.apply({{"/registry/core/pods/shop/m", json, 2}}, 2);
  EXPECT_EQ(ask("get core/secrets shop/s"), unrelated("n1"));
  EXPECT_EQ(ask("get core/pods shop/m"), "+");
}

TEST_F(NodeAuthorizerTest, SaysWhyNot) {
  put("storage.k8s.io/volumeattachments", "va", R"("spec":{"nodeName":"n1"})");
  put("resource.k8s.io/resourceslices", "slice", R"("spec":{"nodeName":"n1"})");
  const struct {
    const char *asked, *answer;
  } cases[] = {
      {"update core/secrets shop/s", "-can only read resources of this type"},
      {"list core/secrets shop/", "-No Object name found"},
      {"list core/secrets", "-can only read namespaced object of this type"},
      {"list core/persistentvolumes", "-can only get individual resources of this type"},
      {"get core/nodes n1", "+"},
      {"get core/nodes n2", "-node 'n1' cannot read all nodes, only its own Node object"},
      {"list core/nodes", "-node 'n1' cannot read all nodes, only its own Node object"},
      {"patch core/nodes/status n2", "+"},
      {"delete core/nodes n1", "-"},
      {"list core/pods", "-can only list/watch pods with spec.nodeName field selector"},
      {"watch core/pods / spec.nodeName=n1", "+"},
      {"watch core/pods / spec.nodeName=n2",
       "-can only list/watch pods with spec.nodeName field selector"},
      {"watch core/pods / spec.nodeName!=n1",
       "-can only list/watch pods with spec.nodeName field selector"},
      {"create core/pods shop/", "+"},
      {"update core/pods shop/a", "-"},
      {"create core/pods/exec shop/a", "-"},
      {"get coordination.k8s.io/leases kube-node-lease/n1", "+"},
      {"get coordination.k8s.io/leases kube-node-lease/n2",
       "-can only access node lease with the same name as the requesting node"},
      {"get coordination.k8s.io/leases kube-system/n1",
       "-can only access leases in the \"kube-node-lease\" system namespace"},
      {"list coordination.k8s.io/leases kube-node-lease/",
       "-can only get, create, update, patch, or delete a node lease"},
      {"get storage.k8s.io/csinodes n1", "+"},
      {"get storage.k8s.io/csinodes n2",
       "-can only access CSINode with the same name as the requesting node"},
      {"get storage.k8s.io/volumeattachments va", "+"},
      {"get storage.k8s.io/volumeattachments none",
       "-no relationship found between node 'n1' and this object"},
      {"update resource.k8s.io/resourceslices slice", "+"},
      {"list resource.k8s.io/resourceslices",
       "-can only list/watch/deletecollection resourceslices with nodeName field selector"},
      {"create core/serviceaccounts shop/",
       "-can only create tokens for individual service accounts"},
      {"list core/services", "+"},
      {"list apps/deployments", "-"},
  };
  for (const auto& one : cases) EXPECT_EQ(ask(one.asked), one.answer) << one.asked;
  EXPECT_EQ(ask("list core/services", ""), "-unknown node for user \"system:node:\"");
}

TEST_F(NodeAuthorizerTest, JudgesNobodyElse) {
  for (const Identity& other : {Identity{"system:node:n1", {"system:authenticated"}, {}},
                                Identity{"jane", {"system:nodes", "system:authenticated"}, {}}}) {
    std::string reason;
    EXPECT_EQ(authorizer_->decide(other, request("list core/services"), &reason),
              Verdict::kNoOpinion);
    EXPECT_EQ(reason, "");
    RuleList list;
    authorizer_->list_rules(other, "shop", list);
    EXPECT_FALSE(list.incomplete);
  }
}

}  // namespace
}  // namespace kubus::apiserver::node
