// What goes to a container and comes from it.
#include "play.h"

namespace kubus::e2e {
namespace {

// script(1) ends its command's input when its own has ended, and the terminal may echo that.
const std::string kWithoutEcho = " | tr -d '\\r^@'";

class Sessions : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    play({
        {"kubectl run a --image=demo:1.0 -- sh -c "
         "'echo one; echo two >&2; trap exit TERM; sleep 600 & wait'",
         "pod/a created"},
        {"kubectl wait --for=condition=Ready pod/a --timeout=40s", "pod/a condition met"},
    });
  }
};

TEST_F(Sessions, ShowLogs) {
  play({
      {"kubectl logs a", "one\ntwo", 0, kEventually},
      {"kubectl logs a --tail=1", "two"},
      {"kubectl logs a --timestamps --tail=1", "20…Z two"},
      {"kubectl logs a --prefix", "[pod/a/a] one\n[pod/a/a] two"},
      {"kubectl logs -l run=a", "one\ntwo"},
      {"timeout 2 kubectl logs -f a; true", "one\ntwo"},
      {"kubectl logs nope",
       "error: error from server (NotFound): pods \"nope\" not found in namespace \"" + ns() + "\"",
       1},
      {"kubectl logs a -c nope", "error: container nope is not valid for pod a", 1},
      {"kubectl logs a --previous",
       "Error from server (BadRequest): previous terminated container \"a\" in pod \"a\" not found",
       1},
      {"kubectl run end --image=demo:1.0 --restart=Never -- sh -c "
       "'for i in 1 2 3; do echo $i; sleep 1; done'",
       "pod/end created"},
      {"kubectl wait --for=condition=PodReadyToStartContainers pod/end --timeout=40s",
       "pod/end condition met"},
      {"kubectl logs -f end", "1\n2\n3", 0, kEventually},
  });
}

TEST_F(Sessions, Execute) {
  play({
      {"kubectl exec a -- echo hello", "hello"},
      {"kubectl exec a -- sh -c 'echo out; echo err >&2; exit 7'",
       "out\nerr\ncommand terminated with exit code 7", 7},
      {"echo typed | kubectl exec -i a -- cat", "typed"},
      {"head -c 3000000 /dev/zero | kubectl exec -i a -- busybox wc -c", "3000000"},
      {"kubectl exec a -- nothing", "…", 1},
      {"kubectl exec nope -- ls", "Error from server (NotFound): pods \"nope\" not found", 1},
      {"kubectl exec a -c nope -- ls", "…container nope…", 1},
      // script gives kubectl a terminal.
      {"script -qec \"kubectl exec -it a -- sh -c 'test -t 0 && echo terminal'\" /dev/null" +
           kWithoutEcho,
       "terminal"},
  });
}

TEST_F(Sessions, ATerminalHasItsSizeFromTheStart) {
  // The size of script's own terminal is what kubectl tells of.
  const auto sizes = [](const std::string& protocol) {
    return protocol +
           " script -qec \"stty rows 31 cols 97; for i in 1 2 3 4 5; do kubectl exec "
           "-it a -- busybox stty size; done\" /dev/null" +
           kWithoutEcho;
  };
  const std::string five = "31 97\n31 97\n31 97\n31 97\n31 97";
  play({
      {sizes(""), five},
      {sizes("KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false"), five},
  });
}

// What a client has ended on its side is ended in the pod, and the pod's answer still arrives.
TEST_F(Sessions, EndsAreCarried) {
  write("file", "some\ntext\n");
  // nc ends its side at the end of its input and waits for the other's.
  const auto port = [](const std::string& protocol, const std::string& local) {
    return "rm -f log; " + protocol + " kubectl port-forward pod/sums " + local +
           ":7000 >log & until grep -qs Forwarding log; do sleep 0.1; done; "
           "busybox nc 127.0.0.1 " +
           local + " <file; kill $!";
  };
  play({
      {"kubectl exec -i a -- cat <file", "some\ntext"},
      {"KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false kubectl exec -i a -- cat <file", "some\ntext"},
      {"kubectl run sums --image=demo:1.0 --restart=Never -- sh -c "
       "'while true; do nc -l -p 7000 -e busybox wc -c; done'",
       "pod/sums created"},
      {"kubectl wait --for=condition=Ready pod/sums --timeout=40s", "pod/sums condition met"},
      {port("", "18070"), "10"},
      {port("KUBECTL_PORT_FORWARD_WEBSOCKETS=false", "18071"), "10"},
      {"kubectl run once --rm -i --image=demo:1.0 --restart=Never --quiet -- busybox wc -c <file",
       "10"},
  });
}

TEST_F(Sessions, AttachAndRun) {
  play({
      {"echo 'echo $((6*7))' | kubectl run calc --rm -i --image=demo:1.0 --restart=Never "
       "--quiet -- sh",
       "42\n…"},
      {"kubectl get pod calc", "Error from server (NotFound): pods \"calc\" not found", 1},
  });
}

TEST_F(Sessions, Debug) {
  const auto debug = [](const std::string& rest) {
    return "kubectl debug a --image=demo:1.0 --profile=general " + rest +
           " -- sh -c 'echo looking; trap exit TERM; sleep 600 & wait'";
  };
  const auto node = output_of("kubectl get nodes -o name");
  const auto name = node.substr(node.find('/') + 1);
  play({
      {debug("-c dbg"), ""},
      {"kubectl wait --for=jsonpath="
       "'{.status.ephemeralContainerStatuses[0].state.running.startedAt}' pod/a --timeout=40s",
       "pod/a condition met"},
      {"kubectl logs a --all-containers --prefix", "[pod/a/a] …\n[pod/a/a] …\n[pod/a/dbg] looking",
       0, kEventually},
      {"kubectl describe pod a | sed -n '/^Ephemeral/,/^Conditions/p'", R"(
Ephemeral Containers:
  dbg:
    Container ID:  …
    Image:         demo:1.0
    Image ID:      …
    Port:          <none>
    Host Port:     <none>
    Command:
…
    State:          Running
      Started:      …
    Ready:          False
    Restart Count:  0
    Environment:    <none>
    Mounts:         <none>
Conditions:)"},
      {debug("-c x --target=none"),
       "Targeting container \"none\". If you don't see processes from this container it may be "
       "because the container runtime doesn't support this feature.\n"
       "The Pod \"a\" is invalid: spec.ephemeralContainers[1].targetContainerName: Not found: "
       "\"none\"",
       1},
      {"kubectl patch pod a --subresource ephemeralcontainers --type=json -p "
       "'[{\"op\":\"remove\",\"path\":\"/spec/ephemeralContainers/0\"}]'",
       "The Pod \"a\" is invalid: spec.ephemeralContainers: Forbidden: existing ephemeral "
       "containers \"dbg\" may not be removed\n",
       1},
      {debug("-c dbg --copy-to=copy --share-processes"), ""},
      {"kubectl wait --for=condition=Ready pod/copy --timeout=40s", "pod/copy condition met"},
      {"kubectl get pod copy -o 'jsonpath={.spec.shareProcessNamespace} "
       "{.spec.containers[*].name}'",
       "true a dbg"},
      {"kubectl debug " + node + " --image=demo:1.0 --profile=general -- sh -c 'sleep 1'",
       "Creating debugging pod node-debugger-" + name + "-… with container debugger on node " +
           name + "."},
      {"kubectl get pods -l app.kubernetes.io/managed-by=kubectl-debug --no-headers",
       "node-debugger-" + name + "-…  0/1  Completed  0  …", 0, kEventually},
      {"kubectl attach a -c none",
       "error: cannot attach to the container: container none not found in pod a", 1},
  });
}

TEST_F(Sessions, Copy) {
  write("file", "contents\n");
  play({
      {"kubectl cp file a:/tmp/file", ""},
      {"kubectl exec a -- cat /tmp/file", "contents"},
      {"kubectl cp a:/tmp/file back", "…"},
      {"cat back", "contents"},
      {"mkdir dir && cp file dir/inner && kubectl cp dir a:/tmp/dir", ""},
      {"kubectl exec a -- ls /tmp/dir", "inner"},
  });
}

TEST_F(Sessions, ForwardPorts) {
  play({
      {"kubectl run web --image=demo:1.0 --port=8080 --expose",
       "service/web created\npod/web created"},
      {"kubectl wait --for=condition=Ready pod/web --timeout=40s", "pod/web condition met"},
      {"kubectl port-forward pod/web 18080:8080 >log & "
       "for i in 1 2 3 4 5 6 7 8 9 10; do curl -s --retry 20 --retry-connrefused --retry-delay 1 "
       "http://127.0.0.1:18080; done; kill $!; wait; grep Forwarding.*127 log",
       "web\nweb\nweb\nweb\nweb\nweb\nweb\nweb\nweb\nweb\n"
       "Forwarding from 127.0.0.1:18080 -> 8080"},
      {"kubectl port-forward service/web 18081:8080 >log & "
       "curl -s --retry 20 --retry-connrefused --retry-delay 1 http://127.0.0.1:18081; kill $!",
       "web"},
  });
}

}  // namespace
}  // namespace kubus::e2e
