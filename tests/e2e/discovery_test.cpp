// What a client learns about the server.
#include "play.h"

namespace kubus::e2e {
namespace {

using Discovery = Play;

TEST_F(Discovery, NamesTheServer) {
  play({
      {"kubectl version", R"(
Client Version: v1.35.…
Kustomize Version: …
Server Version: v1.35.…
)"},
      {"kubectl cluster-info", R"(
Kubernetes control plane is running at https://…:6443

To further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.
)"},
      {"kubectl cluster-info dump --output-directory=dump", "Cluster info dumped to dump"},
      {"kubectl get --raw /healthz", "ok"},
      {"kubectl get --raw '/readyz?verbose'",
       "[+]ping ok\n[+]etcd ok\n[+]etcd-readiness ok\n…\n[+]shutdown ok\nreadyz check passed"},
      {"kubectl get --raw /livez/poststarthook/rbac/bootstrap-roles", "ok"},
  });
}

TEST_F(Discovery, TellsOfTheComponents) {
  const std::string warning = "Warning: v1 ComponentStatus is deprecated in v1.19+\n";
  const std::string quiet = " 2>/dev/null";
  play({
      {"kubectl get componentstatuses", warning + R"(NAME                 STATUS    MESSAGE   ERROR
scheduler            Healthy   ok
controller-manager   Healthy   ok
etcd-0               Healthy   ok)"},
      {"kubectl get cs etcd-0 -o json" + quiet, R"(
{
    "apiVersion": "v1",
    "conditions": [
        {
            "message": "ok",
            "status": "True",
            "type": "Healthy"
        }
    ],
    "kind": "ComponentStatus",
    "metadata": {
        "name": "etcd-0"
    }
})"},
      {"kubectl get cs nothing", warning + "Error from server: Component not found: nothing", 1},
      {"kubectl get cs --field-selector metadata.name=scheduler -o name" + quiet,
       "componentstatus/scheduler"},
      {"kubectl get --raw '/api/v1/componentstatuses?watch=true'",
       "Error from server (MethodNotAllowed): watch is not supported on resources of kind "
       "\"componentstatuses\"",
       1},
      {"kubus plugin unload scheduler >/dev/null"},
      {"kubectl get cs --no-headers" + quiet, R"(
scheduler            Unhealthy         scheduler is stopped
controller-manager   Healthy     ok
etcd-0               Healthy     ok)"},
      {"kubus plugin load scheduler >/dev/null"},
      {"kubectl get cs scheduler --no-headers" + quiet, "scheduler   Healthy   ok", 0, kEventually},
  });
}

TEST_F(Discovery, ListsResources) {
  play({
      {"kubectl api-resources --api-group=apps", R"(
NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
controllerrevisions                apps/v1      true         ControllerRevision
daemonsets            ds           apps/v1      true         DaemonSet
deployments           deploy       apps/v1      true         Deployment
replicasets           rs           apps/v1      true         ReplicaSet
statefulsets          sts          apps/v1      true         StatefulSet
)"},
      {"kubectl api-resources --api-group='' --namespaced=false --no-headers", R"(
componentstatuses   cs   v1   false   ComponentStatus
namespaces          ns   v1   false   Namespace
nodes               no   v1   false   Node
persistentvolumes   pv   v1   false   PersistentVolume
)"},
      {"kubectl api-resources --categories=all -o name", R"(
pods
replicationcontrollers
services
daemonsets.apps
deployments.apps
replicasets.apps
statefulsets.apps
horizontalpodautoscalers.autoscaling
cronjobs.batch
jobs.batch
)"},
      {"kubectl api-resources --api-group=apps --sort-by=kind --verbs=list -o name", R"(
controllerrevisions.apps
daemonsets.apps
deployments.apps
replicasets.apps
statefulsets.apps
)"},
      {"kubectl api-resources --sort-by=bogus", "error: --sort-by accepts only name or kind", 1},
      {"kubectl api-resources --verbs=bogus --no-headers", ""},
      {"kubectl api-versions", R"(
admissionregistration.k8s.io/v1
apiextensions.k8s.io/v1
apiregistration.k8s.io/v1
apps/v1
authentication.k8s.io/v1
authorization.k8s.io/v1
autoscaling/v1
autoscaling/v2
batch/v1
certificates.k8s.io/v1
coordination.k8s.io/v1
discovery.k8s.io/v1
events.k8s.io/v1
flowcontrol.apiserver.k8s.io/v1
networking.k8s.io/v1
node.k8s.io/v1
policy/v1
rbac.authorization.k8s.io/v1
resource.k8s.io/v1
scheduling.k8s.io/v1
storage.k8s.io/v1
v1
)"},
  });
}

TEST_F(Discovery, SaysWhoAsksAndWhatTheyMay) {
  play({
      {"kubectl auth whoami -o 'jsonpath={.status.userInfo.username}'", "kubernetes-admin"},
      {"kubectl auth can-i delete nodes", "…\nyes"},
      {"kubectl auth can-i get pods --as=jane", "no", 1},
      {"kubectl auth can-i --list", R"(
Resources                                       Non-Resource URLs   Resource Names   Verbs
*.*                                             []                  []               [*]
                                                [*]                 []               [*]
selfsubjectreviews.authentication.k8s.io        []                  []               [create]
…
)"},
  });
}

TEST_F(Discovery, ExplainsFields) {
  play({
      {"kubectl explain deployment.spec.strategy.type", R"(
GROUP:      apps
KIND:       Deployment
VERSION:    v1

FIELD: type <string>
ENUM:
    Recreate
    RollingUpdate
…
)"},
      {"kubectl explain pod.spec.containers.ports", R"(
KIND:       Pod
VERSION:    v1

FIELD: ports <[]ContainerPort>
…
  containerPort <integer> -required-
…
)"},
      {"kubectl explain pods.nothing", R"(
KIND:       Pod
VERSION:    v1

error: field "nothing" does not exist
)",
       1},
      {"kubectl explain pods --api-version=v9",
       "error: couldn't find resource for \"/v9, Resource=pods\"", 1},
      {"kubectl explain pods.spec.containers.env.valueFrom --output plaintext-openapiv2", R"(
KIND:     Pod
VERSION:  v1

RESOURCE: valueFrom <Object>

DESCRIPTION:
…
FIELDS:
   configMapKeyRef	<Object>
…
   secretKeyRef	<Object>
…
)"},
      {"for kind in $(kubectl api-resources -o name | cut -d. -f1 | sort -u); do"
       " kubectl explain --recursive $kind | grep -q '^  metadata.*ObjectMeta' || echo $kind; done",
       ""},
      {"kubectl explain events --api-version=events.k8s.io/v1 | head -3", R"(
GROUP:      events.k8s.io
KIND:       Event
VERSION:    v1
)"},
  });
}

TEST_F(Discovery, SpeaksHttp2) {
  play({
      {"GODEBUG=http2debug=1 kubectl get --raw /version 2>&1 | grep -c 'Transport received "
       "HEADERS'",
       "1"},
      {"DISABLE_HTTP2=1 GODEBUG=http2debug=1 kubectl get --raw /version 2>&1 | grep -c Transport",
       "0", 1},
  });
}

}  // namespace
}  // namespace kubus::e2e
