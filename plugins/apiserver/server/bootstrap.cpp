#include "server/bootstrap.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "kubus/api/json.h"
#include "registry/reflect.h"
#include "token/legacy_use.h"

namespace kubus::apiserver {
namespace {

std::string endpoint_slice_json(const std::string& address, const std::string& port) {
  return R"({"metadata":{"name":"kubernetes","namespace":"default","labels":)"
         R"({"kubernetes.io/service-name":"kubernetes"}},"addressType":"IPv4",)"
         R"("endpoints":[{"addresses":[")" +
         address + R"("],"conditions":{"ready":true}}],"ports":[{"name":"https","port":)" + port +
         R"(,"protocol":"TCP"}]})";
}

std::string endpoints_json(const std::string& address, const std::string& port) {
  return R"({"metadata":{"name":"kubernetes","namespace":"default","labels":)"
         R"({"endpointslice.kubernetes.io/skip-mirror":"true"}},"subsets":[{"addresses":[{"ip":")" +
         address + R"("}],"ports":[{"name":"https","port":)" + port + R"(,"protocol":"TCP"}]}]})";
}

std::string service_json(const std::string& address, const std::string& port) {
  return R"({"metadata":{"name":"kubernetes","namespace":"default","labels":)"
         R"({"component":"apiserver","provider":"kubernetes"}},"spec":{"clusterIP":")" +
         address + R"(","clusterIPs":[")" + address +
         R"("],"type":"ClusterIP","sessionAffinity":"None","ports":[{"name":"https","port":443,)"
         R"("protocol":"TCP","targetPort":)" +
         port + "}]}}";
}

std::string authentication_json(const std::string& facts) {
  return R"({"metadata":{"name":"extension-apiserver-authentication","namespace":"kube-system"},)"
         R"("data":)" +
         facts + "}";
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string json;
  for (const auto& text : texts) {
    if (!json.empty()) json += ',';
    append_json_string(text, json);
  }
  return "[" + json + "]";
}

std::string priority_json(const std::string& name, const std::string& value) {
  return R"({"metadata":{"name":")" + name + R"("},"value":)" + value +
         R"(,"preemptionPolicy":"PreemptLowerPriority","description":")" +
         (name == "system-node-critical"
              ? "For system pods that must stay on their node, above all others."
              : "For system pods the cluster needs, which may move to another node.") +
         "\"}";
}

}  // namespace

std::string authentication_facts(const std::string& client_ca, const std::string& front_proxy_ca,
                                 const FrontProxyOptions& front_proxy) {
  std::string json;
  const auto add = [&](const char* key, const std::string& value) {
    json += std::string(json.empty() ? "{" : ",") + "\"" + key + "\":";
    append_json_string(value, json);
  };
  add("client-ca-file", client_ca);
  if (!front_proxy_ca.empty()) {
    add("requestheader-client-ca-file", front_proxy_ca);
    add("requestheader-allowed-names", json_list(front_proxy.allowed_names));
    add("requestheader-username-headers", json_list(front_proxy.user_headers));
    add("requestheader-uid-headers", json_list(front_proxy.uid_headers));
    add("requestheader-group-headers", json_list(front_proxy.group_headers));
    add("requestheader-extra-headers-prefix", json_list(front_proxy.extra_prefixes));
  }
  return json + "}";
}

Bootstrap::Bootstrap(Registry& registry, const Options& options, const std::string& service_address,
                     std::uint16_t port, const std::string& facts)
    : registry_(registry) {
  for (const char* name : {"kube-system", "kube-public", "kube-node-lease", "default"})
    wanted_.push_back({"", "v1", "namespaces", "", name,
                       R"({"metadata":{"name":")" + std::string(name) + "\"}}"});
  for (const auto& [name, value] : {std::pair{"system-cluster-critical", "2000000000"},
                                    std::pair{"system-node-critical", "2000001000"}})
    wanted_.push_back(
        {"scheduling.k8s.io", "v1", "priorityclasses", "", name, priority_json(name, value)});
  const auto number = std::to_string(port);
  wanted_.push_back(
      {"", "v1", "services", "default", "kubernetes", service_json(service_address, number)});
  // Whoever is asked in the API server's name finds here whose certificates to believe.
  wanted_.push_back({"", "v1", "configmaps", "kube-system", "extension-apiserver-authentication",
                     authentication_json(facts), true});
  // Since when the use of tokens in Secrets is written down.
  const std::string tracking = "kube-apiserver-legacy-service-account-token-tracking";
  wanted_.push_back({"", "v1", "configmaps", "kube-system", tracking,
                     R"({"metadata":{"name":")" + tracking +
                         R"(","namespace":"kube-system"},"data":{"since":")" +
                         day_of(std::chrono::system_clock::now()) + "\"}}"});
  // An endpoint nobody else can reach would lead everybody to themselves.
  if (options.advertise_address.starts_with("127.")) return;
  wanted_.push_back({"discovery.k8s.io", "v1", "endpointslices", "default", "kubernetes",
                     endpoint_slice_json(options.advertise_address, number), true});
  wanted_.push_back({"", "v1", "endpoints", "default", "kubernetes",
                     endpoints_json(options.advertise_address, number), true});
}

void Bootstrap::run(UniqueFunction<void(Status)> done) {
  done_ = std::move(done);
  next();
}

CallPtr Bootstrap::make_call(const Wanted& wanted, const char* verb) const {
  const auto* resource = find_resource(wanted.group, wanted.version, wanted.plural);
  return own_call(registry_.cache(), *resource, wanted.ns, wanted.name, verb);
}

void Bootstrap::next() {
  if (at_ == wanted_.size()) return done_({});
  const auto& wanted = wanted_[at_++];
  auto call = make_call(wanted, "create");
  std::shared_ptr<Message> object = new_message(*call->resource);
  if (auto status = from_json(wanted.json, *object); !status.ok()) return done_(status);
  auto self = shared_from_this();
  auto settled = [self](Result<Answer> result) { self->settle(result); };
  if (!call->cache->get(call->key()))
    return registry_.create_object(std::move(call), clone(*object), std::move(settled));
  if (!wanted.refresh) return settled(Answer());
  registry_.change(
      make_call(wanted, "update"), Part::kMain,
      [object](const Object& stored, const Message&) -> Result<MessagePtr> {
        MessagePtr next = clone(*object);
        metadata_of(*next)->set_resourceversion(std::to_string(stored.revision()));
        return next;
      },
      std::move(settled));
}

void Bootstrap::settle(const Result<Answer>& result) {
  if (!result.ok() && result.code() != Code::kAlreadyExists)
    return done_(result.status().annotate(wanted_[at_ - 1].plural + " " + wanted_[at_ - 1].name));
  next();
}

}  // namespace kubus::apiserver
