// Requests for certificates (PKCS #10) as PEM text, and the certificates that are made from them.
//
// Thread safety: free functions over values.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/pki/certificate.h"
#include "kubus/status.h"

namespace kubus::pki {

// What the first block of `pem` asks for, signed by the key it is for; it has no not_after. Errors
// are kInvalid and worded as the reference words them, as far as they are its own.
Result<Facts> read_request(const std::string& pem);

struct OwnRequest {
  std::string request_pem;
  std::string key_pem;
};
// A new key and a request for a certificate of it, for the subject and the names in `wanted`.
Result<OwnRequest> make_request(const Request& wanted);

// The usages that a request may name in the API ("client auth"), sorted.
const std::vector<std::string_view>& known_usages();

struct SigningPolicy {
  std::vector<std::string> usages;  // as the API names them
  std::chrono::seconds lifetime{std::chrono::hours(24 * 365)};
};
// The certificate for a request: its subject, alternative names and key, and nothing else of it.
// It is good from five minutes ago, which count as part of a life of eight hours and more, and ends
// with the CA at the latest. kInvalid: the request or a usage is wrong; kInternalError: the CA is.
Result<std::string> sign_request(const Pair& ca, const std::string& request_pem,
                                 const SigningPolicy& policy);

// Ok when `pem` holds certificates, at least one, and no blocks of other kinds. Errors as those of
// read_request().
Status check_certificates(const std::string& pem);

}  // namespace kubus::pki
