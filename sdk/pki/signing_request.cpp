#include "kubus/pki/signing_request.h"

#include <algorithm>

#include "fields.h"
#include "usages.h"

namespace kubus::pki {
namespace {

using std::chrono::hours, std::chrono::minutes, std::chrono::seconds;

constexpr seconds kBackdate = minutes(5);
// A life so short that the time before it began must not be taken from it.
constexpr seconds kShortLife = hours(8);
constexpr int kLeastRequestBits = 1024;

void free_extensions(STACK_OF(X509_EXTENSION) * all) {
  sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
}
using ExtensionsPtr = std::unique_ptr<STACK_OF(X509_EXTENSION), Freer<free_extensions>>;

Status invalid(std::string why) {
  ERR_clear_error();
  return Status(Code::kInvalid, std::move(why));
}

Status check_signature(X509_REQ* request) {
  EVP_PKEY* key = X509_REQ_get0_pubkey(request);
  if (!key) return invalid("x509: unsupported public key");
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < kLeastRequestBits)
    return invalid("crypto/rsa: " + std::to_string(EVP_PKEY_get_bits(key)) +
                   "-bit keys are insecure");
  if (X509_REQ_verify(request, key) == 1) return {};
  return invalid(kind == EVP_PKEY_RSA       ? "crypto/rsa: verification error"
                 : kind == EVP_PKEY_EC      ? "x509: ECDSA verification failure"
                 : kind == EVP_PKEY_ED25519 ? "x509: Ed25519 verification failure"
                                            : "x509: cannot verify the signature");
}

Result<RequestPtr> parse_request(const std::string& pem) {
  const BioPtr bio = reader(pem);
  const auto block = next_block(bio.get());
  if (!block || block->kind != "CERTIFICATE REQUEST")
    return invalid("PEM block type must be CERTIFICATE REQUEST");
  const unsigned char* at = bytes_of(block->bytes);
  const unsigned char* end = at + block->bytes.size();
  RequestPtr request(d2i_X509_REQ(nullptr, &at, static_cast<long>(block->bytes.size())));
  if (!request) return invalid("asn1: structure error: malformed certificate request");
  if (at != end) return invalid("asn1: syntax error: trailing data");
  KUBUS_TRY(check_signature(request.get()));
  return request;
}

// Null when it asks for no alternative names.
Result<NamesPtr> names_in(X509_REQ* request) {
  const ExtensionsPtr all(X509_REQ_get_extensions(request));
  int found = -1;
  NamesPtr names(static_cast<GENERAL_NAMES*>(
      X509V3_get_d2i(all.get(), NID_subject_alt_name, &found, nullptr)));
  if (!names && found != -1) return invalid("x509: invalid subject alternative names");
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_IPADD) continue;
    const int size = ASN1_STRING_length(name->d.iPAddress);
    if (size != 4 && size != 16)
      return invalid("x509: cannot parse IP address of length " + std::to_string(size));
  }
  ERR_clear_error();
  return names;
}

// Only the kinds of names that read_request() shows: others nobody would have looked at.
bool copy_names(GENERAL_NAMES* names, X509* certificate) {
  for (int i = names ? sk_GENERAL_NAME_num(names) - 1 : -1; i >= 0; --i) {
    const int type = sk_GENERAL_NAME_value(names, i)->type;
    if (type == GEN_DNS || type == GEN_IPADD || type == GEN_EMAIL || type == GEN_URI) continue;
    GENERAL_NAME_free(sk_GENERAL_NAME_delete(names, i));
  }
  if (!names || sk_GENERAL_NAME_num(names) == 0) return true;
  const bool only_names = X509_NAME_entry_count(X509_get_subject_name(certificate)) == 0;
  return X509_add1_ext_i2d(certificate, NID_subject_alt_name, names, only_names ? 1 : 0,
                           X509V3_ADD_DEFAULT) == 1;
}

bool set_times(X509* certificate, seconds lifetime, const ASN1_TIME* end) {
  const seconds rest = lifetime < kShortLife ? lifetime : lifetime - kBackdate;
  ASN1_TIME* until = X509_getm_notAfter(certificate);
  if (!X509_gmtime_adj(X509_getm_notBefore(certificate), -kBackdate.count()) ||
      !X509_gmtime_adj(until, rest.count()))
    return false;
  return ASN1_TIME_compare(until, end) < 0 || X509_set1_notAfter(certificate, end) == 1;
}

bool add_usages(X509* certificate, X509* issuer, const std::vector<std::string>& usages) {
  const auto value = usage_extensions(usages);
  return (value.basic.empty() ||
          add_extension(certificate, issuer, NID_key_usage, value.basic)) &&
         (value.extended.empty() ||
          add_extension(certificate, issuer, NID_ext_key_usage, value.extended));
}

bool ask_names(X509_REQ* request, const std::string& names) {
  if (names.empty()) return true;
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, nullptr, nullptr, request, nullptr, 0);
  const ExtensionsPtr all(sk_X509_EXTENSION_new_null());
  X509_EXTENSION* one =
      X509V3_EXT_conf_nid(nullptr, &context, NID_subject_alt_name, names.c_str());
  return one && sk_X509_EXTENSION_push(all.get(), one) > 0 &&
         X509_REQ_add_extensions(request, all.get()) == 1;
}

}  // namespace

Result<OwnRequest> make_request(const Request& wanted) {
  const KeyPtr key = new_key();
  const RequestPtr request(X509_REQ_new());
  const bool ok =
      key && X509_REQ_set_version(request.get(), 0) == 1 &&
      write_subject(X509_REQ_get_subject_name(request.get()), wanted.subject) &&
      X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
      ask_names(request.get(), alternative_names(wanted)) &&
      X509_REQ_sign(request.get(), key.get(), digest_for(key.get())) != 0;
  if (!ok) return openssl_error("make a request for a certificate");
  return OwnRequest{to_pem(request.get()), to_pem(key.get())};
}

Result<Facts> read_request(const std::string& pem) {
  auto request = parse_request(pem);
  if (!request.ok()) return request.status();
  auto names = names_in(request->get());
  if (!names.ok()) return names.status();
  Facts facts;
  facts.subject = read_subject(X509_REQ_get_subject_name(request->get()));
  read_names(names->get(), facts);
  return facts;
}

Result<std::string> sign_request(const Pair& ca, const std::string& request_pem,
                                 const SigningPolicy& policy) {
  const auto& known = known_usages();
  for (const auto& usage : policy.usages)
    if (!std::binary_search(known.begin(), known.end(), usage))
      return invalid("unrecognized usages: [\"" + usage + "\"]");
  auto request = parse_request(request_pem);
  if (!request.ok()) return request.status();
  auto names = names_in(request->get());
  if (!names.ok()) return names.status();
  const CertPtr issuer = parse_certificate(ca.certificate_pem);
  const KeyPtr key = parse_key(ca.key_pem);
  if (!issuer || !key) return openssl_error("read the CA");
  if (X509_check_private_key(issuer.get(), key.get()) != 1)
    return openssl_error("the key of the CA is not that of its certificate");
  if (X509_cmp_current_time(X509_get0_notAfter(issuer.get())) < 0)
    return Status(Code::kInternalError, "the CA has expired");
  const CertPtr certificate(X509_new());
  X509* made = certificate.get();
  const bool ok =
      X509_set_version(made, 2) == 1 && set_random_serial(made) &&
      set_times(made, policy.lifetime, X509_get0_notAfter(issuer.get())) &&
      X509_set_subject_name(made, X509_REQ_get_subject_name(request->get())) == 1 &&
      X509_set_issuer_name(made, X509_get_subject_name(issuer.get())) == 1 &&
      X509_set_pubkey(made, X509_REQ_get0_pubkey(request->get())) == 1 &&
      add_usages(made, issuer.get(), policy.usages) &&
      add_extension(made, issuer.get(), NID_basic_constraints, "critical,CA:FALSE") &&
      add_extension(made, issuer.get(), NID_authority_key_identifier, "keyid") &&
      copy_names(names->get(), made) && X509_sign(made, key.get(), digest_for(key.get())) != 0;
  if (!ok) return openssl_error("sign a certificate");
  return to_pem(made);
}

Status check_certificates(const std::string& pem) {
  const BioPtr bio = reader(pem);
  bool any = false;
  while (const auto block = next_block(bio.get())) {
    if (block->kind != "CERTIFICATE")
      return invalid("only CERTIFICATE PEM blocks are allowed, found \"" + block->kind + "\"");
    if (!block->headers.empty()) return invalid("no PEM block headers are permitted");
    const unsigned char* at = bytes_of(block->bytes);
    const unsigned char* end = at + block->bytes.size();
    if (at == end) return invalid("found CERTIFICATE PEM block containing 0 certificates");
    while (at != end)
      if (!CertPtr(d2i_X509(nullptr, &at, static_cast<long>(end - at))))
        return invalid("x509: malformed certificate");
    any = true;
  }
  return any ? Status() : invalid("must contain at least one CERTIFICATE PEM block");
}

}  // namespace kubus::pki
