#include <gmock/gmock.h>

#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class PodSecurityTest : public ApiTest {
 protected:
  static Reply make_namespace(const std::string& name, const std::string& labels) {
    return create("/namespaces", "",
                  R"({"metadata":{"name":")" + name + R"(","labels":{)" + labels + "}}}");
  }
  static std::string spec(const std::string& context = "") {
    return R"("spec":{"containers":[{"name":"c","image":"i","securityContext":{)" + context +
           "}}]}";
  }
  static Reply make_pod(const std::string& ns, const std::string& name,
                        const std::string& context = "") {
    return create("/pods", ns, R"({"metadata":{"name":")" + name + R"("},)" + spec(context) + "}");
  }
};

TEST_F(PodSecurityTest, EnforcesTheLevelOfTheNamespace) {
  ASSERT_EQ(make_namespace("strict", R"("pod-security.kubernetes.io/enforce":"restricted")").code,
            201);
  const auto refused = make_pod("strict", "bare");
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(refused.at("reason"), "Forbidden");
  EXPECT_EQ(
      refused.at("message"),
      "pods \"bare\" is forbidden: violates PodSecurity \"restricted:latest\": "
      "allowPrivilegeEscalation != false (container \"c\" must set "
      "securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "
      "\"c\" must set securityContext.capabilities.drop=[\"ALL\"]), runAsNonRoot != true (pod "
      "or container \"c\" must set securityContext.runAsNonRoot=true), seccompProfile (pod or "
      "container \"c\" must set securityContext.seccompProfile.type to \"RuntimeDefault\" or "
      "\"Localhost\")");
  const auto let = make_pod("strict", "hardened",
                            R"("allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},)"
                            R"("runAsNonRoot":true,"seccompProfile":{"type":"RuntimeDefault"})");
  EXPECT_EQ(let.code, 201) << let.body;
  EXPECT_THAT(let.warnings, IsEmpty());
  const auto status = call("patch", "/pods/status", "strict", "hardened",
                           R"({"status":{"phase":"Running"}})", {}, kMerge);
  EXPECT_EQ(status.code, 200) << status.body;
}

TEST_F(PodSecurityTest, WarnsOfPodsAndOfTemplates) {
  ASSERT_EQ(make_namespace("warned", R"("pod-security.kubernetes.io/warn":"baseline",)"
                                     R"("pod-security.kubernetes.io/warn-version":"v1.30")")
                .code,
            201);
  const char* warning =
      "would violate PodSecurity \"baseline:v1.30\": privileged (container \"c\" must not set "
      "securityContext.privileged=true)";
  const auto pod = make_pod("warned", "loud", R"("privileged":true)");
  EXPECT_EQ(pod.code, 201);
  EXPECT_THAT(pod.warnings, ElementsAre(warning));
  const std::string pods =
      R"({"metadata":{"labels":{"a":"b"}},)" + spec(R"("privileged":true)") + "}";
  const std::string cases[][2] = {
      {"apps/deployments",
       R"("spec":{"selector":{"matchLabels":{"a":"b"}},"template":)" + pods + "}"},
      {"apps/daemonsets",
       R"("spec":{"selector":{"matchLabels":{"a":"b"}},"template":)" + pods + "}"},
      {"/replicationcontrollers", R"("spec":{"selector":{"a":"b"},"template":)" + pods + "}"},
      {"/podtemplates", R"("template":)" + pods},
  };
  for (const auto& [path, body] : cases) {
    const auto made = create(path, "warned", R"({"metadata":{"name":"w"},)" + body + "}");
    EXPECT_EQ(made.code, 201) << made.body;
    EXPECT_THAT(made.warnings, ElementsAre(warning)) << path;
  }
}

TEST_F(PodSecurityTest, TellsWhatANewLevelIsAgainst) {
  ASSERT_EQ(make_namespace("changing", "").code, 201);
  for (const char* name : {"b", "a", "c"})
    ASSERT_EQ(make_pod("changing", name, R"("privileged":true)").code, 201);
  ASSERT_EQ(make_pod("changing", "quiet").code, 201);
  const auto label = [](const std::string& key, const std::string& value) {
    return call(
        "patch", "/namespaces", "", "changing",
        R"({"metadata":{"labels":{"pod-security.kubernetes.io/)" + key + R"(":")" + value + "\"}}}",
        {}, kMerge);
  };
  auto changed = label("enforce", "baseline");
  EXPECT_EQ(changed.code, 200) << changed.body;
  EXPECT_THAT(changed.warnings,
              ElementsAre("existing pods in namespace \"changing\" violate the new PodSecurity "
                          "enforce level \"baseline:latest\"",
                          "a (and 2 other pods): privileged"));
  EXPECT_THAT(label("audit", "restricted").warnings, IsEmpty()) << "the same level";
  EXPECT_THAT(label("enforce", "privileged").warnings, IsEmpty());
  changed = label("enforce", "none");
  EXPECT_EQ(changed.code, 422);
  EXPECT_THAT(changed.at("message"),
              HasSubstr("metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "
                        "\"none\": must be one of privileged, baseline, restricted"));
  EXPECT_EQ(make_namespace("never", R"("pod-security.kubernetes.io/warn-version":"2")").code, 422);
}

}  // namespace
}  // namespace kubus::apiserver
