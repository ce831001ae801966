// Services and what is behind them.
#include "play.h"

namespace kubus::e2e {
namespace {

class Services : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    write("pods.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: ready, labels: {app: web}}
spec:
  containers:
    - {name: c, image: "demo:1.0", ports: [{name: http, containerPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: unready, labels: {app: web}}
spec:
  containers:
    - name: c
      image: demo:1.0
      ports: [{name: http, containerPort: 9090}]
      readinessProbe: {exec: {command: ["false"]}, periodSeconds: 1}
)");
    play({
        {"kubectl apply -f pods.yaml", "pod/ready created\npod/unready created"},
        {"kubectl get pods --no-headers", "ready  1/1  Running  0  …\nunready  0/1  Running  0  …",
         0, kEventually},
    });
  }

  Step slices(const std::string& service, const std::string& path, const std::string& printed) {
    return {"kubectl get endpointslices -l kubernetes.io/service-name=" + service +
                " -o 'jsonpath={range .items[*]}" + path + "{\"\\n\"}{end}' | sort",
            printed, 0, kEventually};
  }
};

constexpr const char* kState =
    "{range .endpoints[*]}{.targetRef.name}:{.conditions.ready}/{.conditions.serving}/"
    "{.conditions.terminating} {end}";

TEST_F(Services, LeadToTheReadyPods) {
  play({
      {"kubectl expose pod ready --name=web --port=80 --target-port=http --selector=app=web",
       "service/web exposed"},
      {"kubectl expose pod ready --name=web --port=80",
       "Error from server (AlreadyExists): services \"web\" already exists", 1},
      {"kubectl get endpoints web", R"(
Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice
NAME   ENDPOINTS        AGE
web    10.…:8080   …
)",
       0, kEventually},
      {"kubectl get endpoints web -o 'jsonpath={.subsets[*].notReadyAddresses[*].targetRef.name}' "
       "2>/dev/null",
       "unready", 0, kEventually},
      // A port of another number is a slice of its own.
      slices("web", "{.ports[0].port} " + std::string(kState),
             "8080 ready:true/true/false\n9090 unready:false/false/false"),
      {"kubectl describe service web", R"(
Name:                     web
Namespace:                )" + ns() + R"(
Labels:                   app=web
Annotations:              <none>
Selector:                 app=web
Type:                     ClusterIP
IP Family Policy:         SingleStack
IP Families:              IPv4
IP:                       10.…
IPs:                      10.…
Port:                     <unset>  80/TCP
TargetPort:               http/TCP
Endpoints:                10.…:8080
Session Affinity:         None
Internal Traffic Policy:  Cluster
Events:                   <none>
)"},
  });
}

TEST_F(Services, MayLeadToPodsThatAreNotReady) {
  write("service.yaml", R"(
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  clusterIP: None
  publishNotReadyAddresses: true
  selector: {app: web}
  ports: [{name: web, port: 80, targetPort: http}]
)");
  play({
      {"kubectl apply -f service.yaml", "service/web created"},
      slices("web", "{.ports[0].port} " + std::string(kState),
             "8080 ready:true/true/false\n9090 unready:true/false/false"),
      slices("web", "{.metadata.labels.service\\.kubernetes\\.io/headless}=", "=\n="),
      {"kubectl get services web --no-headers", "web  ClusterIP  None  <none>  80/TCP  …"},
  });
}

TEST_F(Services, ShowPodsThatAreEnding) {
  play({
      {"kubectl expose pod ready --name=web --port=80 --target-port=8080 --selector=app=web",
       "service/web exposed"},
      // The image's server does not listen to SIGTERM.
      {"kubectl delete pod ready --wait=false",
       "pod \"ready\" deleted from " + ns() + " namespace"},
      slices("web", kState, "ready:false/true/true unready:false/false/false"),
      {"kubectl delete pod ready --force", "…\npod \"ready\" force deleted from …"},
      slices("web", kState, "unready:false/false/false"),
      {"kubectl delete service web", "service \"web\" deleted from " + ns() + " namespace"},
      {"kubectl get endpointslices", "No resources found in " + ns() + " namespace.", 0,
       kEventually},
      {"kubectl get endpoints -o name 2>/dev/null", "", 0, kEventually},
  });
}

}  // namespace
}  // namespace kubus::e2e
