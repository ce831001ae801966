// Another server knows users by their tokens, and yet another one says what they may do: as users
// of kubectl meet them. Both are a server of this test, on the host's side of the cluster's link.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>

#include "cluster_test.h"
#include "tests/webhook_kubeconfig.h"

namespace kubus::integration {
namespace {

using apiserver::HookServer;
using ::testing::HasSubstr;

class OutsideAuthTest : public ClusterTest {
 protected:
  // The webhook has no address before the cluster has one.
  void prepare() override {
    std::ofstream(path("tokens.yaml"))
        << "apiVersion: v1\nkind: Config\ncurrent-context: here\n"
           "contexts: [{name: here, context: {cluster: nobody}}]\n"
           "clusters: [{name: nobody, cluster: {server: 'http://127.0.0.1:1'}}]\n";
    write_authorizers("");
  }
  ClusterOptions options() const override {
    return {{{"KUBUS_APISERVER_AUTHENTICATION_TOKEN_WEBHOOK_CONFIG_FILE", path("tokens.yaml")},
             {"KUBUS_APISERVER_AUTHORIZATION_CONFIG", path("authz.yaml")}}};
  }
  std::string path(const std::string& name) const { return dir_.path() + "/" + name; }
  void write_authorizers(const std::string& more) const {
    std::ofstream(path("authz.new"))
        << "apiVersion: apiserver.config.k8s.io/v1\nkind: AuthorizationConfiguration\n"
           "authorizers: [{type: Node, name: node}, {type: RBAC, name: rbac}" + more + "]\n";
    std::filesystem::rename(path("authz.new"), path("authz.yaml"));
  }

  // The host's end of the link to the node.
  std::string host_address() {
    const auto node = cluster().kubectl(
        {"get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"});
    const std::string words = "ip -o route get " + node.out;
    return testing::run_command(
               {"sh", "-c", words + " | sed 's/.* src \\([^ ]*\\).*/\\1/' | tr -d '\\n'"}, {})
        .out;
  }
  void restart_apiserver() {
    const auto restarted = cluster().kubus({"plugin", "restart", "apiserver"});
    ASSERT_TRUE(restarted.ok()) << restarted.out;
    ASSERT_TRUE(eventually([&] { return cluster().kubectl({"get", "--raw", "/readyz"}).ok(); }));
  }
  // kubectl as whoever has the token, and as nobody else.
  testing::CommandResult as(const std::string& token, std::vector<std::string> words) {
    const auto view = [&](const std::string& what) {
      return cluster().kubectl({"config", "view", "--minify", "--raw", "-o",
                                "jsonpath={.clusters[0].cluster." + what + "}"}).out;
    };
    std::ofstream(path("client.yaml"))
        << "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
           "contexts: [{name: c, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: '"
        << view("server") << "', certificate-authority-data: " << view("certificate-authority-data")
        << "}}]\n";
    words.insert(words.begin(), {"--kubeconfig=" + path("client.yaml"), "--token=" + token});
    return cluster().kubectl(words);
  }

  const kernel::TempDir dir_;
};

TEST_F(OutsideAuthTest, KubectlIsKnownByItsTokenAndAllowedByOthers) {
  EXPECT_THAT(as("ann-token", {"auth", "whoami"}).out, HasSubstr("(Unauthorized)"));

  const auto address = host_address();
  HookServer hooks(address);
  hooks.on_whole("/tokens", [](const std::string& question) -> std::string {
    const auto review = boost::json::parse(question);
    return review.at_pointer("/spec/token") == "ann-token"
               ? R"({"status":{"authenticated":true,"user":{"username":"ann","groups":["devs"]}}})"
               : R"({"status":{"authenticated":false}})";
  });
  hooks.on_whole("/authz", [](const std::string& question) -> std::string {
    const bool reads = question.find(R"("verb":"list")") != std::string::npos;
    return reads ? R"({"status":{"allowed":true}})"
                 : R"({"status":{"allowed":false,"reason":"only to look at"}})";
  });
  apiserver::write_webhook_kubeconfig(hooks, "/tokens", path("tokens.yaml"), address);
  apiserver::write_webhook_kubeconfig(hooks, "/authz", path("authz-hook.yaml"), address);
  restart_apiserver();
  EXPECT_EQ(as("ann-token", {"auth", "whoami", "-o", "jsonpath={.status.userInfo.username} "
                             "{.status.userInfo.groups}"}).out,
            R"(ann ["devs","system:authenticated"])");
  EXPECT_THAT(as("nonsense", {"get", "pods"}).out,
              HasSubstr("You must be logged in to the server (Unauthorized)"));
  EXPECT_THAT(as("ann-token", {"get", "configmaps"}).out,
              HasSubstr("configmaps is forbidden: User \"ann\" cannot list resource"));

  // Another authorizer is asked from when the file names it.
  write_authorizers(", {type: Webhook, name: hook, webhook: {timeout: 3s, "
                    "subjectAccessReviewVersion: v1, matchConditionSubjectAccessReviewVersion: v1, "
                    "failurePolicy: NoOpinion, connectionInfo: {type: KubeConfigFile, "
                    "kubeConfigFile: '" + path("authz-hook.yaml") +
                    "'}, matchConditions: [{expression: \"'devs' in request.groups\"}]}}");
  EXPECT_TRUE(eventually([&] { return as("ann-token", {"get", "configmaps"}).ok(); }));
  EXPECT_THAT(as("ann-token", {"delete", "configmap", "kube-root-ca.crt"}).out,
              HasSubstr("cannot delete resource \"configmaps\" in API group \"\" in the namespace "
                        "\"default\": only to look at"));
  EXPECT_EQ(as("ann-token", {"auth", "can-i", "list", "secrets"}).out, "yes\n");
}

}  // namespace
}  // namespace kubus::integration
