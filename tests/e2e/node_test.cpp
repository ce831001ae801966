// The node and where pods may go.
#include "play.h"

namespace kubus::e2e {
namespace {

class Nodes : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    node_ = output_of("kubectl get nodes -o 'jsonpath={.items[*].metadata.name}'");
  }
  void TearDown() override {
    if (!node_.empty()) output_of("kubectl uncordon " + node_);
  }
  // The events of a pod that cannot be scheduled.
  Step refused(const std::string& pod, const std::string& why) const {
    return {"kubectl events --for pod/" + pod + " --no-headers",
            "…  Warning  FailedScheduling  Pod/" + pod + "  " + why, 0, kEventually};
  }

  std::string node_;
};

constexpr const char* kNoHelp =
    " no new claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not "
    "helpful for scheduling.";
constexpr const char* kNoVictim =
    " no new claims to deallocate, preemption: 0/1 nodes are available: 1 No preemption victims "
    "found for incoming pod.";

TEST_F(Nodes, AreDescribed) {
  play({
      {"kubectl get nodes",
       "NAME  STATUS  ROLES  AGE  VERSION\n" + node_ + "  Ready  …  …  v1.35.…"},
      {"kubectl get node " + node_ + " -o 'jsonpath={.spec.podCIDR} {.spec.podCIDRs}'",
       "10.244.0.0/24 [\"10.244.0.0/24\"]", 0, kEventually},
      {"kubectl describe node " + node_,
       R"(
Name:               )" +
           node_ + R"(
Roles:…
Labels:…
…
Taints:             <none>
Unschedulable:      false
Lease:
  HolderIdentity:  )" +
           node_ + R"(
  AcquireTime:     <unset>
  RenewTime:       …
Conditions:
  Type             Status  LastHeartbeatTime  LastTransitionTime  Reason  Message
  ----  ------  -----------------  ------------------  ------  -------
  MemoryPressure   False   …  KubeletHasSufficientMemory   kubelet has sufficient memory available
  DiskPressure     False   …  KubeletHasNoDiskPressure     kubelet has no disk pressure
  PIDPressure      False   …  KubeletHasSufficientPID      kubelet has sufficient PID available
  Ready            True    …  KubeletReady                 kubelet is posting ready status
…
  Normal  RegisteredNode  …  node-controller  Node )" +
           node_ + R"( event: Registered Node )" + node_ +
           R"( in Controller
…
)",
       0, kEventually},
      {"kubectl top node", "error: Metrics API not available", 1},
  });
}

TEST_F(Nodes, TellWhatIsUsed) {
  write("busy.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: busy}
spec:
  containers:
  - {name: main, image: "demo:1.0", readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}}
)");
  const auto lines = [&](const std::string& path, const std::string& pattern) {
    return "kubectl get --raw /api/v1/nodes/" + node_ + "/proxy/" + path + " | grep '" + pattern +
           "'";
  };
  const std::string mine = R"(,namespace=")" + ns() + R"(",pod="busy")";
  play({
      {"kubectl apply -f busy.yaml", "pod/busy created"},
      {"kubectl wait --for=condition=Ready pod/busy --timeout=40s", "pod/busy condition met"},
      {lines("metrics/resource", "^container_cpu_usage_seconds_total.*pod=.busy"),
       R"(container_cpu_usage_seconds_total{container="main")" + mine + "} …"},
      {lines("metrics/resource", "^pod_memory_working_set_bytes.*pod=.busy"),
       R"(pod_memory_working_set_bytes{namespace=")" + ns() + R"(",pod="busy"} …)"},
      {lines("metrics/resource", "^node_cpu_usage_seconds_total"),
       "node_cpu_usage_seconds_total …"},
      {lines("metrics/resource", "^resource_scrape_error"), "resource_scrape_error 0"},
      {lines("metrics/cadvisor", "^container_memory_rss.*container=.main.*pod=.busy"),
       R"(container_memory_rss{container="main",id="/…/pod…",image="docker.io/library/demo:1.0",name="…")" +
           mine + "} …"},
      {lines("metrics/cadvisor", "^container_network_receive_bytes_total.*pod=.busy"),
       R"(container_network_receive_bytes_total{container="",id="…",image="",interface="eth0",)"
       R"(name="")" +
           mine + "} …"},
      {lines("metrics/probes", "^prober_probe_total.*pod=.busy.*successful"),
       R"(prober_probe_total{container="main")" + mine +
           R"(,pod_uid="…",probe_type="Readiness",result="successful"} …)"},
      {"kubectl get --raw /api/v1/nodes/" + node_ +
           "/proxy/stats/summary | grep -o '\"podRef\":{\"name\":\"busy\"'",
       R"("podRef":{"name":"busy")"},
      {"kubectl get --raw /api/v1/nodes/" + node_ + "/proxy/metrics/nothing",
       "Error from server (NotFound): …", 1},
      {"kubectl delete pod busy --now", "pod \"busy\" deleted from " + ns() + " namespace"},
  });
}

TEST_F(Nodes, RefusePods) {
  write("big.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: big}
spec: {containers: [{name: c, image: "demo:1.0", resources: {requests: {cpu: "1000", memory: 900Ti}}}]}
)");
  write("elsewhere.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: elsewhere}
spec: {nodeSelector: {zone: moon}, containers: [{name: c, image: "demo:1.0"}]}
)");
  write("port.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: first}
spec: {containers: [{name: c, image: "demo:1.0", ports: [{containerPort: 80, hostPort: 18080}]}]}
)");
  play({
      {"kubectl apply -f big.yaml", "pod/big created"},
      refused("big", "0/1 nodes are available: 1 Insufficient cpu, 1 Insufficient memory." +
                         std::string(kNoHelp)),
      {"kubectl get pod big -o 'jsonpath={.status.conditions[0].type} "
       "{.status.conditions[0].reason}'",
       "PodScheduled Unschedulable"},
      {"kubectl apply -f elsewhere.yaml", "pod/elsewhere created"},
      refused("elsewhere",
              "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector." +
                  std::string(kNoHelp)),
      {"kubectl apply -f port.yaml", "pod/first created"},
      {"kubectl wait --for=condition=PodScheduled pod/first --timeout=40s",
       "pod/first condition met"},
      {"sed s/first/second/ port.yaml | kubectl apply -f -", "pod/second created"},
      refused("second",
              "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod "
              "ports." +
                  std::string(kNoVictim)),
      {"kubectl delete pod first --now", "pod \"first\" deleted from " + ns() + " namespace"},
      {"kubectl wait --for=condition=PodScheduled pod/second --timeout=40s",
       "pod/second condition met"},
  });
}

TEST_F(Nodes, AreTainted) {
  play({
      {"kubectl taint node " + node_ + " k=v:NoSchedule", "node/" + node_ + " tainted"},
      {"kubectl taint node " + node_ + " k=v:NoSchedule",
       "error: node " + node_ +
           " already has k taint(s) with same effect(s) and --overwrite is false",
       1},
      {"kubectl run a" + kUntilTold, "pod/a created"},
      refused("a", "0/1 nodes are available: 1 node(s) had untolerated taint(s)." +
                       std::string(kNoHelp)),
      {"kubectl taint node " + node_ + " k=v:NoSchedule-", "node/" + node_ + " untainted"},
      {"kubectl wait --for=condition=Ready pod/a --timeout=40s", "pod/a condition met"},
      {"kubectl taint node " + node_ + " k=v:NoExecute", "node/" + node_ + " tainted"},
      {"kubectl wait --for=delete pod/a --timeout=40s", "…"},
      {"kubectl events --for pod/a --no-headers",
       "…\n…  Normal  TaintManagerEviction  Pod/a  Marking for deletion Pod " + ns() + "/a\n…", 0,
       kEventually},
      {"kubectl taint node " + node_ + " k-", "node/" + node_ + " untainted"},
  });
}

TEST_F(Nodes, AreDrained) {
  play({
      {"kubectl run a" + kUntilTold, "pod/a created"},
      {"kubectl wait --for=condition=Ready pod/a --timeout=40s", "pod/a condition met"},
      {"kubectl cordon " + node_, "node/" + node_ + " cordoned"},
      {"kubectl cordon " + node_, "node/" + node_ + " already cordoned"},
      {"kubectl get nodes --no-headers", node_ + "  Ready,SchedulingDisabled  …"},
      {"kubectl get node " + node_ + " -o 'jsonpath={.spec.taints[*].key}'",
       "node.kubernetes.io/unschedulable", 0, kEventually},
      {"kubectl drain " + node_ + " --pod-selector=run=a",
       "node/" + node_ + " already cordoned\nerror: unable to drain node \"" + node_ +
           "\" due to error: …Pods that declare no controller (use --force to override): " + ns() +
           "/a, continuing command...\n…",
       1},
      {"kubectl run b --image=demo:1.0", "pod/b created"},
      refused("b", "0/1 nodes are available: 1 node(s) were unschedulable." + std::string(kNoHelp)),
      {"kubectl drain " + node_ + " --pod-selector=run=a --force", "node/" + node_ +
                                                                       R"( already cordoned
Warning: deleting Pods that declare no controller: )" + ns() + R"(/a
evicting pod )" + ns() + R"(/a
pod/a evicted
node/)" + node_ + " drained"},
      {"kubectl uncordon " + node_, "node/" + node_ + " uncordoned"},
      {"kubectl wait --for=condition=Ready pod/b --timeout=40s", "pod/b condition met"},
  });
}

}  // namespace
}  // namespace kubus::e2e
