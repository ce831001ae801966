#include "server/certificates.h"

#include <unistd.h>

#include "kubus/pki/files.h"
#include "server/advertise.h"

namespace kubus::apiserver {
namespace {

ClusterOptions cluster_options(const Options& options, const std::string& service_address) {
  ClusterOptions cluster;
  cluster.directory = options.cert_dir;
  cluster.cluster_domain = options.cluster_domain;
  cluster.addresses = {options.advertise_address};
  if (!service_address.empty()) cluster.addresses.push_back(service_address);
  char name[256] = "";
  if (::gethostname(name, sizeof(name) - 1) == 0 && name[0] != '\0')
    cluster.dns_names.emplace_back(name);
  for (const auto& extra : options.extra_sans)
    (is_address(extra) ? cluster.addresses : cluster.dns_names).push_back(extra);
  return cluster;
}

// An empty text when no file is named.
Result<std::string> read_ca(const std::string& file, const char* key) {
  if (file.empty()) return std::string();
  auto text = pki::read_file(file);
  if (!text.ok()) return text.status().annotate(key);
  return text;
}

Result<pki::Pair> serving_pair(const Options& options, const ClusterPki& pki) {
  if (options.tls_cert_file.empty()) return pki.server;
  auto pair = pki::load({options.tls_cert_file, options.tls_key_file});
  if (!pair.ok()) return pair.status().annotate("tls_cert_file");
  if (pair->key_pem.empty())
    return Status(Code::kNotFound, "tls_cert_file: there is no " + options.tls_cert_file);
  if (!pki::is_pair(*pair))
    return Status(Code::kInvalid, "tls_private_key_file is not the key of tls_cert_file");
  return pair;
}

}  // namespace

Result<HeldCertificates> ensure_certificates(const Options& options,
                                             const std::string& service_address) {
  auto certs = ensure_cluster_pki(cluster_options(options, service_address));
  if (!certs.ok()) return certs.status().annotate("certificates");
  auto serving = serving_pair(options, *certs);
  if (!serving.ok()) return serving.status();
  return HeldCertificates{std::move(*certs), std::move(*serving)};
}

bool reread_certificates(const Options& options, HeldCertificates& held) {
  bool changed = take_up_leaves(options.cert_dir, held.pki);
  auto serving = serving_pair(options, held.pki);
  if (serving.ok() && serving->certificate_pem != held.serving.certificate_pem) {
    held.serving = std::move(*serving);
    changed = true;
  }
  return changed;
}

Result<Certificates> tls_settings(const Options& options, const HeldCertificates& held) {
  const auto& certs = held.pki;
  auto kubelet_ca = read_ca(options.kubelet_ca, "kubelet_ca");
  if (!kubelet_ca.ok()) return kubelet_ca.status();
  auto front_proxy_ca = read_ca(options.front_proxy_ca, "requestheader_client_ca_file");
  if (!front_proxy_ca.ok()) return front_proxy_ca.status();
  // Without another one, only this server is believed when it speaks for others.
  if (front_proxy_ca->empty()) *front_proxy_ca = certs.front_proxy_ca.certificate_pem;
  auto server = http::ServerTls::make(held.serving.certificate_pem, held.serving.key_pem,
                                      certs.ca.certificate_pem);
  if (!server.ok()) return server.status();
  auto client = http::ClientTls::make(certs.kubelet_client.certificate_pem,
                                      certs.kubelet_client.key_pem, *kubelet_ca);
  if (!client.ok()) return client.status();
  return Certificates{
      certs.ca.certificate_pem, certs.service_account.key_pem, std::move(*server),
      std::move(*client),       certs.front_proxy,             std::move(*front_proxy_ca)};
}

Status write_kubeconfig(const Options& options, std::uint16_t port) {
  const auto read = [&](const char* name) { return pki::read_file(options.cert_dir + "/" + name); };
  auto ca = read("ca.crt"), certificate = read("admin.crt"), key = read("admin.key");
  for (const auto* file : {&ca, &certificate, &key})
    if (!file->ok()) return file->status();
  std::string url = options.kubeconfig_server;
  if (url.empty()) url = options.url(port);
  return pki::write_file(options.kubeconfig_path,
                         kubeconfig(url, *ca, {*certificate, *key}, "kubus", "kubernetes-admin"));
}

}  // namespace kubus::apiserver
