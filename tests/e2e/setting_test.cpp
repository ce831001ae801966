// Single settings: kubectl set, taint, label and their like.
#include "play.h"

namespace kubus::e2e {
namespace {

using Settings = Play;

TEST_F(Settings, OfWorkloads) {
  const std::string web = "deployment.apps/web ";
  play({
      {"kubectl create deployment web --image=demo:1.0 --replicas=0", web + "created"},
      {"kubectl set image deployment/web demo=demo:2.0", web + "image updated"},
      {"kubectl set image deployment/web none=demo:2.0",
       "error: unable to find container named \"none\"", 1},
      {"kubectl set env deployment/web A=b", web + "env updated"},
      {"kubectl set env deployment/web --list", "# Deployment web, container demo\nA=b"},
      {"kubectl set resources deployment/web --limits=cpu=1,memory=1Gi --requests=cpu=500m",
       web + "resource requirements updated"},
      {"kubectl set resources deployment/web --limits=cpu=-1",
       "error: failed to patch resources update to pod template Deployment.apps \"web\" is "
       "invalid: [spec.template.spec.containers[0].resources.limits[cpu]: Invalid value: \"-1\": "
       "must be greater than or equal to 0, spec.template.spec.containers[0].resources.requests: "
       "Invalid value: \"500m\": must be less than or equal to cpu limit of -1]",
       1},
      {"kubectl set serviceaccount deployment web robot", web + "serviceaccount updated"},
      {"kubectl get deployment web -o 'jsonpath={.spec.template.spec.containers[0].resources} "
       "{.spec.template.spec.serviceAccountName}'",
       R"({"limits":{"cpu":"1","memory":"1Gi"},"requests":{"cpu":"500m"}} robot)"},
      {"kubectl get deployment web --subresource=scale",
       "NAME  DESIRED  AVAILABLE  AGE\nweb  0  0  …"},
      {"kubectl get deployment web --subresource=status",
       "NAME  READY  UP-TO-DATE  AVAILABLE  AGE\nweb  0/0  0  0  …", 0, kEventually},
      {"kubectl scale deployment web --current-replicas=4 --replicas=3",
       "error: Expected replicas to be 4, was 0", 1},
  });
}

TEST_F(Settings, OfSubjectsAndSelectors) {
  play({
      {"kubectl create rolebinding b --role=r --user=u",
       "rolebinding.rbac.authorization.k8s.io/b created"},
      {"kubectl set subject rolebinding b --user=v --group=g --serviceaccount=x:y",
       "rolebinding.rbac.authorization.k8s.io/b subjects updated"},
      {"kubectl get rolebinding b -o wide",
       "NAME  ROLE  AGE  USERS  GROUPS  SERVICEACCOUNTS\nb  Role/r  …  u, v  g  x/y"},
      {"kubectl create service clusterip s --tcp=80", "service/s created"},
      {"kubectl set selector service/s a=b", "service/s selector updated"},
      {"kubectl get service s -o wide --no-headers", "s  ClusterIP  10.…  <none>  80/TCP  …  a=b"},
      {"kubectl set selector service/none a=b",
       "Error from server (NotFound): services \"none\" not found", 1},
  });
}

TEST_F(Settings, AreListed) {
  play({
      {"kubectl create configmap a", "configmap/a created"},
      {"kubectl label configmap a x=y", "configmap/a labeled"},
      {"kubectl label configmap a --list", "x=y"},
      {"kubectl label configmap --all --list",
       "Listing labels for ConfigMap./a:\n x=y\nListing labels for ConfigMap./kube-root-ca.crt:"},
      {"kubectl annotate configmap a note=hi", "configmap/a annotated"},
      {"kubectl annotate configmap a --list", "note=hi"},
      {"kubectl wait --for=jsonpath='{.metadata.annotations.note}'=hi configmap/a --timeout=10s",
       "configmap/a condition met"},
      {"kubectl wait --for=jsonpath='{.metadata.labels.x}' configmap/a --timeout=10s",
       "configmap/a condition met"},
      {"kubectl wait --for=jsonpath='{.metadata.labels.x}'=z configmap/a --timeout=1s",
       "error: timed out waiting for the condition on configmaps/a", 1},
      {"kubectl wait --for=create configmap/a --timeout=10s", "configmap/a condition met"},
      {"kubectl wait --for=create configmap/none --timeout=1s",
       "error: timed out waiting for the condition", 1},
  });
}

TEST_F(Settings, OfNodes) {
  const auto node = output_of("kubectl get nodes -o name");
  const auto name = node.substr(node.find('/') + 1);
  const auto taint = "kubectl taint node " + name + " ";
  play({
      {taint + "e2e=b:PreferNoSchedule", node + " tainted"},
      {taint + "e2e=c:PreferNoSchedule",
       "error: node " + name +
           " already has e2e taint(s) with same effect(s) and --overwrite is false",
       1},
      {taint + "e2e=c:PreferNoSchedule --overwrite", node + " modified"},
      {taint + "e2e-", node + " untainted"},
      {taint + "e2e-", "error: taint \"e2e\" not found", 1},
      {"kubectl cordon " + name + " --dry-run=server", node + " cordoned (server dry run)"},
      {"kubectl get node " + name + " -o 'jsonpath={.spec.unschedulable}'", ""},
      {"kubectl uncordon " + name, node + " already uncordoned"},
      {"kubectl drain none", "Error from server (NotFound): nodes \"none\" not found", 1},
  });
}

TEST_F(Settings, AreTriedOnTheServer) {
  const auto create = [](const std::string& what, const std::string& made) {
    return Step{"kubectl create " + what + " --dry-run=server", made + " created (server dry run)"};
  };
  play({
      create("configmap a --from-literal=a=b", "configmap/a"),
      create("secret generic a", "secret/a"),
      create("deployment a --image=demo:1.0", "deployment.apps/a"),
      create("job a --image=demo:1.0", "job.batch/a"),
      create("cronjob a --image=demo:1.0 --schedule='* * * * *'", "cronjob.batch/a"),
      create("ingress a --rule=a.b/c=svc:80", "ingress.networking.k8s.io/a"),
      create("poddisruptionbudget a --selector=a=b --min-available=1",
             "poddisruptionbudget.policy/a"),
      create("priorityclass e2e --value=5", "priorityclass.scheduling.k8s.io/e2e"),
      create("quota a --hard=pods=1", "resourcequota/a"),
      create("role a --verb=get --resource=pods", "role.rbac.authorization.k8s.io/a"),
      create("rolebinding a --role=a --user=u", "rolebinding.rbac.authorization.k8s.io/a"),
      create("clusterrole e2e --verb=get --non-resource-url=/x",
             "clusterrole.rbac.authorization.k8s.io/e2e"),
      create("clusterrolebinding e2e --clusterrole=view --user=u",
             "clusterrolebinding.rbac.authorization.k8s.io/e2e"),
      create("serviceaccount a", "serviceaccount/a"),
      create("namespace e2e-tried", "namespace/e2e-tried"),
      create("service clusterip a --tcp=80", "service/a"),
      create("service nodeport a --tcp=80", "service/a"),
      create("service loadbalancer a --tcp=80", "service/a"),
      create("service externalname a --external-name=a.b", "service/a"),
      {"kubectl create cronjob a --image=demo:1.0 --schedule=bad --dry-run=server",
       "error: failed to create cronjob: CronJob.batch \"a\" is invalid: spec.schedule: Invalid "
       "value: \"bad\": expected exactly 5 fields, found 1: [bad]",
       1},
      {"kubectl run a --image=demo:1.0 --dry-run=server", "pod/a created (server dry run)"},
      {"kubectl get configmap,secret,service,deployment,job,pod -o name",
       "configmap/kube-root-ca.crt"},
  });
}

}  // namespace
}  // namespace kubus::e2e
