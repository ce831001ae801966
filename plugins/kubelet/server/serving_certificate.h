// The certificate the kubelet serves with: made by itself, kept in its state directory.
//
// Thread safety: free functions; they read and write files.
#pragma once

#include <chrono>
#include <string>

#include "kubus/pki/certificate.h"

namespace kubus::kubelet {

struct ServingCertificate {
  pki::Pair pair;
  std::chrono::system_clock::time_point renew_at;
};
// The one in `directory` (kubelet.crt, kubelet.key) if it is for this node and will last, else a
// new one.
Result<ServingCertificate> ensure_serving_certificate(const std::string& directory,
                                                      const std::string& node_name,
                                                      const std::string& node_ip);

}  // namespace kubus::kubelet
