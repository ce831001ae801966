#include "server/certificate_keeper.h"

#include <algorithm>

namespace kubus::apiserver {
namespace {

constexpr std::chrono::hours kRetry{1};
// The timer does not follow the system's clock, nor a machine that slept.
constexpr std::chrono::hours kLongestWait{24};

}  // namespace

CertificateKeeper::CertificateKeeper(Context& context, const Options& options,
                                     std::string service_address)
    : context_(context),
      options_(options),
      service_address_(std::move(service_address)),
      watch_(context, [this] { return refresh(); }) {}

Result<Certificates> CertificateKeeper::open() {
  auto held = ensure_certificates(options_, service_address_);
  if (!held.ok()) return held.status();
  held_ = std::move(*held);
  return tls_settings(options_, held_);
}

void CertificateKeeper::start(Use use) {
  use_ = std::move(use);
  std::vector<std::string> files = {options_.cert_dir + "/ca.crt"};
  for (const auto& file : {options_.tls_cert_file, options_.tls_key_file})
    if (!file.empty()) files.push_back(file);
  watch_.start(files);
}

// How long until it is to be called again at the latest.
Duration CertificateKeeper::refresh() {
  bool changed = reread_certificates(options_, held_);
  if (changed) context_.log().info("certificates changed on disk");
  Duration wait = until_renewal();
  if (wait <= Duration::zero()) {
    const bool renewed = renew();
    changed = changed || renewed;
    wait = renewed ? std::max<Duration>(until_renewal(), kRetry) : kRetry;
  }
  if (!changed) return std::min<Duration>(wait, kLongestWait);
  const auto settings = tls_settings(options_, held_);
  if (settings.ok())
    use_(*settings);
  else
    context_.log().error("the certificates on disk cannot be used: the former ones stay in use",
                         {{"error", settings.status().message()}});
  return std::min<Duration>(wait, kLongestWait);
}

bool CertificateKeeper::renew() {
  auto renewed = ensure_certificates(options_, service_address_);
  if (!renewed.ok()) {
    context_.log().error("certificates cannot be renewed: make the files in cert_dir readable",
                         {{"error", renewed.status().message()}});
    return false;
  }
  held_ = std::move(*renewed);
  context_.log().info("certificates renewed");
  return true;
}

Duration CertificateKeeper::until_renewal() const {
  return renewal_of(held_.pki) - std::chrono::system_clock::now();
}

}  // namespace kubus::apiserver
