#include "serving_certificate.h"

#include <algorithm>

#include "kubus/pki/files.h"

namespace kubus::kubelet {
namespace {

using SystemClock = std::chrono::system_clock;
constexpr std::chrono::hours kLife{24 * 365};

// Unset when it is not for this node.
std::optional<SystemClock::time_point> renewal_of(const pki::Pair& pair,
                                                  const std::string& node_name,
                                                  const std::string& node_ip) {
  const auto facts = pki::inspect(pair.certificate_pem);
  if (!facts.ok()) return std::nullopt;
  const auto has = [](const auto& list, const auto& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  if (!has(facts->dns_names, node_name) || !has(facts->addresses, node_ip)) return std::nullopt;
  return facts->renewal();
}

Result<pki::Pair> make_pair(const std::string& node_name, const std::string& node_ip) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(SystemClock::now().time_since_epoch());
  const std::string suffix = "@" + std::to_string(now.count());
  const auto ca = pki::make_ca(node_name + "-ca" + suffix, kLife);
  if (!ca.ok()) return ca.status();
  pki::Request request;
  request.subject.common_name = node_name + suffix;
  request.use = pki::Use::kServer;
  request.dns_names = {node_name};
  request.addresses = {node_ip};
  request.lifetime = kLife;
  auto pair = pki::issue(*ca, request);
  // The chain ends in what signed it, so that whoever wants to can pin that.
  if (pair.ok()) pair->certificate_pem += ca->certificate_pem;
  return pair;
}

}  // namespace

Result<ServingCertificate> ensure_serving_certificate(const std::string& directory,
                                                      const std::string& node_name,
                                                      const std::string& node_ip) {
  const pki::PairFiles files{directory + "/kubelet.crt", directory + "/kubelet.key"};
  // What cannot be read is made anew.
  auto pair = pki::load(files);
  if (pair.ok() && !pair->key_pem.empty()) {
    const auto renewal = renewal_of(*pair, node_name, node_ip);
    if (renewal && *renewal > SystemClock::now())
      return ServingCertificate{std::move(*pair), *renewal};
  }
  KUBUS_TRY(pki::make_directory(directory));
  auto made = make_pair(node_name, node_ip);
  if (!made.ok()) return made.status();
  KUBUS_TRY(pki::save(files, *made));
  const auto renewal = renewal_of(*made, node_name, node_ip);
  if (!renewal) return Status(Code::kInternalError, "a serving certificate is not for this node");
  return ServingCertificate{std::move(*made), *renewal};
}

}  // namespace kubus::kubelet
