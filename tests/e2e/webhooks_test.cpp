// Admission webhooks behind a Service, as users of kubectl meet them.
#include "cache/json_scan.h"
#include "hook_play.h"
#include "kubus/api/base64.h"

namespace kubus::e2e {
namespace {

class Webhooks : public HookPlay {
 protected:
  void TearDown() override {
    if (!IsSkipped())
      output_of("kubectl delete validatingwebhookconfigurations,mutatingwebhookconfigurations " +
                ns() + " --ignore-not-found");
    Play::TearDown();
  }

  // About what the rules name in the namespace of this test.
  std::string configuration(const std::string& kind, const std::string& hook,
                            const std::string& operations = "CREATE, UPDATE",
                            const std::string& group = "''", const std::string& version = "v1",
                            const std::string& resource = "configmaps") const {
    return "apiVersion: admissionregistration.k8s.io/v1\nkind: " + kind +
           "\nmetadata: {name: " + ns() + "}\nwebhooks:\n- name: " + hook +
           ".example.com\n  clientConfig:\n    service: {name: hooks, namespace: " + ns() +
           ", path: /" + hook + "}\n    caBundle: " + server_->ca_bundle() +
           "\n  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " + ns() +
           "}}\n  sideEffects: None\n  admissionReviewVersions: [v1]\n  rules:\n"
           "  - {operations: [" +
           operations + "], apiGroups: [" + group + "], apiVersions: [" + version +
           "], resources: ['" + resource + "']}\n";
  }
  // What refuses, and says what it saw at a place of the question.
  void refuse(const std::string& hook, const std::string& at) {
    server_->on("/" + hook, [at](const std::string& question) {
      return R"("allowed":false,"status":{"code":403,"reason":"Forbidden","message":"saw )" +
             apiserver::json_text(apiserver::json_at(question, at)) + "\"}";
    });
  }
};

TEST_F(Webhooks, ChangeAndRefuseWhatKubectlWrites) {
  server_->on("/label", [](const std::string&) {
    return R"("allowed":true,"warnings":["labelled"],"patchType":"JSONPatch","patch":")" +
           encode_base64(R"([{"op":"add","path":"/metadata/labels","value":{"by":"hook"}}])") + '"';
  });
  server_->on("/no", [](const std::string& question) {
    const bool bad = question.find(R"("forbidden":)") != std::string::npos;
    return bad ? R"("allowed":false,"status":{"code":403,"reason":"Forbidden","message":"no way"})"
               : R"("allowed":true)";
  });
  write("label.yaml", configuration("MutatingWebhookConfiguration", "label"));
  write("no.yaml", configuration("ValidatingWebhookConfiguration", "no"));
  write("bad.yaml",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\ndata: {forbidden: fruit}\n");
  play(
      {
          {"kubectl apply -f service.yaml -f label.yaml -f no.yaml", R"(
service/hooks created
endpointslice.discovery.k8s.io/hooks-1 created
mutatingwebhookconfiguration.admissionregistration.k8s.io/)" + ns() + R"( created
validatingwebhookconfiguration.admissionregistration.k8s.io/)" + ns() + R"( created
)"},
          {"kubectl create configmap good --from-literal=x=y", R"(
Warning: labelled
configmap/good created
)"},
          {"kubectl get configmap good -o jsonpath='{.metadata.labels.by}'", "hook"},
          {"kubectl apply -f bad.yaml", R"(
Warning: labelled
Error from server (Forbidden): error when creating "bad.yaml": admission webhook "no.example.com" denied the request: no way
)",
           1},
          {"kubectl apply --server-side -f bad.yaml 2>&1 | grep -o 'denied the request.*'",
           "denied the request: no way"},
          {"kubectl patch configmap good -p '{\"data\":{\"forbidden\":\"z\"}}'", R"(
Warning: labelled
Error from server (Forbidden): admission webhook "no.example.com" denied the request: no way
)",
           1},
          {"kubectl get configmap good -o jsonpath='{.data}'", R"({"x":"y"})"},
          {"kubectl delete service hooks", "service \"hooks\" deleted from … namespace"},
          {"kubectl create configmap late",
           "error: failed to create configmap: Internal error occurred: failed calling webhook "
           "\"label.example.com\": failed to call webhook: Post \"https://hooks." +
               ns() + ".svc:443/label?timeout=10s\": service \"hooks\" not found",
           1},
      });
}

// The object a webhook sees is the part that is written, or how a connection is to be made.
TEST_F(Webhooks, HaveASayInScalesCommandsAndOtherVersions) {
  refuse("scale", "request.object.kind");
  refuse("exec", "request.object.container");
  refuse("old", "request.object.apiVersion");
  const std::string kind = "ValidatingWebhookConfiguration";
  write("web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 0\n"
        "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n"
        "    spec: {containers: [{name: c, image: none.invalid/none}]}\n"
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: shell}\n"
        "spec: {containers: [{name: c, image: none.invalid/none}]}\n");
  write("scaler.yaml",
        "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: web}\n"
        "spec:\n  maxReplicas: 9\n"
        "  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}\n");
  write("scale.yaml", configuration(kind, "scale", "UPDATE", "apps", "v1", "*/scale"));
  write("exec.yaml", configuration(kind, "exec", "CONNECT", "''", "v1", "pods/exec"));
  write("old.yaml", configuration(kind, "old", "'*'", "autoscaling", "v1", "*"));
  const std::string only = " 2>&1 | grep -o 'admission webhook.*'";
  const auto denied = [](const std::string& hook, const std::string& saw) {
    return "admission webhook \"" + hook + ".example.com\" denied the request: saw " + saw;
  };
  play({
      {"kubectl apply -f service.yaml -f web.yaml -f scale.yaml | tail -1",
       "validatingwebhookconfiguration.admissionregistration.k8s.io/" + ns() + " created"},
      {"kubectl scale deployment web --replicas 2" + only, denied("scale", "Scale")},
      {"kubectl get deployment web -o jsonpath='{.spec.replicas}'", "0"},
      {"kubectl apply -f exec.yaml | grep -c configured", "1"},
      {"kubectl scale deployment web --replicas 0", "deployment.apps/web scaled"},
      {"kubectl exec shell -- ls" + only, denied("exec", "c")},
      {"kubectl apply -f old.yaml | grep -c configured", "1"},
      {"kubectl create -f scaler.yaml" + only, denied("old", "autoscaling/v1")},
      {"kubectl get horizontalpodautoscalers 2>&1 | grep -o 'No resources found'",
       "No resources found"},
  });
}

}  // namespace
}  // namespace kubus::e2e
