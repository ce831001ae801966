// The audit log of a cluster, of what kubectl and the controllers do.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>

#include "cluster_test.h"

namespace kubus::integration {
namespace {

namespace json = boost::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class AuditTest : public ClusterTest {
 protected:
  void prepare() override {
    std::ofstream(dir_.path() + "/policy.yaml") << R"(
apiVersion: audit.k8s.io/v1
kind: Policy
rules:
- {level: RequestResponse, users: [kubernetes-admin], verbs: [create], resources: [{group: ""}]}
- {level: Metadata, users: [kubernetes-admin], resources: [{group: ""}]}
- {level: Metadata, users: [bob]}
- {level: Metadata, userGroups: [system:kubus:plugins], resources: [{group: apps}]}
- {level: None}
)";
  }
  ClusterOptions options() const override {
    return {{{"KUBUS_APISERVER_AUDIT_POLICY_FILE", dir_.path() + "/policy.yaml"},
             {"KUBUS_APISERVER_AUDIT_LOG_PATH", path()}}};
  }
  std::string path() const { return dir_.path() + "/audit.log"; }

  std::vector<json::object> events() const {
    std::vector<json::object> found;
    std::ifstream file(path());
    for (std::string line; std::getline(file, line);)
      found.push_back(json::parse(line).as_object());
    return found;
  }
  // The first event at the end of a request that is so; empty when there is none in time.
  json::object completed(const std::function<bool(const json::object&)>& wanted) const {
    json::object found;
    EXPECT_TRUE(eventually([&] {
      for (auto& event : events())
        if (event.at("stage") == "ResponseComplete" && wanted(event)) {
          found = std::move(event);
          return true;
        }
      return false;
    }));
    return found;
  }

  const kernel::TempDir dir_;
};

TEST_F(AuditTest, TellsWhatUsersAndControllersDid) {
  ASSERT_TRUE(cluster().kubectl({"create", "configmap", "c", "--from-literal=a=b"}).ok());
  const auto made = completed([](const auto& event) { return event.at("verb") == "create"; });
  EXPECT_EQ(made.at("user").at("username"), "kubernetes-admin");
  EXPECT_EQ(made.at("requestObject").at("data").at("a"), "b");
  EXPECT_EQ(made.at("responseObject").at("metadata").at("name"), "c");
  EXPECT_THAT(std::string(made.at("userAgent").as_string()), HasSubstr("kubectl/v1.35"));
  EXPECT_EQ(made.at("sourceIPs").as_array().size(), 1u);

  ASSERT_FALSE(cluster().kubectl({"get", "secrets", "--as", "bob"}).ok());
  const auto refused =
      completed([](const auto& event) { return event.contains("impersonatedUser"); });
  EXPECT_EQ(refused.at("impersonatedUser").at("username"), "bob");
  EXPECT_EQ(refused.at("responseStatus").at("code"), 403);
  EXPECT_EQ(refused.at("annotations").at("authorization.k8s.io/decision"), "forbid");

  ASSERT_TRUE(cluster().kubectl({"get", "pods", "-w", "--request-timeout=1s"}).out.empty());
  const auto watched = completed([](const auto& event) { return event.at("verb") == "watch"; });
  std::vector<std::string> stages;
  for (const auto& event : events())
    if (event.at("auditID") == watched.at("auditID"))
      stages.emplace_back(event.at("stage").as_string());
  EXPECT_THAT(stages, ElementsAre("RequestReceived", "ResponseStarted", "ResponseComplete"));

  ASSERT_TRUE(cluster().kubectl({"create", "deployment", "d", "--image=demo:1.0"}).ok());
  const auto replicas = completed([](const auto& event) {
    return event.at("verb") == "create" && event.at("objectRef").at("resource") == "replicasets";
  });
  EXPECT_EQ(replicas.at("user").at("username"), "system:kubus:plugin:controller-deployment");
}

}  // namespace
}  // namespace kubus::integration
