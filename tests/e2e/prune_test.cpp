// kubectl apply that removes what is no longer in the files.
#include "play.h"

namespace kubus::e2e {
namespace {

class Prune : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    const std::string keep =
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: keep, labels: {app: p}}}\n";
    write("keep.yaml", keep);
    write("all.yaml", keep + R"(---
{apiVersion: v1, kind: ConfigMap, metadata: {name: drop, labels: {app: p}}}
---
{apiVersion: v1, kind: Service, metadata: {name: drop, labels: {app: p}}, spec: {ports: [{port: 80}]}}
)");
  }
};

constexpr const char* kOldWay =
    "W… Deprecated: kubectl apply will no longer prune non-namespaced resources by default when "
    "used with the --namespace flag in a future release. …\n";
constexpr const char* kOldKind =
    "Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice\n";

TEST_F(Prune, BySelector) {
  const std::string old_way = kOldWay, old_kind = kOldKind;
  play({
      {"kubectl apply -f all.yaml",
       "configmap/keep created\nconfigmap/drop created\nservice/drop created"},
      {"kubectl apply -f keep.yaml --prune -l app=p --dry-run=server",
       "configmap/keep unchanged (server dry run)\n" + old_way +
           "configmap/drop pruned (server dry run)\n" + old_kind +
           "service/drop pruned (server dry run)"},
      {"kubectl get configmap,service drop -o name", "configmap/drop\nservice/drop"},
      {"kubectl apply -f keep.yaml --prune -l app=p",
       "configmap/keep unchanged\n" + old_way + "configmap/drop pruned\n" + old_kind +
           "service/drop pruned"},
      {"kubectl get configmap,service -l app=p -o name", "configmap/keep"},
      {"kubectl apply -f keep.yaml --prune --all --prune-allowlist=core/v1/Bogus",
       "error: no matches for kind \"Bogus\" in version \"v1\"", 1},
  });
}

TEST_F(Prune, ByApplySet) {
  const auto apply = [this](const std::string& file, const std::string& rest) {
    return "KUBECTL_APPLYSET=true kubectl apply -n " + ns() + " -f " + file +
           " --prune --applyset=" + rest;
  };
  play({
      {apply("all.yaml", "set"),
       "configmap/keep created\nconfigmap/drop created\nservice/drop created"},
      {"kubectl get secret set -o 'jsonpath={.metadata.annotations}'",
       R"({"applyset.kubernetes.io/additional-namespaces":"",)"
       R"("applyset.kubernetes.io/contains-group-kinds":"ConfigMap,Service",)"
       R"("applyset.kubernetes.io/tooling":"kubectl/v1.35.…"})"},
      {"kubectl get configmap -l \"applyset.kubernetes.io/part-of="
       "$(kubectl get secret set -o 'jsonpath={.metadata.labels.applyset\\.kubernetes\\.io/id}')\" "
       "-o name",
       "configmap/drop\nconfigmap/keep"},
      {apply("keep.yaml", "set --dry-run=server") + " | sort",
       "configmap/drop pruned (server dry run)\nconfigmap/keep unchanged (server dry run)\n"
       "service/drop pruned (server dry run)"},
      {apply("keep.yaml", "set") + " | sort",
       "configmap/drop pruned\nconfigmap/keep unchanged\nservice/drop pruned"},
      {"kubectl get configmap,service -l app=p -o name", "configmap/keep"},
      {"kubectl get secret set -o "
       "'jsonpath={.metadata.annotations.applyset\\.kubernetes\\.io/contains-group-kinds}'",
       "ConfigMap"},
      {apply("keep.yaml", "configmap/keep"),
       "error: ApplySet parent object \"configmaps./keep\" already exists and is missing required "
       "annotation \"applyset.kubernetes.io/tooling\"",
       1},
  });
}

}  // namespace
}  // namespace kubus::e2e
