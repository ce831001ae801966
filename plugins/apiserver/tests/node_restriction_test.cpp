// Nodes write what is theirs.
#include <gmock/gmock.h>

#include "tests/acting_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class NodeRestriction : public ActingTest {
 protected:
  static constexpr const char* kNodes = "/api/v1/nodes";
  static constexpr const char* kPods = "/api/v1/namespaces/default/pods";

  Reply as_node(const std::string& node, const std::string& method, const std::string& path,
                const std::string& body = "") const {
    return as("system:node:" + node, method, path, body, {"system:nodes"});
  }
  std::string make_node(const std::string& name) const {
    const auto made = as_node(name, "POST", kNodes, R"({"metadata":{"name":")" + name + "\"}}");
    EXPECT_EQ(made.code, 201) << made.body;
    return made.at("metadata.uid");
  }
  static std::string pod(const std::string& name, const std::string& metadata,
                         const std::string& spec) {
    return R"({"metadata":{"name":")" + name + "\"" + metadata + R"(},"spec":{)" + spec +
           R"("containers":[{"name":"c","image":"i"}]}})";
  }
  static std::string owned_by(const std::string& node, const std::string& uid) {
    return R"(,"annotations":{"kubernetes.io/config.mirror":"x"},"ownerReferences":[{"apiVersion":)"
           R"("v1","kind":"Node","controller":true,"name":")" +
           node + R"(","uid":")" + uid + "\"}]";
  }
};

TEST_F(NodeRestriction, OfNodesToTheirOwn) {
  make_node("own");
  const auto path = std::string(kNodes) + "/own";
  const auto other = as_node("own", "POST", kNodes, R"({"metadata":{"name":"other"}})");
  EXPECT_EQ(other.code, 403);
  EXPECT_EQ(other.at("message"),
            "nodes \"other\" is forbidden: node \"own\" is not allowed to modify node \"other\"");
  EXPECT_EQ(as_node("own", "PATCH", path,
                    R"({"metadata":{"labels":{"example.com/a":"b","kubernetes.io/os":"linux"}}})")
                .code,
            200);
  const auto labels = as_node(
      "own", "PATCH", path,
      R"({"metadata":{"labels":{"node-role.kubernetes.io/master":"","a.node-restriction.kubernetes.io/b":"c"}}})");
  EXPECT_EQ(labels.code, 403);
  EXPECT_THAT(labels.at("message"),
              HasSubstr("is not allowed to modify labels: a.node-restriction.kubernetes.io/b, "
                        "node-role.kubernetes.io/master"));
  const auto taints = as_node("own", "PATCH", path, R"({"spec":{"taints":null}})");
  EXPECT_EQ(taints.code, 403);
  EXPECT_THAT(taints.at("message"), HasSubstr("node \"own\" is not allowed to modify taints"));
  const auto owned = as_node(
      "own", "PATCH", path,
      R"({"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"a","uid":"7"}]}})");
  EXPECT_EQ(owned.code, 403);
  EXPECT_THAT(owned.at("message"),
              HasSubstr("node \"own\" is not allowed to modify ownerReferences"));
  const auto by_status =
      as_node("own", "PATCH", path + "/status",
              R"({"metadata":{"labels":{"a.node-restriction.kubernetes.io/b":"c"}}})");
  EXPECT_EQ(by_status.code, 403);
  EXPECT_THAT(by_status.at("message"), HasSubstr("is not allowed to modify labels: "
                                                 "a.node-restriction.kubernetes.io/b"));
  EXPECT_EQ(
      as("", "PATCH", path, R"({"metadata":{"labels":{"node-role.kubernetes.io/x":""}}})").code,
      200);
}

TEST_F(NodeRestriction, OfPodsToMirrorsThatNameNothing) {
  const auto uid = make_node("mirrors");
  const auto here = std::string(R"("nodeName":"mirrors",)");
  const auto owner = owned_by("mirrors", uid);
  const struct {
    std::string body, why;
  } refused[] = {
      {pod("a", "", here),
       "pod does not have \"kubernetes.io/config.mirror\" annotation, node \"mirrors\" can only "
       "create mirror pods"},
      {pod("a", owner, R"("nodeName":"other",)"),
       "node \"mirrors\" can only create pods with spec.nodeName set to itself"},
      {pod("a", R"(,"annotations":{"kubernetes.io/config.mirror":"x"})", here),
       "node \"mirrors\" can only create pods with an owner reference set to itself"},
      {pod("a", owned_by("mirrors", "7"), here),
       "node \"mirrors\" UID mismatch: expected " + uid + " got 7"},
      {pod("a", owner, here + R"("volumes":[{"name":"v","secret":{"secretName":"s"}}],)"),
       "node \"mirrors\" can not create pods that reference secrets"},
      {pod("a", owner, here + R"("serviceAccountName":"robot",)"),
       "node \"mirrors\" can not create pods that reference serviceaccounts"},
      {pod("a", owner,
           here + R"("volumes":[{"name":"v","projected":{"sources":[)"
                  R"({"serviceAccountToken":{"path":"t"}}]}}],)"),
       "node \"mirrors\" can not create pods that reference serviceaccounts"},
      {pod("a", owner,
           here + R"("volumes":[{"name":"v","ephemeral":{"volumeClaimTemplate":{"spec":{)"
                  R"("accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1"}}}}}}],)"),
       "node \"mirrors\" can not create pods that reference persistentvolumeclaims"},
  };
  for (const auto& one : refused) {
    const auto reply = as_node("mirrors", "POST", kPods, one.body);
    EXPECT_EQ(reply.code, 403) << reply.body;
    EXPECT_EQ(reply.at("message"), "pods \"a\" is forbidden: " + one.why);
  }
  EXPECT_EQ(as_node("mirrors", "POST", kPods, pod("a", owner, here)).code, 201);
}

TEST_F(NodeRestriction, OfPodsToThoseOnTheNode) {
  make_node("runs");
  ASSERT_EQ(as("", "POST", kPods, pod("here", "", R"("nodeName":"runs",)")).code, 201);
  ASSERT_EQ(as("", "POST", kPods, pod("there", "", R"("nodeName":"elsewhere",)")).code, 201);
  const auto path = std::string(kPods) + "/";
  const auto status = R"({"status":{"phase":"Running"}})";
  EXPECT_EQ(as_node("runs", "PATCH", path + "here/status", status).code, 200);
  EXPECT_THAT(as_node("runs", "PATCH", path + "there/status", status).at("message"),
              HasSubstr("node \"runs\" can only update pod status for pods with spec.nodeName set "
                        "to itself"));
  EXPECT_THAT(as_node("runs", "PATCH", path + "here/status", R"({"metadata":{"labels":{"a":"b"}}})")
                  .at("message"),
              HasSubstr("node \"runs\" cannot update labels through pod status"));
  EXPECT_THAT(as_node("runs", "PATCH", path + "here/status",
                      R"({"status":{"resourceClaimStatuses":[)"
                      R"({"name":"gpu","resourceClaimName":"another"}]}})")
                  .at("message"),
              HasSubstr("node \"runs\" cannot update resource claim statuses"));
  EXPECT_THAT(as_node("runs", "DELETE", path + "there").at("message"),
              HasSubstr("node \"runs\" can only delete pods with spec.nodeName set to itself"));
  EXPECT_THAT(as_node("runs", "POST", path + "there/eviction", R"({"metadata":{"name":"there"}})")
                  .at("message"),
              HasSubstr("node runs can only evict pods with spec.nodeName set to itself"));
  EXPECT_EQ(as_node("runs", "DELETE", path + "here?gracePeriodSeconds=0").code, 200);
}

TEST_F(NodeRestriction, OfTokensToThoseOfPodsOnTheNode) {
  make_node("tokens");
  const auto account = R"({"metadata":{"name":"robot"}})";
  ASSERT_EQ(as("", "POST", "/api/v1/namespaces/default/serviceaccounts", account).code, 201);
  const auto robot =
      R"("serviceAccountName":"robot","volumes":[{"name":"t","projected":{"sources":[)"
      R"({"serviceAccountToken":{"path":"t"}}]}}],)";
  std::map<std::string, std::string> uids;
  for (const char* node : {"tokens", "elsewhere"}) {
    const auto made = as("", "POST", kPods,
                         pod(std::string("on-") + node, "",
                             robot + (R"("nodeName":")" + std::string(node) + "\",")));
    ASSERT_EQ(made.code, 201) << made.body;
    uids[node] = made.at("metadata.uid");
  }
  const auto ask = [&](const std::string& reference) {
    return as_node("tokens", "POST", "/api/v1/namespaces/default/serviceaccounts/robot/token",
                   R"({"spec":{"boundObjectRef":)" + reference + "}}");
  };
  const auto bound = [](const std::string& name, const std::string& uid) {
    return R"({"apiVersion":"v1","kind":"Pod","name":")" + name + R"(","uid":")" + uid + "\"}";
  };
  const auto own = ask(bound("on-tokens", uids["tokens"]));
  EXPECT_EQ(own.code, 201) << own.body;
  EXPECT_EQ(ask("null").at("message"),
            "serviceaccounts \"robot\" is forbidden: node requested token not bound to a pod");
  EXPECT_THAT(ask(bound("on-tokens", "")).at("message"),
              HasSubstr("node requested token with a pod binding without a uid"));
  EXPECT_THAT(ask(bound("on-elsewhere", uids["elsewhere"])).at("message"),
              HasSubstr("node requested token bound to a pod scheduled on a different node"));
  EXPECT_EQ(ask(bound("on-tokens", "7")).code, 409);
}

TEST_F(NodeRestriction, OfTokensToAudiencesThatVolumesName) {
  make_node("names");
  const std::string accounts = "/api/v1/namespaces/default/serviceaccounts";
  ASSERT_EQ(as("", "POST", accounts, R"({"metadata":{"name":"teller"}})").code, 201);
  ASSERT_EQ(as("", "POST", "/apis/storage.k8s.io/v1/csidrivers",
               R"({"metadata":{"name":"vault.csi"},"spec":{"tokenRequests":[{"audience":"safe"}]}})")
                .code,
            201);
  const auto made = as(
      "", "POST", kPods,
      pod("asks", "",
          R"("nodeName":"names","serviceAccountName":"teller","automountServiceAccountToken":false,)"
          R"("volumes":[{"name":"t","projected":{"sources":[{"serviceAccountToken":)"
          R"({"path":"t","audience":"vault"}}]}},{"name":"c","csi":{"driver":"vault.csi"}}],)"));
  ASSERT_EQ(made.code, 201) << made.body;
  const auto ask = [&](const std::string& audiences) {
    return as_node("names", "POST", accounts + "/teller/token",
                   R"({"spec":{"audiences":)" + audiences +
                       R"(,"boundObjectRef":{"apiVersion":"v1","kind":"Pod","name":"asks","uid":")" +
                       made.at("metadata.uid") + "\"}}}");
  };
  EXPECT_EQ(ask(R"(["vault"])").code, 201);
  EXPECT_EQ(ask(R"(["safe"])").code, 201);
  EXPECT_THAT(ask(R"(["bank"])").at("message"),
              HasSubstr("audience \"bank\" not found in pod spec volume"));
  EXPECT_THAT(ask("[]").at("message"), HasSubstr("audience \"\" not found in pod spec volume"));
  EXPECT_THAT(ask(R"(["vault","safe"])").at("message"),
              HasSubstr("node may only request 0 or 1 audiences"));
  const std::string rbac = "/apis/rbac.authorization.k8s.io/v1/";
  ASSERT_EQ(as("", "POST", rbac + "clusterroles",
               R"({"metadata":{"name":"for-banks"},"rules":[{"apiGroups":[""],)"
               R"("verbs":["request-serviceaccounts-token-audience"],"resources":["bank"]}]})")
                .code,
            201);
  ASSERT_EQ(as("", "POST", rbac + "clusterrolebindings",
               R"({"metadata":{"name":"for-banks"},"subjects":[{"kind":"Group","name":)"
               R"("system:nodes","apiGroup":"rbac.authorization.k8s.io"}],"roleRef":{"apiGroup":)"
               R"("rbac.authorization.k8s.io","kind":"ClusterRole","name":"for-banks"}})")
                .code,
            201);
  EXPECT_EQ(ask(R"(["bank"])").code, 201);
}

TEST_F(NodeRestriction, OfLeasesToTheirOwn) {
  const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";
  EXPECT_EQ(as_node("leased", "POST", leases, R"({"metadata":{"name":"leased"}})").code, 201);
  const auto other = as_node("leased", "POST", leases, R"({"metadata":{"name":"other"}})");
  EXPECT_EQ(other.code, 403);
  EXPECT_THAT(other.at("message"),
              HasSubstr("can only access node lease with the same name as the requesting node"));
}

// Roles may allow a node more than the node authorizer does.
TEST_F(NodeRestriction, HoldsWhateverRolesSay) {
  const auto by_master = [&](const std::string& node, const std::string& path,
                             const std::string& body) {
    return as("system:node:" + node, "POST", path, body, {"system:nodes", "system:masters"});
  };
  const auto lease = by_master("leased", "/apis/coordination.k8s.io/v1/namespaces/default/leases",
                               R"({"metadata":{"name":"leased"}})");
  EXPECT_EQ(lease.code, 403);
  EXPECT_EQ(lease.at("message"),
            "leases.coordination.k8s.io \"leased\" is forbidden: can only access leases in the "
            "\"kube-node-lease\" system namespace");
  const auto nobody = by_master("", kNodes, R"({"metadata":{"name":"any"}})");
  EXPECT_EQ(nobody.code, 403);
  EXPECT_EQ(nobody.at("message"),
            "nodes \"any\" is forbidden: could not determine node from user \"system:node:\"");
  const auto missing = as_node("missing", "POST", kPods,
                               pod("a", owned_by("missing", "7"), R"("nodeName":"missing",)"));
  EXPECT_EQ(missing.code, 404) << missing.body;
  EXPECT_EQ(missing.at("message"), "nodes \"missing\" not found");
}

TEST_F(NodeRestriction, OfResourceSlicesToTheirOwn) {
  const std::string slices = "/apis/resource.k8s.io/v1/resourceslices";
  const auto slice = [](const std::string& name, const std::string& node) {
    return R"({"metadata":{"name":")" + name + R"("},"spec":{"driver":"d.example.com","nodeName":")" +
           node + R"(","pool":{"name":")" + node + R"(","resourceSliceCount":1}}})";
  };
  EXPECT_EQ(as_node("slices", "POST", slices, slice("own", "slices")).code, 201);
  const auto other = as_node("slices", "POST", slices, slice("other", "elsewhere"));
  EXPECT_EQ(other.code, 403);
  EXPECT_THAT(other.at("message"),
              HasSubstr("can only create ResourceSlice with the same NodeName as the requesting "
                        "node"));
}

}  // namespace
}  // namespace kubus::apiserver
