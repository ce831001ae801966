// Defaults and exemptions of pod security, from the file that configures them.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <fstream>

#include "eventually.h"
#include "tests/own_plane.h"
#include "tests/series_value.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;
using ::testing::HasSubstr;

constexpr const char* kLoud =
    R"("spec":{"containers":[{"name":"c","image":"i","securityContext":{"privileged":true}}])";

class PodSecurityExemption : public OwnPlaneTest {
 protected:
  void configure(const std::string& exemptions) {
    const auto file = dir_.path() + "/admission.yaml";
    std::ofstream(dir_.path() + "/pods.yaml")
        << "apiVersion: pod-security.admission.config.k8s.io/v1\n"
        << "kind: PodSecurityConfiguration\n"
        << "defaults: {enforce: baseline}\nexemptions: " << exemptions << "\n";
    std::ofstream(file) << "apiVersion: apiserver.config.k8s.io/v1\n"
                        << "kind: AdmissionConfiguration\n"
                        << "plugins: [{name: PodSecurity, path: pods.yaml}]\n";
    std::ofstream(dir_.path() + "/policy.yaml")
        << "apiVersion: audit.k8s.io/v1\nkind: Policy\n"
        << "rules: [{level: Metadata, verbs: [create], resources: [{group: '', resources: "
        << "[pods]}]}]\n";
    plane_->restart_apiserver({{"admission_control_config_file", file},
                               {"audit_policy_file", dir_.path() + "/policy.yaml"},
                               {"audit_log_path", log()}});
  }
  std::string log() const { return dir_.path() + "/audit.log"; }
  // The answer, or why there is none.
  std::string make(const std::string& name, const std::string& more = "") {
    ++made_;
    const auto made =
        request("create", "pods", "",
                R"({"metadata":{"name":")" + name + R"("},)" + kLoud + more + "}}");
    return made.ok() ? "made" : std::string(made.status().message());
  }
  // What the audit log says of the last pod.
  std::string noted(const std::string& annotation) {
    std::vector<json::object> events;
    EXPECT_TRUE(testing::eventually([&] {
      events.clear();
      std::ifstream file(log());
      for (std::string line; std::getline(file, line);) {
        auto event = json::parse(line).as_object();
        if (event.at("stage") == "ResponseComplete") events.push_back(std::move(event));
      }
      return events.size() == made_;
    }));
    if (events.empty()) return "no event";
    const auto* note = events.back().at("annotations").as_object().if_contains(
        "pod-security.kubernetes.io/" + annotation);
    return note ? std::string(note->as_string()) : "none";
  }
  static double exempted() {
    return series_value(
        R"(pod_security_exemptions_total{request_operation="create",resource="pod",subresource=""})");
  }
  static double evaluated(const char* decision) {
    return series_value(std::string("pod_security_evaluations_total{decision=\"") + decision +
                        "\",mode=\"enforce\",policy_level=\"baseline\",policy_version=\"latest\","
                        "request_operation=\"create\",resource=\"pod\",subresource=\"\"}");
  }

  std::size_t made_ = 0;
};

TEST_F(PodSecurityExemption, HasAPolicyWhereNamespacesNameNone) {
  const auto denied = evaluated("deny");
  configure("{}");
  EXPECT_THAT(make("loud"), HasSubstr("violates PodSecurity \"baseline:latest\": privileged"));
  EXPECT_EQ(noted("enforce-policy"), "baseline:latest");
  EXPECT_EQ(noted("exempt"), "none");
  EXPECT_EQ(evaluated("deny"), denied + 1);
}

TEST_F(PodSecurityExemption, IsOfNamespacesUsersAndRuntimeClasses) {
  const auto before = exempted();
  configure("{namespaces: [default]}");
  EXPECT_EQ(make("in-namespace"), "made");
  EXPECT_EQ(noted("exempt"), "namespace");
  configure("{usernames: ['system:kubus:plugin:tester']}");
  EXPECT_EQ(make("of-user"), "made");
  EXPECT_EQ(noted("exempt"), "user");
  configure("{runtimeClasses: [kata]}");
  EXPECT_THAT(make("of-none"), HasSubstr("violates PodSecurity"));
  ASSERT_TRUE(ApiClient::of(tester_->context())
                  ->raw({"create", "node.k8s.io", "v1", "runtimeclasses", "", "", "", {},
                         R"({"metadata":{"name":"kata"},"handler":"kata"})", ""})
                  .ok());
  EXPECT_TRUE(testing::eventually(
      [&] { return make("of-class", R"(,"runtimeClassName":"kata")") == "made"; }));
  EXPECT_EQ(noted("exempt"), "runtimeClass");
  EXPECT_EQ(exempted(), before + 3);
}

TEST_F(PodSecurityExemption, MakesNoServerOfAFileThatMakesNoSense) {
  EXPECT_THROW(configure("{users: []}"), std::runtime_error);
}

}  // namespace
}  // namespace kubus::apiserver
