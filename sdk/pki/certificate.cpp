#include "kubus/pki/certificate.h"

#include "fields.h"

namespace kubus::pki {
namespace {

bool add_uses(X509* certificate, X509* issuer, Use use) {
  if (use == Use::kCa)
    return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE") &&
           add_extension(certificate, issuer, NID_key_usage,
                         "critical,digitalSignature,keyEncipherment,keyCertSign");
  const char* extended = use == Use::kServer   ? "serverAuth"
                         : use == Use::kClient ? "clientAuth"
                                               : "serverAuth,clientAuth";
  return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage,
                       "critical,digitalSignature,keyEncipherment") &&
         add_extension(certificate, issuer, NID_ext_key_usage, extended);
}

// `issuer` null: signs itself with `key`.
Result<CertPtr> sign(const Request& request, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  CertPtr certificate(X509_new());
  X509* made = certificate.get();
  X509* by = issuer ? issuer : made;
  constexpr long kClockSkew = -300;
  const bool ok =
      X509_set_version(made, 2) == 1 && set_random_serial(made) &&
      X509_gmtime_adj(X509_getm_notBefore(made), kClockSkew) &&
      X509_gmtime_adj(X509_getm_notAfter(made),
                      static_cast<long>(request.lifetime.count())) &&
      write_subject(X509_get_subject_name(made), request.subject) &&
      X509_set_issuer_name(made, X509_get_subject_name(by)) == 1 &&
      X509_set_pubkey(made, key) == 1 && add_uses(made, by, request.use) &&
      add_extension(made, by, NID_subject_key_identifier, "hash") &&
      (!issuer || add_extension(made, by, NID_authority_key_identifier, "keyid:always"));
  if (!ok) return openssl_error("make a certificate");
  const auto names = alternative_names(request);
  if (!names.empty() && !add_extension(made, by, NID_subject_alt_name, names))
    return openssl_error("add names to a certificate");
  if (X509_sign(made, issuer_key, digest_for(issuer_key)) == 0)
    return openssl_error("sign a certificate");
  return certificate;
}

// "Never" is written as the year 9999, which is more than the clock holds.
std::chrono::system_clock::time_point to_time(const ASN1_TIME* time) {
  using Clock = std::chrono::system_clock;
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  const std::time_t seconds = timegm(&parts);
  return seconds < Clock::to_time_t(Clock::time_point::max()) ? Clock::from_time_t(seconds)
                                                              : Clock::time_point::max();
}

Facts facts_of(X509* certificate) {
  Facts facts;
  facts.subject = read_subject(X509_get_subject_name(certificate));
  const NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  read_names(names.get(), facts);
  facts.not_before = to_time(X509_get0_notBefore(certificate));
  facts.not_after = to_time(X509_get0_notAfter(certificate));
  return facts;
}

}  // namespace

Result<Pair> make_ca(const std::string& common_name, std::chrono::hours lifetime) {
  auto key = new_key();
  if (!key) return openssl_error("make a key");
  Request request;
  request.subject.common_name = common_name;
  request.use = Use::kCa;
  request.lifetime = lifetime;
  auto certificate = sign(request, key.get(), nullptr, key.get());
  if (!certificate.ok()) return certificate.status();
  return Pair{to_pem(certificate->get()), to_pem(key.get())};
}

Result<Pair> issue(const Pair& ca, const Request& request) {
  auto issuer = parse_certificate(ca.certificate_pem);
  auto issuer_key = parse_key(ca.key_pem);
  if (!issuer || !issuer_key) return openssl_error("read the CA");
  auto key = new_key();
  if (!key) return openssl_error("make a key");
  auto certificate = sign(request, key.get(), issuer.get(), issuer_key.get());
  if (!certificate.ok()) return certificate.status();
  return Pair{to_pem(certificate->get()), to_pem(key.get())};
}

Result<Facts> inspect(const std::string& certificate_pem) {
  auto certificate = parse_certificate(certificate_pem);
  if (!certificate) return openssl_error("read a certificate");
  return facts_of(certificate.get());
}

Result<Facts> verify_client(const std::string& certificate_der, const std::string& ca_pem) {
  const auto* at = reinterpret_cast<const unsigned char*>(certificate_der.data());
  const CertPtr certificate(d2i_X509(nullptr, &at, static_cast<long>(certificate_der.size())));
  const StorePtr store(X509_STORE_new());
  const StoreContextPtr context(X509_STORE_CTX_new());
  BioPtr bio(BIO_new_mem_buf(ca_pem.data(), static_cast<int>(ca_pem.size())));
  while (const CertPtr ca{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)})
    X509_STORE_add_cert(store.get(), ca.get());
  const bool good =
      certificate &&
      X509_STORE_CTX_init(context.get(), store.get(), certificate.get(), nullptr) == 1 &&
      X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_CLIENT) == 1 &&
      X509_verify_cert(context.get()) == 1;
  ERR_clear_error();
  if (!good) return Status(Code::kUnauthorized, "not a client's certificate of this CA");
  return facts_of(certificate.get());
}

bool is_pair(const Pair& pair) {
  auto certificate = parse_certificate(pair.certificate_pem);
  auto key = parse_key(pair.key_pem);
  const bool ok =
      certificate && key && X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  return ok;
}

bool matches(const Pair& pair, const std::string& ca_pem) {
  auto certificate = parse_certificate(pair.certificate_pem);
  auto ca = parse_certificate(ca_pem);
  const bool ok = is_pair(pair) && certificate && ca &&
                  X509_verify(certificate.get(), X509_get0_pubkey(ca.get())) == 1;
  ERR_clear_error();
  return ok;
}

Result<Pair> make_signing_key() {
  auto key = new_key();
  if (!key) return openssl_error("make a key");
  return Pair{public_to_pem(key.get()), to_pem(key.get())};
}

}  // namespace kubus::pki
