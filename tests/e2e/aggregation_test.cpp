// An API server of somebody else behind this one, as users of kubectl meet it. It is a server of
// this test, on the host's side of the cluster's link.
#include "kubus/api/base64.h"
#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"
#include "play.h"

namespace kubus::e2e {
namespace {

// Serves one resource, whose objects say who asked.
class Extension final : public http::Handler {
 public:
  Extension(const std::string& address, const std::string& name, const std::string& proxy_ca,
            std::string group)
      : group_(std::move(group)), ca_(*pki::make_ca("extension", std::chrono::hours(1))) {
    pki::Request request;
    request.subject.common_name = name;
    request.use = pki::Use::kServer;
    request.dns_names = {name};
    const auto pair = *pki::issue(ca_, request);
    http::ServerOptions options;
    options.address = address;
    options.port = 0;
    server_ = std::make_unique<http::Server>(
        options, *http::ServerTls::make(pair.certificate_pem, pair.key_pem, proxy_ca), *this);
    if (!server_->start().ok()) throw std::runtime_error("the extension does not start");
  }
  ~Extension() override { stop(); }
  void stop() { server_->stop(std::chrono::milliseconds(100)); }

  std::string port() const { return std::to_string(server_->port()); }
  std::string ca_bundle() const { return encode_base64(ca_.certificate_pem); }

  void handle(std::shared_ptr<http::Exchange> exchange) override {
    const auto& request = exchange->request();
    // Only the cluster's own server is believed.
    if (request.peer.common_name != "front-proxy-client")
      return exchange->respond(failure(401, "who are you?"));
    const auto root = "/apis/" + group_ + "/v1";
    http::Response response;
    response.headers.add("Content-Type", "application/json");
    std::string body;
    if (request.path() == root)
      body = R"({"kind":"APIResourceList","apiVersion":"v1","groupVersion":")" + group_ +
             R"(/v1","resources":[{"name":"flunders","singularName":"flunder","namespaced":true,)"
             R"("kind":"Flunder","verbs":["get","list"],"shortNames":["fl"]}]})";
    else if (request.path().find("/flunders") != std::string_view::npos)
      body = R"({"kind":"FlunderList","apiVersion":")" + group_ +
             R"(/v1","metadata":{},"items":[{"metadata":{"name":"one","namespace":"default"},)"
             R"("user":")" +
             std::string(request.headers.get("X-Remote-User")) + R"("}]})";
    else
      response.status = 404;
    response.body.emplace_back(std::move(body));
    exchange->respond(std::move(response));
  }
  http::Response failure(int status, std::string message) override {
    http::Response response;
    response.status = status;
    response.body.emplace_back(std::move(message));
    return response;
  }

 private:
  const std::string group_;
  pki::Pair ca_;
  std::unique_ptr<http::Server> server_;
};

class Aggregation : public Play {
 protected:
  void SetUp() override {
    Play::SetUp();
    if (IsSkipped()) return;
    const auto node =
        output_of("kubectl get nodes -o jsonpath='{.items[0].status.addresses[0].address}'");
    const auto host = output_of("ip -o route get " + node + " | sed 's/.* src \\([^ ]*\\).*/\\1/'");
    const auto proxy_ca = output_of(
        "kubectl get configmap -n kube-system extension-apiserver-authentication -o "
        "jsonpath='{.data.requestheader-client-ca-file}'");
    group_ = ns() + ".example.com";
    server_ = std::make_unique<Extension>(host, "ext." + ns() + ".svc", proxy_ca + "\n", group_);
    write("extension.yaml", R"(
apiVersion: v1
kind: Service
metadata: {name: ext}
spec: {ports: [{port: 443}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ext-1, labels: {kubernetes.io/service-name: ext}}
addressType: IPv4
ports: [{name: "", port: )" + server_->port() +
                                R"(}]
endpoints: [{addresses: [)" + host +
                                R"(]}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.)" + group_ +
                                R"(}
spec:
  group: )" + group_ + R"(
  version: v1
  groupPriorityMinimum: 100
  versionPriority: 10
  service: {name: ext, namespace: )" +
                                ns() + R"(}
  caBundle: )" + server_->ca_bundle() +
                                "\n");
  }
  void TearDown() override {
    if (!IsSkipped()) output_of("kubectl delete apiservice v1." + group_ + " --ignore-not-found");
    Play::TearDown();
  }

  std::string group_;
  std::unique_ptr<Extension> server_;
};

TEST_F(Aggregation, ServesWhatAnotherServerHas) {
  play({
      {"kubectl apply -f extension.yaml",
       "…\napiservice.apiregistration.k8s.io/v1." + group_ + " created"},
      {"kubectl get apiservice v1." + group_,
       "NAME … SERVICE … AVAILABLE … AGE\nv1." + group_ + " … " + ns() + "/ext … True …", 0,
       kEventually},
      {"kubectl api-resources --api-group=" + group_, R"(
NAME       SHORTNAMES   APIVERSION … NAMESPACED   KIND
flunders   fl           )" + group_ + R"(/v1 … true         Flunder
)",
       0, kEventually},
      {"kubectl get fl -A -o jsonpath='{.items[0].user}'", "kubernetes-admin"},
      {"kubectl get --raw /apis/" + group_ +
           "/v1/flunders --as=jane --as-group=system:masters"
           " | grep -o '\"user\":\"[a-z]*\"'",
       "\"user\":\"jane\""},
      {"kubectl get fl --as=nobody-at-all",
       "Error from server (Forbidden): flunders." + group_ +
           " is forbidden: User \"nobody-at-all\" cannot list resource \"flunders\" in API group "
           "\"" +
           group_ + "\" in the namespace \"" + ns() + "\"",
       1},
  });
  server_->stop();
  play({
      {"kubectl label service ext look=again", "service/ext labeled"},
      {"kubectl get apiservice v1." + group_ + " -o jsonpath='{.status.conditions[0].reason}'",
       "FailedDiscoveryCheck", 0, kEventually},
      {"kubectl get --raw /apis/" + group_ + "/v1/flunders",
       "Error from server (ServiceUnavailable): the server is currently unable to handle the "
       "request",
       1},
      {"kubectl delete apiservice v1." + group_,
       "apiservice.apiregistration.k8s.io \"v1." + group_ + "\" deleted"},
      {"kubectl api-resources --api-group=" + group_,
       "NAME   SHORTNAMES   APIVERSION   NAMESPACED   KIND", 0, kEventually},
  });
}

}  // namespace
}  // namespace kubus::e2e
