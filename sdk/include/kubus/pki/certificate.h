// ECDSA P-256 keys and X.509 certificates as PEM text.
//
// Thread safety: free functions over values.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "kubus/status.h"

namespace kubus::pki {

struct Pair {
  std::string certificate_pem;
  std::string key_pem;
};

struct Subject {
  std::string common_name;
  std::vector<std::string> organizations;
};

enum class Use { kCa, kServer, kClient, kServerAndClient };

struct Request {
  Subject subject;
  Use use = Use::kClient;
  std::vector<std::string> dns_names;
  std::vector<std::string> addresses;  // in text form
  std::chrono::seconds lifetime = std::chrono::hours(24 * 365);
};

// A certificate that signs itself.
Result<Pair> make_ca(const std::string& common_name, std::chrono::hours lifetime);
// A new key and a certificate for it, signed by `ca`.
Result<Pair> issue(const Pair& ca, const Request& request);

struct Facts {
  Subject subject;
  std::vector<std::string> dns_names;
  std::vector<std::string> addresses;
  std::vector<std::string> emails;
  std::vector<std::string> uris;
  std::chrono::system_clock::time_point not_before;
  std::chrono::system_clock::time_point not_after;

  // When four fifths of its life are spent.
  std::chrono::system_clock::time_point renewal() const {
    return not_after - (not_after - not_before) / 5;
  }
};
Result<Facts> inspect(const std::string& certificate_pem);
// True if the key is that of the certificate.
bool is_pair(const Pair& pair);
// True if `certificate_pem` was signed by `ca` and its key is `key_pem`.
bool matches(const Pair& pair, const std::string& ca_pem);

// The facts of a certificate in DER that one of the CAs in `ca_pem` signed for clients and that is
// valid now. kUnauthorized: it is not.
Result<Facts> verify_client(const std::string& certificate_der, const std::string& ca_pem);

// The key of service account tokens: private and public part.
Result<Pair> make_signing_key();

}  // namespace kubus::pki
