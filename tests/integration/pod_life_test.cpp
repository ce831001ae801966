// The life of pods on a real node, as kubectl shows it.
#include <dirent.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "cluster_test.h"
#include "kubus/runtime.h"
#include "temp_dir.h"

namespace kubus::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The process that holds the sandbox of the pod: its arguments name the cluster and the pod.
pid_t sandbox_holder(const std::string& cluster, const std::string& pod) {
  pid_t found = 0;
  DIR* proc = ::opendir("/proc");
  while (const dirent* entry = ::readdir(proc)) {
    std::string command = read_file(std::string("/proc/") + entry->d_name + "/cmdline");
    for (char& c : command)
      if (c == '\0') c = ' ';
    if (command.find("oci-pause ") != std::string::npos &&
        command.find(" " + pod + " ") != std::string::npos &&
        command.find("/" + cluster + "/") != std::string::npos)
      found = std::atoi(entry->d_name);
  }
  ::closedir(proc);
  return found;
}

class PodLifeTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    cluster().load_demo_image();
  }

  // What `kubectl get pod NAME -o jsonpath` prints.
  std::string field(const std::string& pod, const std::string& path) {
    return cluster().kubectl({"get", "pod", pod, "-o", "jsonpath={" + path + "}"}).out;
  }
  void expect_field(const std::string& pod, const std::string& path, const std::string& value) {
    EXPECT_TRUE(eventually([&] { return field(pod, path) == value; }))
        << pod << " " << path << ": " << field(pod, path) << ", not " << value;
  }
  std::string events(const std::string& pod) {
    return cluster()
        .kubectl({"get", "events", "--field-selector=involvedObject.name=" + pod, "-o",
                  "jsonpath={range .items[*]}{.type} {.reason}: {.message}{\"\\n\"}{end}"})
        .out;
  }
  // A pod of the demo image; `spec` is what follows "spec:", indented by two.
  void make(const std::string& name, const std::string& spec) {
    cluster().apply("apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "}\nspec:\n" + spec);
  }
  void remove(const std::string& pod, const std::string& grace) {
    const auto removed = cluster().kubectl({"delete", "pod", pod, "--grace-period=" + grace});
    EXPECT_TRUE(removed.ok()) << removed.out;
  }

  // The ids of the sandboxes that the runtime has of a pod, newest first.
  std::vector<std::string> sandboxes(const std::string& uid) {
    const auto host = cluster().connect();
    runtime::ListSandboxesRequest request;
    request.set_pod_uid(uid);
    const auto reply =
        rpc::call_wait(host->self().context().bus(), runtime::kListSandboxes, request);
    EXPECT_TRUE(reply.ok()) << reply.status().to_string();
    std::vector<runtime::Sandbox> all;
    if (reply.ok()) all.assign(reply->sandboxes().begin(), reply->sandboxes().end());
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.created_at() > b.created_at(); });
    std::vector<std::string> ids;
    for (const auto& sandbox : all) ids.push_back(sandbox.id());
    return ids;
  }
  // A container that says in /out/up that it runs and in /out/order that it was told to stop.
  std::string talkative(const std::string& name, const std::string& more,
                        const std::string& on_stop = "") const {
    return "  - name: " + name + "\n    image: demo:1.0\n" + more + "    " + mount_ +
           "\n    command: [sh, -c, \"trap '" + on_stop + "echo " + name +
           " >> /out/order; exit 0' TERM; echo up >> /out/up; while true; do sleep 0.1; done\"]\n";
  }
  std::string sidecar(const std::string& name) const {
    return talkative(name, "    restartPolicy: Always\n");
  }

  // A directory of the machine that pods mount at /out.
  const kernel::TempDir out_;
  const std::string volume_ =
      "  volumes:\n  - {name: out, hostPath: {path: " + out_.path() + "}}\n";
  const std::string mount_ = "volumeMounts: [{name: out, mountPath: /out}]";
};

TEST_F(PodLifeTest, ADeadSandboxIsReplaced) {
  make("phoenix",
       "  terminationGracePeriodSeconds: 1\n"
       "  initContainers: [{name: i, image: demo:1.0, command: [echo, hello]}]\n"
       "  containers: [{name: c, image: demo:1.0}]\n");
  expect_field("phoenix", ".status.containerStatuses[0].ready", "true");
  const std::string uid = field("phoenix", ".metadata.uid");
  const pid_t holder = sandbox_holder(cluster().name(), "phoenix");
  ASSERT_GT(holder, 0);
  ASSERT_EQ(::kill(holder, SIGKILL), 0);
  expect_field("phoenix", ".status.containerStatuses[0].restartCount", "1");
  expect_field("phoenix", ".status.containerStatuses[0].ready", "true");
  EXPECT_EQ(field("phoenix", ".metadata.uid"), uid);
  EXPECT_EQ(field("phoenix", ".status.initContainerStatuses[0].restartCount"), "1");
  EXPECT_EQ(field("phoenix", ".status.phase"), "Running");
  EXPECT_TRUE(eventually([&] {
    return events("phoenix").find(
               "Normal SandboxChanged: Pod sandbox changed, it will be killed and re-created.") !=
           std::string::npos;
  })) << events("phoenix");
}

// The one before it keeps its containers, of which status and logs still tell.
TEST_F(PodLifeTest, ADeadSandboxGoesWithTheLastOfItsContainers) {
  make("phoenix",
       "  terminationGracePeriodSeconds: 1\n  containers: [{name: c, image: demo:1.0}]\n");
  expect_field("phoenix", ".status.containerStatuses[0].ready", "true");
  const std::string uid = field("phoenix", ".metadata.uid");
  for (int death = 1; death <= 2; ++death) {
    const auto before = sandboxes(uid);
    ASSERT_THAT(before, SizeIs(death));
    ASSERT_EQ(::kill(sandbox_holder(cluster().name(), "phoenix"), SIGKILL), 0);
    expect_field("phoenix", ".status.containerStatuses[0].restartCount", std::to_string(death));
    expect_field("phoenix", ".status.containerStatuses[0].ready", "true");
    EXPECT_TRUE(eventually([&] { return sandboxes(uid).size() == 2; }));
    EXPECT_EQ(sandboxes(uid).back(), before.front());
  }
  remove("phoenix", "1");
  EXPECT_TRUE(eventually([&] { return sandboxes(uid).empty(); }));
}

TEST_F(PodLifeTest, SidecarsEndAfterTheContainersInReverseOrder) {
  make("carriage",
       volume_ + "  initContainers:\n" + sidecar("s1") + sidecar("s2") + "  containers:\n" +
           talkative("main",
                     "    lifecycle: {preStop: {exec: {command: [sh, -c, \"echo hook >> "
                     "/out/order\"]}}}\n",
                     "sleep 0.5; "));
  ASSERT_TRUE(eventually([&] { return read_file(out_.path() + "/up") == "up\nup\nup\n"; }));
  remove("carriage", "30");
  EXPECT_EQ(read_file(out_.path() + "/order"), "hook\nmain\ns2\ns1\n");
}

TEST_F(PodLifeTest, SidecarsEndWhenTheirWorkIsDone) {
  make("errand",
       "  restartPolicy: Never\n" + volume_ + "  initContainers:\n" + sidecar("s1") +
           sidecar("s2") + "  containers:\n  - name: main\n    image: demo:1.0\n    " + mount_ +
           "\n    command: [sh, -c, \"while [ \\\"$(cat /out/up)\\\" != "
           "\\\"$(echo up; echo up)\\\" ]; do sleep 0.1; done; echo main >> /out/order\"]\n");
  expect_field("errand", ".status.phase", "Succeeded");
  EXPECT_EQ(read_file(out_.path() + "/order"), "main\ns2\ns1\n");
  EXPECT_EQ(field("errand", ".status.containerStatuses[0].state.terminated.reason"), "Completed");
  for (const char* index : {"0", "1"})
    EXPECT_EQ(field("errand", std::string(".status.initContainerStatuses[") + index +
                                  "].state.terminated.exitCode"),
              "0");
}

TEST_F(PodLifeTest, VolumesFollowTheirObjects) {
  const auto config = [&](const std::string& value) {
    cluster().apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: words}\ndata: {word: " +
                    value + "}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: words}\n" +
                    "stringData: {word: secret-" + value + "}\n");
  };
  config("one");
  make(
      "reader",
      "  terminationGracePeriodSeconds: 0\n" + volume_ +
          "  - {name: map, configMap: {name: words}}\n"
          "  - {name: all, projected: {sources: [{secret: {name: words}}, {downwardAPI: {items: "
          "[{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}]}}\n"
          "  containers:\n  - name: c\n    image: demo:1.0\n"
          "    command: [sh, -c, \"while true; do cat /map/word /all/word /all/labels > /out/next; "
          "cat /out/next > /out/seen; sleep 0.1; done\"]\n"
          "    volumeMounts: [{name: out, mountPath: /out}, {name: map, mountPath: /map}, {name: "
          "all, mountPath: /all}]\n");
  const auto seen = [&](const std::string& text) {
    EXPECT_TRUE(eventually([&] { return read_file(out_.path() + "/seen") == text; }))
        << read_file(out_.path() + "/seen");
  };
  seen("onesecret-one");
  config("two");
  EXPECT_TRUE(cluster().kubectl({"label", "pod", "reader", "color=green"}).ok());
  seen("twosecret-twocolor=\"green\"");
}

TEST_F(PodLifeTest, PodsThatDoNotFitFail) {
  struct Case {
    std::string name, spec, reason, message;
  };
  const std::string container = "  containers: [{name: c, image: demo:1.0";
  const std::string port = ", ports: [{containerPort: 8080, hostPort: 18080}]}]\n";
  const Case cases[] = {
      {"big", container + ", resources: {requests: {memory: 1Ei}}}]\n", "OutOfmemory",
       "Pod was rejected: Node didn't have enough resource: memory, requested: "
       "1152921504606846976"},
      {"elsewhere", "  nodeSelector: {zone: nowhere}\n" + container + "}]\n", "NodeAffinity",
       "Pod was rejected: Predicate NodeAffinity failed: node(s) didn't match Pod's node "
       "affinity/selector"},
      {"second", container + port, "NodePorts",
       "Pod was rejected: Predicate NodePorts failed: node(s) didn't have free ports for the "
       "requested pod ports"},
  };
  const std::string here = "  nodeName: " + cluster().name() + "\n";
  make("first", here + container + port);
  expect_field("first", ".status.phase", "Running");
  for (const Case& c : cases) {
    make(c.name, here + c.spec);
    expect_field(c.name, ".status.phase", "Failed");
    EXPECT_EQ(field(c.name, ".status.reason"), c.reason);
    EXPECT_THAT(field(c.name, ".status.message"), HasSubstr(c.message));
  }
}

TEST_F(PodLifeTest, APortTakenTwiceStopsTheSecondContainerOnly) {
  make("twins",
       "  terminationGracePeriodSeconds: 0\n"
       "  containers:\n  - {name: first, image: demo:1.0}\n"
       "  - {name: second, image: demo:1.0, command: [sh, -c, \"while ! wget -q -O /dev/null "
       "http://127.0.0.1:8080/cgi-bin/index.cgi; do sleep 0.1; done; exec httpd -f -p 8080\"]}\n");
  expect_field("twins", ".status.containerStatuses[1].state.waiting.reason", "CrashLoopBackOff");
  EXPECT_EQ(field("twins", ".status.containerStatuses[0].ready"), "true");
  EXPECT_EQ(field("twins", ".status.containerStatuses[0].restartCount"), "0");
  EXPECT_EQ(field("twins", ".status.containerStatuses[1].lastState.terminated.exitCode"), "1");
  EXPECT_THAT(field("twins", ".status.containerStatuses[1].state.waiting.message"),
              HasSubstr("back-off 10s restarting failed container=second pod=twins_default("));
}

TEST_F(PodLifeTest, WhyAContainerWaits) {
  struct Case {
    std::string name, container, reason, message;
  };
  const Case cases[] = {
      {"upper", "image: DEMO:1.0", "InvalidImageName",
       "Failed to apply default image tag \"DEMO:1.0\": couldn't parse image name \"DEMO:1.0\": "
       "invalid reference format: repository name (library/DEMO) must be lowercase"},
      {"absent", "image: absent:1.0, imagePullPolicy: Never", "ErrImageNeverPull",
       "Container image \"absent:1.0\" is not present with pull policy of Never"},
      {"unset",
       "image: demo:1.0, env: [{name: A, valueFrom: {configMapKeyRef: {name: later, key: a}}}]",
       "CreateContainerConfigError", "configmap \"later\" not found"},
  };
  const std::string path = ".status.containerStatuses[0].state.waiting.";
  for (const Case& c : cases)
    make(c.name,
         "  terminationGracePeriodSeconds: 0\n  containers: [{name: c, " + c.container + "}]\n");
  for (const Case& c : cases) {
    expect_field(c.name, path + "reason", c.reason);
    EXPECT_EQ(field(c.name, path + "message"), c.message);
    EXPECT_EQ(field(c.name, ".status.phase"), "Pending");
  }
  cluster().apply("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\ndata: {a: \"1\"}\n");
  expect_field("unset", ".status.phase", "Running");
}

TEST_F(PodLifeTest, AnEndHasItsReasonAndItsCode) {
  make("ended",
       "  restartPolicy: Never\n  containers:\n"
       "  - {name: c, image: demo:1.0, command: [sh, -c, \"echo because > /dev/termination-log; "
       "exit 3\"]}\n");
  make("late",
       "  activeDeadlineSeconds: 1\n  terminationGracePeriodSeconds: 1\n"
       "  containers: [{name: c, image: demo:1.0}]\n");
  expect_field("ended", ".status.phase", "Failed");
  const std::string end = ".status.containerStatuses[0].state.terminated.";
  EXPECT_EQ(field("ended", end + "exitCode"), "3");
  EXPECT_EQ(field("ended", end + "reason"), "Error");
  EXPECT_EQ(field("ended", end + "message"), "because\n");
  expect_field("ended", ".status.conditions[?(@.type==\"PodReadyToStartContainers\")].status",
               "False");
  EXPECT_NE(field("ended", ".status.podIP"), "") << "it is looked up by the address it had";
  expect_field("late", ".status.phase", "Failed");
  EXPECT_EQ(field("late", ".status.reason"), "DeadlineExceeded");
  EXPECT_EQ(field("late", ".status.message"),
            "Pod was active on the node longer than the specified deadline");
}

}  // namespace
}  // namespace kubus::integration
