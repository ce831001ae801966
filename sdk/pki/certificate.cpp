#include "kubus/pki/certificate.h"

#include <arpa/inet.h>
#include <openssl/rand.h>

#include "openssl.h"

namespace kubus::pki {
namespace {

KeyPtr new_key() { return KeyPtr(EVP_EC_gen("P-256")); }

bool set_name(X509* certificate, const Subject& subject) {
  X509_NAME* name = X509_get_subject_name(certificate);
  const auto add = [&](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  for (const auto& organization : subject.organizations)
    if (!add("O", organization)) return false;
  return add("CN", subject.common_name);
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string alternative_names(const Request& request) {
  std::string text;
  for (const auto& name : request.dns_names) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  for (const auto& address : request.addresses) text += (text.empty() ? "IP:" : ",IP:") + address;
  return text;
}

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

bool set_serial(X509* certificate) {
  unsigned char random[8];
  if (RAND_bytes(random, sizeof(random)) != 1) return false;
  std::uint64_t serial = 0;
  for (const auto byte : random) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

// `issuer` null: signs itself with `key`.
Result<CertPtr> sign(const Request& request, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key) {
  CertPtr certificate(X509_new());
  X509* made = certificate.get();
  X509* by = issuer ? issuer : made;
  constexpr long kClockSkew = -300;
  const bool ok =
      X509_set_version(made, 2) == 1 && set_serial(made) &&
      X509_gmtime_adj(X509_getm_notBefore(made), kClockSkew) &&
      X509_gmtime_adj(X509_getm_notAfter(made),
                      static_cast<long>(std::chrono::seconds(request.lifetime).count())) &&
      set_name(made, request.subject) &&
      X509_set_issuer_name(made, X509_get_subject_name(by)) == 1 &&
      X509_set_pubkey(made, key) == 1 && add_uses(made, by, request.use) &&
      add_extension(made, by, NID_subject_key_identifier, "hash") &&
      (!issuer || add_extension(made, by, NID_authority_key_identifier, "keyid:always"));
  if (!ok) return openssl_error("make a certificate");
  const auto names = alternative_names(request);
  if (!names.empty() && !add_extension(made, by, NID_subject_alt_name, names))
    return openssl_error("add names to a certificate");
  if (X509_sign(made, issuer_key, EVP_sha256()) == 0) return openssl_error("sign a certificate");
  return certificate;
}

std::string asn1_text(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

void read_subject(X509* certificate, Subject& subject) {
  X509_NAME* name = X509_get_subject_name(certificate);
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    auto value = asn1_text(X509_NAME_ENTRY_get_data(entry));
    if (nid == NID_commonName) subject.common_name = std::move(value);
    if (nid == NID_organizationName) subject.organizations.push_back(std::move(value));
  }
}

void read_names(X509* certificate, Facts& facts) {
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) facts.dns_names.push_back(asn1_text(name->d.dNSName));
    if (name->type != GEN_IPADD) continue;
    const int size = ASN1_STRING_length(name->d.iPAddress);
    char text[INET6_ADDRSTRLEN] = "";
    inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(name->d.iPAddress), text,
              sizeof(text));
    facts.addresses.emplace_back(text);
  }
  GENERAL_NAMES_free(names);
}

Facts facts_of(X509* certificate) {
  Facts facts;
  read_subject(certificate, facts.subject);
  read_names(certificate, facts);
  std::tm until{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &until);
  facts.not_after = std::chrono::system_clock::from_time_t(timegm(&until));
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

bool matches(const Pair& pair, const std::string& ca_pem) {
  auto certificate = parse_certificate(pair.certificate_pem);
  auto key = parse_key(pair.key_pem);
  auto ca = parse_certificate(ca_pem);
  const bool ok = certificate && key && ca &&
                  X509_check_private_key(certificate.get(), key.get()) == 1 &&
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
