// kubectl create, for each kind that it knows how to make.
#include "play.h"

namespace kubus::e2e {
namespace {

using Generators = Play;

TEST_F(Generators, MakeConfiguration) {
  write("settings.properties", "a=1\nb=2\n");
  play({
      {"kubectl create configmap literal --from-literal=a=b --from-literal=c=d",
       "configmap/literal created"},
      {"kubectl create configmap file --from-file=settings.properties", "configmap/file created"},
      {"kubectl create configmap env --from-env-file=settings.properties", "configmap/env created"},
      {"kubectl get configmaps", R"(
NAME               DATA   AGE
env                2      …
file               1      …
kube-root-ca.crt   1      …
literal            2      …
)"},
      {"kubectl describe configmap literal", R"(
Name:         literal
Namespace:    )" + ns() + R"(
Labels:       <none>
Annotations:  <none>

Data
====
a:
----
b

c:
----
d


BinaryData
====

Events:  <none>
)"},
      {"kubectl create secret generic s --from-literal=p=q", "secret/s created"},
      {"kubectl create secret docker-registry d --docker-username=a --docker-password=b",
       "secret/d created"},
      {"kubectl get secrets", R"(
NAME   TYPE                             DATA   AGE
d      kubernetes.io/dockerconfigjson   1      …
s      Opaque                           1      …
)"},
      {"kubectl describe secret s", "…\nType:  Opaque\n\nData\n====\np:  1 bytes"},
      {"kubectl create serviceaccount robot", "serviceaccount/robot created"},
  });
}

TEST_F(Generators, MakeServices) {
  play({
      {"kubectl create service clusterip a --tcp=80:8080", "service/a created"},
      {"kubectl create service clusterip b --clusterip=None", "service/b created"},
      {"kubectl create service nodeport c --tcp=80:8080 --node-port=31234", "service/c created"},
      {"kubectl create service nodeport d --tcp=80:8080 --node-port=31234",
       "error: failed to create NodePort service: Service \"d\" is invalid: "
       "spec.ports[0].nodePort: Invalid value: 31234: provided port is already allocated",
       1},
      {"kubectl create service nodeport d --tcp=80:8080 --node-port=80",
       "error: failed to create NodePort service: Service \"d\" is invalid: "
       "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The "
       "range of valid ports is 30000-32767",
       1},
      {"kubectl create service loadbalancer e --tcp=80", "service/e created"},
      {"kubectl create service externalname f --external-name=example.com", "service/f created"},
      {"kubectl get services -o wide", R"(
NAME   TYPE           CLUSTER-IP      EXTERNAL-IP   PORT(S)        AGE   SELECTOR
a      ClusterIP      10.…  <none>        80/TCP         …   app=a
b      ClusterIP      None            <none>        <none>         …   app=b
c      NodePort       10.…  <none>        80:31234/TCP   …   app=c
e      LoadBalancer   10.…  <pending>     80:…/TCP   …   app=e
f      ExternalName   <none>          example.com   <none>         …   app=f
)"},
      {"kubectl create ingress web --rule=example.com/shop=a:80,tls=cert",
       "ingress.networking.k8s.io/web created"},
      {"kubectl get ingress web", R"(
NAME   CLASS    HOSTS         ADDRESS   PORTS     AGE
web    <none>   example.com             80, 443   …
)"},
  });
}

TEST_F(Generators, MakeWorkloads) {
  play({
      {"kubectl create job once --image=demo:1.0 -- echo hi", "job.batch/once created"},
      {"kubectl create cronjob often --image=demo:1.0 --schedule='*/5 * * * *' -- echo hi",
       "cronjob.batch/often created"},
      {"kubectl create cronjob bad --image=demo:1.0 --schedule=often -- echo hi",
       "error: failed to create cronjob: CronJob.batch \"bad\" is invalid: spec.schedule: Invalid "
       "value: \"often\": …",
       1},
      {"kubectl create job now --from=cronjob/often", "job.batch/now created"},
      {"kubectl get cronjobs", R"(
NAME    SCHEDULE      TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE
often   */5 * * * *   <none>     False     0        <none>          …
)"},
      {"kubectl get jobs once -o 'jsonpath={.spec.selector.matchLabels}'",
       R"({"batch.kubernetes.io/controller-uid":"…"})"},
      {"kubectl create poddisruptionbudget budget --selector=app=web --min-available=1",
       "poddisruptionbudget.policy/budget created"},
      {"kubectl get poddisruptionbudgets", R"(
NAME     MIN AVAILABLE   MAX UNAVAILABLE   ALLOWED DISRUPTIONS   AGE
budget   1               N/A               0                     …
)"},
      {"kubectl create quota limit --hard=pods=100", "resourcequota/limit created"},
      {"kubectl create priorityclass " + ns() + " --value=1000 --description=test",
       "priorityclass.scheduling.k8s.io/" + ns() + " created"},
      {"kubectl get priorityclasses", R"(
NAME                      VALUE        GLOBAL-DEFAULT   AGE   PREEMPTIONPOLICY
)" + ns() + R"(      1000  false  …  PreemptLowerPriority
system-cluster-critical   2000000000   false            …   PreemptLowerPriority
system-node-critical      2000001000   false            …   PreemptLowerPriority
)"},
      {"kubectl create deployment web --image=demo:1.0 --replicas=0",
       "deployment.apps/web created"},
      {"kubectl autoscale deployment web --min=2 --max=5 --cpu=80%",
       "horizontalpodautoscaler.autoscaling/web autoscaled"},
      {"kubectl get hpa web", R"(
NAME   REFERENCE        TARGETS              MINPODS   MAXPODS   REPLICAS   AGE
web    Deployment/web   cpu: <unknown>/80%   2         5         0          …
)"},
  });
}

TEST_F(Generators, MakeRules) {
  play({
      {"kubectl create role reader --verb=get,list --resource=pods,deployments.apps",
       "role.rbac.authorization.k8s.io/reader created"},
      {"kubectl create rolebinding readers --role=reader --user=jane --serviceaccount=a:b",
       "rolebinding.rbac.authorization.k8s.io/readers created"},
      {"kubectl create clusterrole " + ns() + " --verb=get --non-resource-url=/metrics",
       "clusterrole.rbac.authorization.k8s.io/" + ns() + " created"},
      {"kubectl create clusterrolebinding " + ns() + " --clusterrole=" + ns() + " --group=all",
       "clusterrolebinding.rbac.authorization.k8s.io/" + ns() + " created"},
      {"kubectl describe role reader", R"(
Name:         reader
Labels:       <none>
Annotations:  <none>
PolicyRule:
  Resources         Non-Resource URLs  Resource Names  Verbs
  ---------         -----------------  --------------  -----
  pods              []                 []              [get list]
  deployments.apps  []                 []              [get list]
)"},
      {"kubectl get rolebindings -o wide", R"(
NAME      ROLE          AGE   USERS   GROUPS   SERVICEACCOUNTS
readers   Role/reader   …    jane             a/b
)"},
      {R"(kubectl patch rolebinding readers -p '{"roleRef":{"name":"other"}}')",
       "The RoleBinding \"readers\" is invalid: roleRef: Invalid value: "
       R"({"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef)",
       1},
  });
}

}  // namespace
}  // namespace kubus::e2e
