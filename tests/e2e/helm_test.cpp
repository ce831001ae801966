// A chart's life with helm, which applies on the server's side. The chart is in shop/.
#include "play.h"

namespace kubus::e2e {
namespace {

class Helm : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (!IsSkipped()) bring("shop");
  }

  // Some of the chart's objects are of the whole cluster.
  void TearDown() override {
    if (IsSkipped()) return;
    output_of("helm uninstall web --no-hooks --ignore-not-found --wait");
    output_of("kubectl delete crd widgets.shop.example.com --ignore-not-found");
  }

  // Whatever the chart's labels are on, of every kind.
  const std::string everything_ =
      "kubectl get $(kubectl api-resources --verbs=list -o name | paste -sd,) -A -o name "
      "-l app.kubernetes.io/instance=web 2>/dev/null";
  const std::string wait_ = " --wait --timeout 60s";
  // What helm prints of a release, below its first line.
  static std::string release(const std::string& revision, const std::string& description) {
    return "LAST DEPLOYED: …\nNAMESPACE: …\nSTATUS: deployed\nREVISION: " + revision +
           "\nDESCRIPTION: " + description + "\n";
  }
};

TEST_F(Helm, InstallsTestsUpgradesRollsBackAndUninstalls) {
  play({
      {"helm install web shop" + wait_,
       "NAME: web\n" + release("1", "Install complete") + "NOTES:\n1 of web say hello."},
      {everything_, R"(
configmap/web
endpoints/web
limitrange/web
pod/web-…
resourcequota/web
secret/web
serviceaccount/web
service/web
deployment.apps/web
replicaset.apps/web-…
horizontalpodautoscaler.autoscaling/web
endpointslice.discovery.k8s.io/web-…
ingress.networking.k8s.io/web
networkpolicy.networking.k8s.io/web
poddisruptionbudget.policy/web
clusterrolebinding.rbac.authorization.k8s.io/web-nodes
clusterrole.rbac.authorization.k8s.io/web-nodes
rolebinding.rbac.authorization.k8s.io/web
role.rbac.authorization.k8s.io/web
priorityclass.scheduling.k8s.io/web
widget.shop.example.com/web)"},
      {"kubectl get deployment web -o jsonpath='{.metadata.managedFields[0].manager} "
       "{.metadata.managedFields[0].operation}' --show-managed-fields",
       "helm Apply"},
      {"kubectl auth can-i list widgets.shop.example.com --as system:serviceaccount:" + ns() +
           ":web",
       "yes"},
      {"kubectl auth can-i delete widgets.shop.example.com --as system:serviceaccount:" + ns() +
           ":web",
       "no", 1},
      {"helm list --no-headers", "web…" + ns() + "…1…deployed…shop-0.1.0…1.0"},
      {"helm status web | sed '/^==> v1\\/Widget/,/^$/!d'", "==> v1/Widget\nNAME   SIZE\nweb    1"},
      {"helm get manifest web | kubectl get -f - -o name | wc -l", "17"},
      // The answer of the pod through the Service.
      {"helm test web --logs",
       "NAME: web\n" + release("1", "Install complete") + R"(TEST SUITE:     web-reach
Last Started:   …
Last Completed: …
Phase:          Succeeded

POD LOGS: web-reach
web-…-…)"},
      {"helm upgrade web shop --set replicas=2,greeting=hi" + wait_,
       "Release \"web\" has been upgraded. Happy Helming!\nNAME: web\n" +
           release("2", "Upgrade complete") + "NOTES:\n2 of web say hi."},
      {"kubectl get deployment web --no-headers", "web  2/2  2  2  …"},
      {"kubectl get widget web --no-headers", "web  2"},
      {"kubectl get configmap web web-before -o jsonpath='{.items[*].data}'",
       R"({"greeting":"hi","namespace":")" + ns() + R"(","widgets":"true"} {"revision":"2"})"},
      {"helm rollback web 1" + wait_, "Rollback was a success! Happy Helming!"},
      {"kubectl get deployment web --no-headers", "web  1/1  1  1  …", 0, kEventually},
      {"kubectl get widget web --no-headers", "web  1"},
      {"kubectl get configmap web -o jsonpath='{.data.greeting}'", "hello"},
      {"helm history web | tr -s ' \\t' ' '", R"(
REVISION UPDATED STATUS CHART APP VERSION DESCRIPTION 
1 … superseded shop-0.1.0 1.0 Install complete
2 … superseded shop-0.1.0 1.0 Upgrade complete
3 … deployed shop-0.1.0 1.0 Rollback to 1)"},
      {"helm uninstall web" + wait_, "release \"web\" uninstalled"},
      {everything_, "", 0, kEventually},
      {"helm list --no-headers", ""},
      // Helm keeps what its hooks made without a policy, the pods of its tests and definitions.
      {"kubectl get pods,configmaps,secrets,widgets,crds -o name", R"(
pod/web-reach
configmap/kube-root-ca.crt
configmap/web-before
customresourcedefinition.apiextensions.k8s.io/widgets.shop.example.com)"},
  });
}

TEST_F(Helm, TriesWithoutChanging) {
  const auto facts = " 2>/dev/null | grep -e '^  namespace: [^{]' -e '^  widgets:'";
  const auto untyped = "failed to create typed patch object (" + ns() + "/web; ";
  const std::string number = "expected numeric (int or float), got string";
  play({
      // A server is not asked.
      {std::string("helm template web shop") + facts,
       "namespace: unknown\n  widgets: \"false\""},
      {"helm install web shop --dry-run=server 2>&1 | sed 1d", R"(
Error: INSTALLATION FAILED: unable to build kubernetes objects from release manifest: resource mapping not found for name: "web" namespace: "" from "": no matches for kind "Widget" in version "shop.example.com/v1"
ensure CRDs are installed first)"},
      {"kubectl create -f shop/crds",
       "customresourcedefinition.apiextensions.k8s.io/widgets.shop.example.com created"},
      {"kubectl wait --for=condition=Established crd/widgets.shop.example.com",
       "customresourcedefinition.apiextensions.k8s.io/widgets.shop.example.com condition met"},
      {std::string("helm install web shop --dry-run=server") + facts,
       "namespace: " + ns() + "\n  widgets: \"true\"", 0, kEventually},
      {everything_, ""},
      {"helm install web shop --set replicas=x",
       "Error: INSTALLATION FAILED: " + untyped + "apps/v1, Kind=Deployment): .spec.replicas: " +
           number + "\n" + untyped +
           "autoscaling/v2, Kind=HorizontalPodAutoscaler): errors:\n  .spec.maxReplicas: " + number +
           "\n  .spec.minReplicas: " + number + "\n" + untyped +
           "shop.example.com/v1, Kind=Widget): .spec.size: " + number,
       1},
  });
}

TEST_F(Helm, IsRefusedWhatOthersOwnAndGoesBackWhenAHookFails) {
  const std::string failed =
      "pre-upgrade hooks failed: resource Pod/" + ns() +
      "/web-migrate not ready. status: Failed, message: pod web-migrate failed";
  const auto warning = [](const std::string& error) {
    return "level=WARN msg=\"upgrade failed\" name=web error=\"" + error + "\"\n";
  };
  const std::string conflict = "conflict occurred while applying object " + ns() +
                               "/web apps/v1, Kind=Deployment: Apply failed with 1 conflict: "
                               "conflict with ";
  const std::string upgrade = "helm upgrade web shop" + wait_;
  play({
      {"kubectl create configmap web", "configmap/web created"},
      {"helm install web shop",
       "Error: INSTALLATION FAILED: unable to continue with install: ConfigMap \"web\" in "
       "namespace \"" + ns() + "\" exists and cannot be imported into the current release: …",
       1},
      {"kubectl delete configmap web", "configmap \"web\" deleted from … namespace"},
      {"helm install web shop" + wait_, "NAME: web\n…"},
      {"kubectl label configmap web by=hand", "configmap/web labeled"},
      {"kubectl scale deployment web --replicas=2", "deployment.apps/web scaled"},
      {upgrade,
       warning(conflict +
               R"(\"kubectl\" with subresource \"scale\" using apps/v1: .spec.replicas)") +
           "Error: UPGRADE FAILED: " + conflict +
           R"("kubectl" with subresource "scale" using apps/v1: .spec.replicas)",
       1},
      {upgrade + " --force-conflicts", "Release \"web\" has been upgraded. Happy Helming!\n…"},
      {"kubectl get deployment web --no-headers", "web  1/1  1  1  …", 0, kEventually},
      {"kubectl get configmap web -o jsonpath='{.metadata.labels.by}'", "hand"},
      {upgrade + " --set greeting=hi --set migrate='exit 3'",
       warning(failed) + "Error: UPGRADE FAILED: " + failed, 1},
      {upgrade + " --set greeting=hi --set migrate='exit 3' --rollback-on-failure",
       warning(failed) +
           "Error: UPGRADE FAILED: release web failed, and has been rolled back due to "
           "rollback-on-failure being set: " + failed,
       1},
      {"helm history web -o json | grep -o '\"status\":\"[a-z]*\"' | cut -d: -f2 | xargs",
       "superseded failed superseded failed failed deployed"},
      {"kubectl get configmap web -o jsonpath='{.data.greeting}'", "hello"},
  });
}

}  // namespace
}  // namespace kubus::e2e
