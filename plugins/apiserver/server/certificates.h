// From options to the certificates, the kubeconfig and the TLS settings.
//
// Thread safety: free functions; they read and write files.
#pragma once

#include <memory>
#include <string>

#include "kubus/http/tls.h"
#include "kubus/pki/certificate.h"
#include "kubus/status.h"
#include "pki/cluster_pki.h"
#include "server/options.h"

namespace kubus::apiserver {

struct Certificates {
  std::string ca_pem;
  std::string service_account_key_pem;
  std::shared_ptr<http::ServerTls> server;
  std::shared_ptr<const http::ClientTls> kubelet_client;
  pki::Pair front_proxy_client;    // with what we speak for our clients to other API servers
  std::string front_proxy_ca_pem;  // of proxies that are believed, this server among them
};

// As they were last read.
struct HeldCertificates {
  ClusterPki pki;
  pki::Pair serving;  // that of the options, else pki.server
};
// Makes those that are missing or no longer fit. `service_address` is the cluster address of the
// kubernetes Service.
Result<HeldCertificates> ensure_certificates(const Options& options,
                                             const std::string& service_address);
// Takes up what has changed on disk; false when nothing has.
bool reread_certificates(const Options& options, HeldCertificates& held);
Result<Certificates> tls_settings(const Options& options, const HeldCertificates& held);
// Writes the administrator's kubeconfig for a server that listens on `port`.
Status write_kubeconfig(const Options& options, std::uint16_t port);

}  // namespace kubus::apiserver
