#include "podsecurity/checks.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/json.h"

namespace kubus::apiserver::podsecurity {
namespace {

core_v1::Pod pod(const std::string& spec, const std::string& annotations = "") {
  core_v1::Pod made;
  EXPECT_TRUE(from_json(R"({"metadata":{"name":"p","annotations":{)" + annotations +
                            R"(}},"spec":{)" + spec + "}}",
                        made)
                  .ok())
      << spec;
  return made;
}

std::string found(const core_v1::Pod& pod, Level level, int minor = LevelVersion::kLatest) {
  return details_of(evaluate({level, minor}, pod.metadata(), pod.spec()));
}

// Containers of these names with the security context given.
std::string containers(const std::string& context, std::initializer_list<const char*> names) {
  std::string list;
  for (const auto* name : names)
    list += std::string(list.empty() ? "" : ",") + R"({"name":")" + name +
            R"(","securityContext":{)" + context + "}}";
  return R"("containers":[)" + list + "]";
}

const std::string kHardened =
    R"("allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},"runAsNonRoot":true,)"
    R"("seccompProfile":{"type":"RuntimeDefault"})";

TEST(Baseline, NamesWhatItForbids) {
  const struct {
    std::string spec;
    const char* detail;
  } cases[] = {
      {containers("", {"a"}), ""},
      {containers(R"("privileged":true)", {"a"}),
       R"(privileged (container "a" must not set securityContext.privileged=true))"},
      {containers(R"("privileged":true)", {"a", "b"}),
       R"(privileged (containers "a", "b" must not set securityContext.privileged=true))"},
      {containers(R"("capabilities":{"add":["NET_ADMIN","CHOWN","BPF"]})", {"a"}),
       R"(non-default capabilities (container "a" must not include "BPF", "NET_ADMIN" in )"
       R"(securityContext.capabilities.add))"},
      {R"("hostNetwork":true,"hostPID":true,"hostIPC":true)",
       "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)"},
      {R"("volumes":[{"name":"v","hostPath":{"path":"/"}},{"name":"w","emptyDir":{}}])",
       R"(hostPath volumes (volume "v"))"},
      {R"("containers":[{"name":"a","ports":[{"containerPort":80,"hostPort":80},)"
       R"({"containerPort":81,"hostPort":81},{"containerPort":82}]}])",
       R"(hostPort (container "a" uses hostPorts 80, 81))"},
      {containers(R"("procMount":"Unmasked")", {"a"}),
       R"(procMount (container "a" must not set securityContext.procMount to "Unmasked"))"},
      {R"("securityContext":{"seccompProfile":{"type":"Unconfined"}},)" + containers("", {"a"}),
       R"(seccompProfile (pod must not set securityContext.seccompProfile.type to "Unconfined"))"},
      {R"("securityContext":{"sysctls":[{"name":"net.ipv4.tcp_syncookies","value":"1"},)"
       R"({"name":"kernel.msgmax","value":"1"}]})",
       "forbidden sysctls (kernel.msgmax)"},
      {R"("securityContext":{"seLinuxOptions":{"type":"spc_t","user":"u"}},)" +
           containers(R"("seLinuxOptions":{"type":"container_t"})", {"a"}),
       R"(seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user )"
       R"(may not be set))"},
      {containers(R"("windowsOptions":{"hostProcess":true})", {"a"}),
       R"(hostProcess (container "a" must not set )"
       R"(securityContext.windowsOptions.hostProcess=true))"},
      {containers(R"("appArmorProfile":{"type":"Unconfined"})", {"a"}),
       R"(forbidden AppArmor profile (container "a" must not set AppArmor profile type to )"
       R"("Unconfined"))"},
      {R"("containers":[{"name":"a","livenessProbe":{"httpGet":{"port":80,"host":"1.2.3.4"}}}])",
       R"(probe or lifecycle host (container "a" uses probe or lifecycle host "1.2.3.4"))"},
      {R"("initContainers":[{"name":"i","securityContext":{"privileged":true}}],)"
       R"("ephemeralContainers":[{"name":"e","securityContext":{"privileged":true}}],)" +
           containers(R"("privileged":true)", {"a"}),
       R"(privileged (containers "i", "a", "e" must not set securityContext.privileged=true))"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(found(pod(c.spec), Level::kBaseline), c.detail) << c.spec;
    EXPECT_EQ(found(pod(c.spec), Level::kPrivileged), "");
  }
}

TEST(Restricted, NamesWhatItAsksFor) {
  const struct {
    std::string spec;
    const char* detail;
  } cases[] = {
      {containers(kHardened, {"a"}), ""},
      {containers("", {"c"}),
       R"(allowPrivilegeEscalation != false (container "c" must set )"
       R"(securityContext.allowPrivilegeEscalation=false), unrestricted capabilities )"
       R"((container "c" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != )"
       R"(true (pod or container "c" must set securityContext.runAsNonRoot=true), )"
       R"(seccompProfile (pod or container "c" must set securityContext.seccompProfile.type to )"
       R"("RuntimeDefault" or "Localhost"))"},
      {R"("securityContext":{"runAsNonRoot":true,"seccompProfile":{"type":"Localhost"}},)" +
           containers(R"("allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]})",
                      {"a", "b"}),
       ""},
      {containers(kHardened + R"(,"runAsUser":0)", {"a"}),
       R"(runAsUser=0 (container "a" must not set runAsUser=0))"},
      {R"("securityContext":{"runAsNonRoot":false},)" + containers(kHardened, {"a"}),
       "runAsNonRoot != true (pod must not set securityContext.runAsNonRoot=false)"},
      {R"("volumes":[{"name":"v","image":{"reference":"r"}}],)" + containers(kHardened, {"a"}), ""},
      {R"("volumes":[{"name":"v","hostPath":{"path":"/"}},{"name":"w","nfs":{}}],)" +
           containers(kHardened, {"a"}),
       R"(restricted volume types (volumes "v", "w" use restricted volume types "hostPath", "nfs"))"},
      {containers(R"("allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"],"add":)"
                  R"(["NET_BIND_SERVICE","NET_RAW"]},"runAsNonRoot":true,)"
                  R"("seccompProfile":{"type":"RuntimeDefault"})",
                  {"a"}),
       R"(unrestricted capabilities (container "a" must not include "NET_RAW" in )"
       R"(securityContext.capabilities.add))"},
      {containers(kHardened + R"(,"privileged":true)", {"a"}),
       R"(privileged (container "a" must not set securityContext.privileged=true))"},
  };
  for (const auto& c : cases) EXPECT_EQ(found(pod(c.spec), Level::kRestricted), c.detail) << c.spec;
}

TEST(Versions, HaveTheChecksOfTheirTime) {
  const auto bare = pod(containers("", {"c"}));
  EXPECT_EQ(found(bare, Level::kRestricted, 7),
            R"(runAsNonRoot != true (pod or container "c" must set )"
            R"(securityContext.runAsNonRoot=true))");
  const auto windows =
      pod(R"("os":{"name":"windows"},)" + containers(R"("runAsNonRoot":true)", {"c"}));
  EXPECT_EQ(found(windows, Level::kRestricted), "");
  EXPECT_NE(found(windows, Level::kRestricted, 24), "");
  const auto probing =
      pod(R"("containers":[{"name":"a","livenessProbe":{"tcpSocket":{"port":80,"host":"h"}}}])");
  EXPECT_EQ(found(probing, Level::kBaseline, 33), "");
  EXPECT_NE(found(probing, Level::kBaseline, 34), "");
}

TEST(Annotations, OfAppArmorCount) {
  EXPECT_EQ(found(pod(containers("", {"a"}),
                      R"("container.apparmor.security.beta.kubernetes.io/a":"unconfined")"),
                  Level::kBaseline),
            R"(forbidden AppArmor profile (annotation must not set AppArmor profile type to )"
            R"("container.apparmor.security.beta.kubernetes.io/a="unconfined""))");
  EXPECT_EQ(found(pod(R"("securityContext":{"appArmorProfile":{"type":"Unconfined"}},)" +
                          containers("", {"a"}),
                      R"("container.apparmor.security.beta.kubernetes.io/b":"foo",)"
                      R"("container.apparmor.security.beta.kubernetes.io/a":"unconfined")"),
                  Level::kBaseline),
            R"(forbidden AppArmor profiles (pod and annotations must not set AppArmor profile )"
            R"(type to "Unconfined", )"
            R"("container.apparmor.security.beta.kubernetes.io/a="unconfined"", )"
            R"("container.apparmor.security.beta.kubernetes.io/b="foo""))");
}

TEST(Annotations, OfSeccompCountBeforeThereWereFields) {
  const auto odd = pod(containers(R"("seccompProfile":{"type":"Unconfined"})", {"a"}),
                       R"("seccomp.security.alpha.kubernetes.io/pod":"foo",)"
                       R"("container.seccomp.security.alpha.kubernetes.io/a":"unconfined",)"
                       R"("container.seccomp.security.alpha.kubernetes.io/none":"unconfined")");
  EXPECT_EQ(found(odd, Level::kBaseline, 18),
            R"(seccompProfile (forbidden annotations )"
            R"(container.seccomp.security.alpha.kubernetes.io/a="unconfined", )"
            R"(seccomp.security.alpha.kubernetes.io/pod="foo"))");
  EXPECT_EQ(found(odd, Level::kBaseline, 19),
            R"(seccompProfile (container "a" must not set securityContext.seccompProfile.type to )"
            R"("Unconfined"))");
  EXPECT_EQ(found(pod(containers("", {"a"}),
                      R"("seccomp.security.alpha.kubernetes.io/pod":"localhost/x",)"
                      R"("container.seccomp.security.alpha.kubernetes.io/a":"docker/default")"),
                  Level::kBaseline, 0),
            "");
  EXPECT_EQ(found(pod(containers("", {"a"}), R"("seccomp.security.alpha.kubernetes.io/pod":"")"),
                  Level::kBaseline, 0),
            R"(seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod=""))");
}

TEST(UserNamespaces, LetMoreBeDoneSinceTheyAreCounted) {
  const auto apart =
      pod(R"("hostUsers":false,)" +
          containers(R"("allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]},)"
                     R"("seccompProfile":{"type":"RuntimeDefault"},"runAsUser":0,)"
                     R"("procMount":"Unmasked")",
                     {"a"}));
  const std::string mount =
      R"(procMount (container "a" must not set securityContext.procMount to "Unmasked"))";
  EXPECT_EQ(found(apart, Level::kBaseline, 35), "");
  EXPECT_EQ(found(apart, Level::kBaseline, 34), mount);
  EXPECT_EQ(found(apart, Level::kRestricted, 35), mount);
  EXPECT_EQ(found(apart, Level::kRestricted, 34),
            mount + R"(, runAsNonRoot != true (pod or container "a" must set )"
                    R"(securityContext.runAsNonRoot=true), runAsUser=0 (container "a" must not )"
                    R"(set runAsUser=0))");
}

TEST(Labels, MakeThePolicy) {
  const struct {
    std::vector<Label> labels;
    const char* enforce;
    const char* audit;
    const char* warn;
    const char* error;
  } cases[] = {
      {{}, "privileged:latest", "privileged:latest", "privileged:latest", ""},
      {{{"pod-security.kubernetes.io/enforce", "restricted"}},
       "restricted:latest",
       "privileged:latest",
       "restricted:latest",
       ""},
      {{{"pod-security.kubernetes.io/enforce", "baseline"},
        {"pod-security.kubernetes.io/enforce-version", "v1.25"},
        {"pod-security.kubernetes.io/warn", "restricted"}},
       "baseline:v1.25",
       "privileged:latest",
       "restricted:latest",
       ""},
      {{{"pod-security.kubernetes.io/enforce", "baseline"},
        {"pod-security.kubernetes.io/warn-version", "v1.20"}},
       "baseline:latest",
       "privileged:latest",
       "baseline:v1.20",
       ""},
      {{{"pod-security.kubernetes.io/audit", "x"}},
       "privileged:latest",
       "privileged:latest",
       "privileged:latest",
       R"(metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "x": must be one of )"
       "privileged, baseline, restricted"},
      {{{"pod-security.kubernetes.io/warn", "baseline"}},
       "privileged:latest",
       "privileged:latest",
       "baseline:latest",
       ""},
      {{{"pod-security.kubernetes.io/enforce", "strict"}},
       "restricted:latest",
       "privileged:latest",
       "privileged:latest",
       R"(metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "strict": must be )"
       R"(one of privileged, baseline, restricted)"},
      {{{"pod-security.kubernetes.io/enforce", "baseline"},
        {"pod-security.kubernetes.io/enforce-version", "1.25"}},
       "baseline:latest",
       "privileged:latest",
       "baseline:latest",
       R"(metadata.labels[pod-security.kubernetes.io/enforce-version]: Invalid value: "1.25": )"
       R"(must be "latest" or "v1.x")"},
  };
  for (const auto& c : cases) {
    ErrorList errors;
    const auto policy = policy_of(c.labels, errors);
    EXPECT_EQ(policy.enforce.to_string(), c.enforce);
    EXPECT_EQ(policy.audit.to_string(), c.audit);
    EXPECT_EQ(policy.warn.to_string(), c.warn);
    EXPECT_EQ(errors.empty() ? "" : errors.errors()[0].to_string(), c.error);
  }
}

}  // namespace
}  // namespace kubus::apiserver::podsecurity
