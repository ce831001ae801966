// Authentication: the first stage of a request. Authenticators are asked in turn until one knows
// the client; a client whose credentials all of them refuse is nobody, not even anonymous.
//
// Thread safety: authenticate() from any thread.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "auth/identity.h"
#include "kubus/http/message.h"
#include "kubus/status.h"

namespace kubus::apiserver {

class Authenticator {
 public:
  virtual ~Authenticator() = default;
  // Nothing: this one has no opinion. kUnauthorized: there are credentials, and they are bad.
  virtual Result<std::optional<Identity>> authenticate(const http::Request& request) = 0;
};

// Common name and organizations of a certificate that our CA signed.
std::unique_ptr<Authenticator> make_certificate_authenticator();

using Authenticators = std::vector<std::unique_ptr<Authenticator>>;
// The identity of the client, anonymous if it shows no credentials.
Result<Identity> authenticate(const Authenticators& authenticators, const http::Request& request);

}  // namespace kubus::apiserver
