// Service accounts: their tokens, and the pods that have them.
#include "play.h"

namespace kubus::e2e {
namespace {

class Tokens : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    // kubectl as whoever has the token, and as nobody else.
    write("as",
          R"(#!/bin/sh
token="$1"; shift
server=$(kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
kubectl config view --minify --raw -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}' |
  base64 -d > ca.crt
exec kubectl --kubeconfig=/dev/null --server="$server" --certificate-authority=ca.crt \
  --token="$token" -n )" +
              ns() + R"( "$@"
)",
          true);
  }
  std::string user(const std::string& account) const {
    return "system:serviceaccount:" + ns() + ":" + account;
  }
};

TEST_F(Tokens, AreMadeForAnAccount) {
  play({
      {"kubectl create serviceaccount robot", "serviceaccount/robot created"},
      {"kubectl create token robot > token", ""},
      {"./as $(cat token) auth whoami -o 'jsonpath={.status.userInfo.username}'", user("robot")},
      {"./as $(cat token) auth whoami -o 'jsonpath={.status.userInfo.groups}'",
       R"(["system:serviceaccounts","system:serviceaccounts:)" + ns() +
           R"(","system:authenticated"])"},
      {"kubectl create token robot --duration=1m",
       "error: failed to create token: TokenRequest.authentication.k8s.io \"\" is invalid: "
       "spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes",
       1},
      {"kubectl create token nobody",
       "error: failed to create token: serviceaccounts \"nobody\" not found", 1},
      {"kubectl create token robot --audience=vault > other", ""},
      {"./as $(cat other) auth whoami", "error: You must be logged in to the server (Unauthorized)",
       1},
      {"./as nonsense get pods", "error: You must be logged in to the server (Unauthorized)", 1},
      {"kubectl delete serviceaccount robot",
       "serviceaccount \"robot\" deleted from " + ns() + " namespace"},
      {"./as $(cat token) auth whoami", "error: You must be logged in to the server (Unauthorized)",
       1},
  });
}

TEST_F(Tokens, AreKeptInSecretsThatAskForIt) {
  write("secret.yaml", R"(
apiVersion: v1
kind: Secret
metadata: {name: key, annotations: {kubernetes.io/service-account.name: robot}}
type: kubernetes.io/service-account-token
)");
  play({
      {"kubectl create serviceaccount robot", "serviceaccount/robot created"},
      {"kubectl apply -f secret.yaml", "secret/key created"},
      {"kubectl get secret key",
       "NAME   TYPE                                  DATA   AGE\n"
       "key    kubernetes.io/service-account-token   3      …",
       0, kEventually},
      {"kubectl get secret key -o 'jsonpath={.data.token}' | base64 -d > token", ""},
      {"./as $(cat token) auth whoami -o 'jsonpath={.status.userInfo.username}'", user("robot")},
      {"kubectl get secret key -o 'jsonpath={.data.namespace}' | base64 -d", ns()},
      {"kubectl delete serviceaccount robot",
       "serviceaccount \"robot\" deleted from " + ns() + " namespace"},
      {"./as $(cat token) auth whoami", "error: You must be logged in to the server (Unauthorized)",
       1},
      {"kubectl get secret key", "Error from server (NotFound): secrets \"key\" not found", 1,
       kEventually},
  });
}

TEST_F(Tokens, AreMountedInPods) {
  const std::string mounted = "/var/run/secrets/kubernetes.io/serviceaccount/";
  write("web.yaml", R"(
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  serviceAccountName: robot
  containers:
  - name: web
    image: demo:1.0
    command: [sh, -c, "trap exit TERM; sleep 600 & wait"]
    volumeMounts: [{name: clients, mountPath: /clients}]
  volumes: [{name: clients, hostPath: {path: )" +
                        testing::source_dir() + R"(/build/clients}}]
)");
  play({
      {"kubectl create serviceaccount robot", "serviceaccount/robot created"},
      {"kubectl apply -f web.yaml", "pod/web created"},
      {"kubectl wait --for=condition=Ready pod/web --timeout=40s", "pod/web condition met"},
      {"kubectl describe pod web | grep ' from kube'",
       "      /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-… (ro)"},
      {"kubectl describe pod web | grep -A5 '^  kube-api-access'", R"(
  kube-api-access-…:
    Type:                    Projected (a volume that contains injected data from multiple sources)
    TokenExpirationSeconds:  3607
    ConfigMapName:           kube-root-ca.crt
    Optional:                false
    DownwardAPI:             true
)"},
      {"kubectl exec web -- ls " + mounted, "ca.crt\nnamespace\ntoken"},
      {"kubectl exec web -- cat " + mounted + "namespace", ns()},
      {"kubectl exec web -- cat " + mounted + "token > token", ""},
      {"./as $(cat token) auth whoami -o 'jsonpath={.status.userInfo.username}'", user("robot")},
      {"./as $(cat token) auth whoami -o "
       "'jsonpath={.status.userInfo.extra.authentication\\.kubernetes\\.io/pod-name}'",
       R"(["web"])"},
      // A client of its own in the pod finds and trusts the API server by what it has there.
      {"kubectl exec web -- /clients/kubectl auth whoami -o 'jsonpath={.status.userInfo.username}'",
       user("robot")},
      {"kubectl delete pod web --now", "pod \"web\" deleted from " + ns() + " namespace"},
      {"./as $(cat token) auth whoami", "error: You must be logged in to the server (Unauthorized)",
       1},
  });
}

TEST_F(Tokens, AreNotMountedWhereTheyAreNotWanted) {
  play({
      {"kubectl run web --overrides='{\"spec\":{\"automountServiceAccountToken\":false}}'" +
           kUntilTold,
       "pod/web created"},
      {"kubectl get pod web -o 'jsonpath={.spec.volumes}'", ""},
      {"kubectl run lost --image=demo:1.0 "
       "--overrides='{\"spec\":{\"serviceAccountName\":\"none\"}}'",
       "Error from server (Forbidden): pods \"lost\" is forbidden: error looking up service "
       "account " +
           ns() + "/none: serviceaccount \"none\" not found",
       1},
  });
}

TEST_F(Tokens, OfNewNamespacesAreThereAtOnce) {
  play({
      {"kubectl create namespace " + ns() + "-new && kubectl run web -n " + ns() + "-new" +
           kUntilTold,
       "namespace/" + ns() + "-new created\npod/web created"},
      {"kubectl get pod web -n " + ns() + "-new -o 'jsonpath={.spec.serviceAccountName}'",
       "default"},
      {"kubectl delete namespace " + ns() + "-new", "namespace \"" + ns() + "-new\" deleted"},
  });
}

}  // namespace
}  // namespace kubus::e2e
