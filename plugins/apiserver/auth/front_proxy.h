// Clients that a proxy in front of this server has authenticated: the proxy shows a certificate of
// a CA of its own, and says in header fields whom it speaks for.
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "auth/authenticator.h"

namespace kubus::apiserver {

struct FrontProxyOptions {
  std::vector<std::string> allowed_names;  // common names; empty: any
  std::vector<std::string> user_headers, uid_headers, group_headers, extra_prefixes;
};

// `ca_pem`: who signs the certificates of proxies.
std::unique_ptr<Authenticator> make_front_proxy_authenticator(std::string ca_pem,
                                                              FrontProxyOptions options);

}  // namespace kubus::apiserver
