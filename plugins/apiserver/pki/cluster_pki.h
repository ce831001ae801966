// The certificates of a cluster: made on the first start, kept in one directory, renewed when they
// no longer fit.
//
// Thread safety: ensure_cluster_pki() from one thread; the result is a value.
#pragma once

#include <string>
#include <vector>

#include "kubus/pki/certificate.h"
#include "kubus/status.h"

namespace kubus::apiserver {

struct ClusterOptions {
  std::string directory;
  std::vector<std::string> dns_names;  // the server is reached by these, besides the usual ones
  std::vector<std::string> addresses;
  std::string cluster_domain = "cluster.local";
};

struct ClusterPki {
  pki::Pair ca;               // ca.crt, ca.key
  pki::Pair server;           // apiserver.crt, apiserver.key
  pki::Pair kubelet_client;   // apiserver-kubelet-client.crt, .key: with what we call kubelets
  pki::Pair admin;            // admin.crt, admin.key: in system:masters
  pki::Pair front_proxy_ca;   // front-proxy-ca.crt, .key
  pki::Pair front_proxy;      // front-proxy-client.crt, .key: with what we speak for our clients
  pki::Pair service_account;  // sa.pub, sa.key
};

// Reads what is there and makes what is missing. A leaf certificate is made anew when it was not
// signed by the CA, lacks a name, or has spent four fifths of its life; a CA never is. A file that
// is there but cannot be read is an error: nothing is overwritten then.
Result<ClusterPki> ensure_cluster_pki(const ClusterOptions& options);

// Takes up those leaves in the directory that are not what they are in `pki`; false when there are
// none. One whose two files do not belong together is about to be replaced, and left for later.
bool take_up_leaves(const std::string& directory, ClusterPki& pki);
// When ensure_cluster_pki() will renew the first of the leaves.
std::chrono::system_clock::time_point renewal_of(const ClusterPki& pki);

// A kubeconfig for `pair` at `server_url`.
std::string kubeconfig(const std::string& server_url, const std::string& ca_pem,
                       const pki::Pair& pair, const std::string& cluster, const std::string& user);

}  // namespace kubus::apiserver
