// Certificates: asked for, approved by people and by themselves, signed, and used.
#include "play.h"

namespace kubus::e2e {
namespace {

class Certificates : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    // A key of its own and a request for a certificate, as yaml.
    write("ask",
          R"(#!/bin/sh
name="$1" subject="$2" signer="$3" usages="$4"; shift 4
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$name.key" \
  -subj "$subject" -out "$name.csr" "$@" 2>/dev/null
cat <<END
apiVersion: certificates.k8s.io/v1
kind: CertificateSigningRequest
metadata: {name: $name}
spec:
  request: $(base64 -w0 <"$name.csr")
  signerName: kubernetes.io/$signer
  usages: [$usages]
  expirationSeconds: 86400
END
)",
          true);
    // kubectl with the options of nobody but who is named.
    write("anyone",
          R"(#!/bin/sh
server=$(kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}')
kubectl config view --minify --raw -o 'jsonpath={.clusters[0].cluster.certificate-authority-data}' |
  base64 -d > ca.crt
exec kubectl --kubeconfig=/dev/null --server="$server" --certificate-authority=ca.crt -n )" +
              ns() + R"( "$@"
)",
          true);
    write("holder",
          R"(#!/bin/sh
name="$1"; shift
kubectl get csr "$name" -o 'jsonpath={.status.certificate}' | base64 -d > "$name.crt"
exec ./anyone --client-certificate="$name.crt" --client-key="$name.key" "$@"
)",
          true);
  }

  std::string created(const std::string& name) const {
    return "certificatesigningrequest.certificates.k8s.io/" + name + " created";
  }
  // What `kubectl get csr` shows of a request.
  static std::string row(const std::string& name, const std::string& signer,
                         const std::string& by, const std::string& state) {
    return name + " … kubernetes.io/" + signer + " " + by + " 24h " + state;
  }
  static std::string shown(const std::string& name) {
    return "kubectl get csr " + name + " --no-headers | tr -s ' '";
  }
  // Of a person who is `name`, as a client.
  std::string ask(const std::string& name, const std::string& usages = "client auth") const {
    return "./ask " + name + " /O=dev/CN=" + name + " kube-apiserver-client '" + usages +
           "' | kubectl apply -f -";
  }
};

const std::string kAdmin = "kubernetes-admin";
const std::string kClient = "kube-apiserver-client";
const std::string kNode = "kube-apiserver-client-kubelet";

TEST_F(Certificates, AreApprovedSignedAndUsed) {
  const std::string ann = ns() + "-ann";
  play({
      {ask(ann), created(ann)},
      {"kubectl get csr " + ann,
       "NAME … AGE … SIGNERNAME … REQUESTOR … REQUESTEDDURATION … CONDITION\n" + ann +
           " … kubernetes.io/kube-apiserver-client … kubernetes-admin … 24h … Pending"},
      {"kubectl certificate approve " + ann,
       "certificatesigningrequest.certificates.k8s.io/" + ann + " approved"},
      {shown(ann), row(ann, kClient, kAdmin, "Approved,Issued"), 0, kEventually},
      {"kubectl get csr " + ann + " -o 'jsonpath={.status.conditions[0].reason}'",
       "KubectlApprove"},
      {"./holder " + ann + " auth whoami -o 'jsonpath={.status.userInfo.username}'", ann},
      {"./holder " + ann + " auth whoami -o 'jsonpath={.status.userInfo.groups}'",
       R"(["dev","system:authenticated"])"},
      {"./holder " + ann + " get pods",
       "Error from server (Forbidden): pods is forbidden: User \"" + ann +
           "\" cannot list resource \"pods\" in API group \"\" in the namespace \"" + ns() + "\"",
       1},
      {"kubectl create rolebinding reader --clusterrole=view --user=" + ann,
       "rolebinding.rbac.authorization.k8s.io/reader created"},
      {"./holder " + ann + " get pods", "No resources found in … namespace."},
      {"openssl x509 -in " + ann + ".crt -noout -ext extendedKeyUsage | tail -1 | tr -d ' '",
       "TLSWebClientAuthentication"},
      {"openssl x509 -in " + ann + ".crt -noout -checkend 85000", "Certificate will not expire"},
      {"openssl x509 -in " + ann + ".crt -noout -checkend 86400", "Certificate will expire", 1},
      {"kubectl delete csr " + ann,
       "certificatesigningrequest.certificates.k8s.io \"" + ann + "\" deleted"},
  });
}

TEST_F(Certificates, AreDenied) {
  const std::string bob = ns() + "-bob";
  play({
      {ask(bob), created(bob)},
      {"kubectl certificate deny " + bob,
       "certificatesigningrequest.certificates.k8s.io/" + bob + " denied"},
      {shown(bob), row(bob, kClient, kAdmin, "Denied")},
      {"kubectl certificate approve " + bob,
       "error: certificate signing request \"" + bob + "\" is already Denied", 1},
      {"kubectl get csr " + bob + " -o 'jsonpath={.status.certificate}'", ""},
      {"kubectl delete csr " + bob,
       "certificatesigningrequest.certificates.k8s.io \"" + bob + "\" deleted"},
  });
}

TEST_F(Certificates, AreNotSignedForWhatTheirSignerDoesNotAllow) {
  const std::string eve = ns() + "-eve";
  play({
      {ask(eve, "client auth, server auth"), created(eve)},
      {"kubectl certificate approve " + eve,
       "certificatesigningrequest.certificates.k8s.io/" + eve + " approved"},
      {shown(eve), row(eve, kClient, kAdmin, "Approved,Failed"), 0, kEventually},
      {"kubectl get csr " + eve + " -o 'jsonpath={.status.conditions[1].reason}: "
                                  "{.status.conditions[1].message}'",
       "SignerValidationFailure: invalid usage for client certificate: server auth"},
      {"kubectl delete csr " + eve,
       "certificatesigningrequest.certificates.k8s.io \"" + eve + "\" deleted"},
  });
}

TEST_F(Certificates, AreRefusedForTheMastersAndForNonsense) {
  const std::string mallory = ns() + "-mallory";
  play({
      {"./ask " + mallory + " /O=system:masters/CN=root kube-apiserver-client 'client auth' | "
                            "kubectl create -f -",
       "Error from server (Forbidden): error when creating \"STDIN\": "
       "certificatesigningrequests.certificates.k8s.io \"" +
           mallory +
           "\" is forbidden: use of kubernetes.io/kube-apiserver-client signer with "
           "system:masters group is not allowed",
       1},
      {"./ask " + mallory + " /CN=root kubelet-serving 'server auth' | "
                            "sed 's/request: .*/request: YQ==/' | kubectl create -f -",
       "The CertificateSigningRequest \"" + mallory +
           "\" is invalid: spec.request: Invalid value: \"YQ==\": PEM block type must be "
           "CERTIFICATE REQUEST",
       1},
  });
}

// A new node has a token only; what it gets for it lets it renew itself.
TEST_F(Certificates, OfNodesAreApprovedByThemselves) {
  const std::string first = ns() + "-first", second = ns() + "-second";
  const std::string node = "system:node:" + ns();
  const std::string as_token = "./anyone --token=kubus1.0123456789abcdef ";
  const auto ask_as = [&](const std::string& name, const std::string& who) {
    return "./ask " + name + " /O=system:nodes/CN=" + node + " " + kNode +
           " 'client auth, digital signature' | " + who + "create -f -";
  };
  const auto bind = [&](const std::string& name, const std::string& role,
                        const std::string& group) {
    return Step{"kubectl create clusterrolebinding " + ns() + "-" + name +
                    " --clusterrole=" + role + " --group=" + group,
                "clusterrolebinding.rbac.authorization.k8s.io/" + ns() + "-" + name + " created"};
  };
  const std::string requests = "system:certificates.k8s.io:certificatesigningrequests:";
  play({
      {"kubectl -n kube-system create secret generic bootstrap-token-kubus1 "
       "--type=bootstrap.kubernetes.io/token --from-literal=token-id=kubus1 "
       "--from-literal=token-secret=0123456789abcdef "
       "--from-literal=usage-bootstrap-authentication=true",
       "secret/bootstrap-token-kubus1 created"},
      bind("asks", "system:node-bootstrapper", "system:bootstrappers"),
      {ask_as(first, as_token), created(first)},
      {shown(first), row(first, kNode, "system:bootstrap:kubus1", "Pending")},
      bind("joins", requests + "nodeclient", "system:bootstrappers"),
      {shown(first), row(first, kNode, "system:bootstrap:kubus1", "Approved,Issued"), 0,
       kEventually},
      {"kubectl get csr " + first + " -o 'jsonpath={.status.conditions[0].reason}: "
                                    "{.status.conditions[0].message}'",
       "AutoApproved: Auto approving kubelet client certificate after SubjectAccessReview."},
      {"./holder " + first + " auth whoami -o 'jsonpath={.status.userInfo.username}'", node},
      bind("renews", requests + "selfnodeclient", "system:nodes"),
      {ask_as(second, "./holder " + first + " "), created(second)},
      {shown(second), row(second, kNode, node, "Approved,Issued"), 0, kEventually},
      {"kubectl get csr " + second + " -o 'jsonpath={.status.conditions[0].message}'",
       "Auto approving self kubelet client certificate after SubjectAccessReview."},
      {"kubectl delete csr " + first + " " + second + " | wc -l", "2"},
      {"kubectl delete clusterrolebinding " + ns() + "-asks " + ns() + "-joins " + ns() +
           "-renews | wc -l",
       "3"},
      {"kubectl -n kube-system delete secret bootstrap-token-kubus1 | wc -l", "1"},
  });
}

}  // namespace
}  // namespace kubus::e2e
