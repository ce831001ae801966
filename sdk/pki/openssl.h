// Owners for OpenSSL's objects, and conversions to and from PEM. Internal to this library.
#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kubus/status.h"

namespace kubus::pki {

template <auto kFree>
struct Freer {
  template <class T>
  void operator()(T* object) const {
    kFree(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertPtr = std::unique_ptr<X509, Freer<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Freer<X509_REQ_free>>;
using BioPtr = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using StorePtr = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContextPtr = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

// An error with OpenSSL's own words, whose queue it empties.
Status openssl_error(const char* what);

struct PemBlock {
  std::string kind;     // "CERTIFICATE"
  std::string headers;  // the lines before an empty one, most often none
  std::string bytes;
};
// For reading `text`, which must outlive it.
BioPtr reader(const std::string& text);
// The next block of any kind; nothing at the end, or where the text is broken.
std::optional<PemBlock> next_block(BIO* bio);
inline const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

KeyPtr parse_key(const std::string& pem);
CertPtr parse_certificate(const std::string& pem);
std::string to_pem(EVP_PKEY* key);
std::string public_to_pem(EVP_PKEY* key);
std::string to_pem(X509* certificate);
std::string to_pem(X509_REQ* request);

}  // namespace kubus::pki
