// Admission webhooks behind a Service, as users of kubectl meet them.
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

  // About config maps in the namespace of this test.
  std::string configuration(const std::string& kind, const std::string& hook) const {
    return "apiVersion: admissionregistration.k8s.io/v1\nkind: " + kind +
           "\nmetadata: {name: " + ns() + "}\nwebhooks:\n- name: " + hook +
           ".example.com\n  clientConfig:\n    service: {name: hooks, namespace: " + ns() +
           ", path: /" + hook + "}\n    caBundle: " + server_->ca_bundle() +
           "\n  namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: " + ns() +
           "}}\n  sideEffects: None\n  admissionReviewVersions: [v1]\n  rules:\n"
           "  - {operations: [CREATE, UPDATE], apiGroups: [''], apiVersions: [v1],"
           " resources: [configmaps]}\n";
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

}  // namespace
}  // namespace kubus::e2e
