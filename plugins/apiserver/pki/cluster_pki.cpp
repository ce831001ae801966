#include "pki/cluster_pki.h"

#include <algorithm>

#include "kubus/api/base64.h"
#include "kubus/pki/files.h"

namespace kubus::apiserver {
namespace {

constexpr std::chrono::hours kYear{24 * 365};
constexpr std::chrono::hours kCaLife = 10 * kYear;

struct LeafFiles {
  const char* stem;
  pki::Pair ClusterPki::*pair;
};
constexpr LeafFiles kServer = {"apiserver", &ClusterPki::server};
constexpr LeafFiles kKubeletClient = {"apiserver-kubelet-client", &ClusterPki::kubelet_client};
constexpr LeafFiles kAdmin = {"admin", &ClusterPki::admin};
constexpr LeafFiles kFrontProxy = {"front-proxy-client", &ClusterPki::front_proxy};
constexpr LeafFiles kLeaves[] = {kServer, kKubeletClient, kAdmin, kFrontProxy};

pki::PairFiles files_of(const std::string& directory, const LeafFiles& leaf) {
  const std::string stem = directory + "/" + leaf.stem;
  return {stem + ".crt", stem + ".key"};
}

bool contains_all(const std::vector<std::string>& have, const std::vector<std::string>& want) {
  return std::all_of(want.begin(), want.end(), [&](const auto& name) {
    return std::find(have.begin(), have.end(), name) != have.end();
  });
}

bool still_fits(const pki::Pair& pair, const pki::Pair& ca, const pki::Request& request) {
  if (!pki::matches(pair, ca.certificate_pem)) return false;
  const auto facts = pki::inspect(pair.certificate_pem);
  return facts.ok() && facts->subject.common_name == request.subject.common_name &&
         facts->subject.organizations == request.subject.organizations &&
         contains_all(facts->dns_names, request.dns_names) &&
         contains_all(facts->addresses, request.addresses) &&
         facts->renewal() > std::chrono::system_clock::now();
}

Result<pki::Pair> ensure_leaf(const pki::PairFiles& files, const pki::Pair& ca,
                              const pki::Request& request) {
  auto pair = pki::load(files);
  if (pair.ok() && !pair->key_pem.empty() && still_fits(*pair, ca, request)) return pair;
  auto made = pki::issue(ca, request);
  if (!made.ok()) return made;
  KUBUS_TRY(pki::save(files, *made));
  return made;
}

template <class Make>
Result<pki::Pair> ensure_once(const pki::PairFiles& files, Make make) {
  auto pair = pki::load(files);
  if (!pair.ok() || !pair->key_pem.empty()) return pair;
  auto made = make();
  if (!made.ok()) return made;
  KUBUS_TRY(pki::save(files, *made));
  return made;
}

pki::Request server_request(const ClusterOptions& options) {
  pki::Request request;
  request.subject.common_name = "kube-apiserver";
  request.use = pki::Use::kServer;
  request.dns_names = {"kubernetes", "kubernetes.default", "kubernetes.default.svc",
                       "kubernetes.default.svc." + options.cluster_domain, "localhost"};
  request.addresses = {"127.0.0.1"};
  const auto add = [](std::vector<std::string>& to, const std::vector<std::string>& from) {
    for (const auto& name : from)
      if (std::find(to.begin(), to.end(), name) == to.end()) to.push_back(name);
  };
  add(request.dns_names, options.dns_names);
  add(request.addresses, options.addresses);
  return request;
}

pki::Request client_request(const std::string& name, const std::string& organization) {
  pki::Request request;
  request.subject.common_name = name;
  if (!organization.empty()) request.subject.organizations = {organization};
  return request;
}

}  // namespace

Result<ClusterPki> ensure_cluster_pki(const ClusterOptions& options) {
  KUBUS_TRY(pki::make_directory(options.directory));
  const auto path = [&](const char* name) { return options.directory + "/" + name; };
  ClusterPki made;
  auto ca = ensure_once({path("ca.crt"), path("ca.key")},
                        [] { return pki::make_ca("kubernetes", kCaLife); });
  if (!ca.ok()) return ca.status();
  made.ca = std::move(*ca);
  auto front_proxy_ca = ensure_once({path("front-proxy-ca.crt"), path("front-proxy-ca.key")},
                                    [] { return pki::make_ca("front-proxy-ca", kCaLife); });
  if (!front_proxy_ca.ok()) return front_proxy_ca.status();
  made.front_proxy_ca = std::move(*front_proxy_ca);

  struct Leaf {
    const LeafFiles& files;
    pki::Request request;
    const pki::Pair& ca;
  };
  const Leaf leaves[] = {
      {kServer, server_request(options), made.ca},
      {kKubeletClient, client_request("kube-apiserver-kubelet-client", "system:masters"), made.ca},
      {kAdmin, client_request("kubernetes-admin", "system:masters"), made.ca},
      {kFrontProxy, client_request("front-proxy-client", ""), made.front_proxy_ca},
  };
  for (const auto& leaf : leaves) {
    auto pair = ensure_leaf(files_of(options.directory, leaf.files), leaf.ca, leaf.request);
    if (!pair.ok()) return pair.status();
    made.*leaf.files.pair = std::move(*pair);
  }
  auto signing =
      ensure_once({path("sa.pub"), path("sa.key")}, [] { return pki::make_signing_key(); });
  if (!signing.ok()) return signing.status();
  made.service_account = std::move(*signing);
  return made;
}

bool take_up_leaves(const std::string& directory, ClusterPki& pki) {
  bool any = false;
  for (const auto& leaf : kLeaves) {
    auto& held = pki.*leaf.pair;
    auto pair = pki::load(files_of(directory, leaf));
    if (!pair.ok() || pair->certificate_pem == held.certificate_pem || !pki::is_pair(*pair))
      continue;
    held = std::move(*pair);
    any = true;
  }
  return any;
}

std::chrono::system_clock::time_point renewal_of(const ClusterPki& pki) {
  auto first = std::chrono::system_clock::time_point::max();
  for (const auto& leaf : kLeaves) {
    const auto facts = pki::inspect((pki.*leaf.pair).certificate_pem);
    if (facts.ok()) first = std::min(first, facts->renewal());
  }
  return first;
}

std::string kubeconfig(const std::string& server_url, const std::string& ca_pem,
                       const pki::Pair& pair, const std::string& cluster, const std::string& user) {
  const std::string context = user + "@" + cluster;
  return "apiVersion: v1\nkind: Config\nclusters:\n- name: " + cluster +
         "\n  cluster:\n    certificate-authority-data: " + encode_base64(ca_pem) +
         "\n    server: " + server_url + "\ncontexts:\n- name: " + context +
         "\n  context:\n    cluster: " + cluster + "\n    user: " + user +
         "\ncurrent-context: " + context + "\npreferences: {}\nusers:\n- name: " + user +
         "\n  user:\n    client-certificate-data: " + encode_base64(pair.certificate_pem) +
         "\n    client-key-data: " + encode_base64(pair.key_pem) + "\n";
}

}  // namespace kubus::apiserver
