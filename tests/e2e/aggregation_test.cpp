// An API server of somebody else behind this one, as users of kubectl meet it. It is a server of
// this test, on the host's side of the cluster's link.
#include "kubus/api/base64.h"
#include "kubus/http/server.h"
#include "kubus/pki/certificate.h"
#include "play.h"

namespace kubus::e2e {
namespace {

// What it says of its one resource, in both versions of OpenAPI.
constexpr const char* kIndex =
    R"({"paths":{"apis/GROUP/v1":{"serverRelativeURL":"/openapi/v3/apis/GROUP/v1?hash=1"}}})";
constexpr const char* kKind = R"({"group":"GROUP","version":"v1","kind":"Flunder"})";
constexpr const char* kFlunder =
    R"({"type":"object","description":"Flunder is a kind of somebody else.","properties":{)"
    R"("apiVersion":{"type":"string"},"kind":{"type":"string"},"metadata":{"$ref":)"
    R"("#/WHERE/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"},"user":{"type":"string",)"
    R"("description":"Who asked for it."}},"x-kubernetes-group-version-kind":[KIND]})";
constexpr const char* kMetadata =
    R"({"type":"object","description":"As they see it.","properties":{"name":{"type":"string"},)"
    R"("namespace":{"type":"string"}}})";
constexpr const char* kPaths =
    R"({"/apis/GROUP/v1/namespaces/{namespace}/flunders":{"get":{"x-kubernetes-action":"list",)"
    R"("x-kubernetes-group-version-kind":KIND,"responses":{"200":{"description":"OK" USE}}}}})";

std::string filled(std::string text, const std::string& mark, const std::string& value) {
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size()))
    text.replace(at, mark.size(), value);
  return text;
}

std::string described(const std::string& where, const std::string& use, const std::string& group) {
  auto text = R"("paths":)" + filled(kPaths, " USE", use) + "," +
              (where == "definitions" ? R"("definitions":{)" : R"("components":{"schemas":{)") +
              R"("com.example.Flunder":)" + filled(kFlunder, "WHERE", where) +
              R"(,"io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta":)" + kMetadata +
              (where == "definitions" ? "}}" : "}}}");
  return filled(filled(text, "KIND", kKind), "GROUP", group);
}

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
             R"("kind":"Flunder","verbs":["get","list","create"],"shortNames":["fl"]}]})";
    else if (request.path() == "/openapi/v3")
      body = filled(kIndex, "GROUP", group_);
    else if (request.path() == "/openapi/v3" + root)
      body = R"({"openapi":"3.0.0","info":{"title":"ext","version":"v0"},)" +
             described("components/schemas", "", group_);
    else if (request.path() == "/openapi/v2")
      body = R"({"swagger":"2.0","info":{"title":"ext","version":"v0"},)" +
             described("definitions", R"(,"schema":{"$ref":"#/definitions/com.example.Flunder"})",
                       group_);
    else if (request.method == "POST")
      body = request.body;
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

// By its own documents: kubectl explains by version 3 and checks by version 2.
TEST_F(Aggregation, ExplainsAndChecksWhatAnotherServerHas) {
  for (const auto& [name, field] : {std::pair("good", "user: me"), std::pair("bad", "colour: red")})
    write(std::string(name) + ".yaml",
          "apiVersion: " + group_ + "/v1\nkind: Flunder\nmetadata: {name: two}\n" + field + "\n");
  play({
      {"kubectl apply -f extension.yaml",
       "…\napiservice.apiregistration.k8s.io/v1." + group_ + " created"},
      {"kubectl explain flunders.user --api-version=" + group_ + "/v1",
       "GROUP:      " + group_ +
           "\nKIND:       Flunder\nVERSION:    v1\n\nFIELD: user <string>\n\n\nDESCRIPTION:\n    "
           "Who "
           "asked for it.\n…",
       0, kEventually},
      {"kubectl explain flunders | grep -A1 DESCRIPTION",
       "DESCRIPTION:\n    Flunder is a kind of somebody else.", 0, kEventually},
      {"kubectl explain deployments.apps.spec.replicas | head -3",
       "GROUP:      apps\nKIND:       Deployment\nVERSION:    v1"},
      {"kubectl create -f bad.yaml",
       "error: error validating \"bad.yaml\": error validating data: … unknown field \"colour\" "
       "in com.example.Flunder; if you choose to ignore these errors, turn validation off with "
       "--validate=false",
       1, kEventually},
      {"kubectl create -f good.yaml", "flunder." + group_ + "/two created"},
  });
}

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
