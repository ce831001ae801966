// The fields of certificates and of requests for them. Internal to this library.
#pragma once

#include <string>

#include "kubus/pki/certificate.h"
#include "openssl.h"

namespace kubus::pki {

using NamesPtr = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

bool set_random_serial(X509* certificate);
// `value` in the form of OpenSSL's configuration; false: it is none, see OpenSSL's queue.
bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value);
// The hash that `key` signs, or null where the kind of key has one of its own.
const EVP_MD* digest_for(EVP_PKEY* key);

KeyPtr new_key();
bool write_subject(X509_NAME* name, const Subject& subject);
// Of `request`, in the form of OpenSSL's configuration.
std::string alternative_names(const Request& request);

Subject read_subject(const X509_NAME* name);
void read_names(const GENERAL_NAMES* names, Facts& facts);

}  // namespace kubus::pki
