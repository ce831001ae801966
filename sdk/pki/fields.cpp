#include "fields.h"

#include <arpa/inet.h>
#include <openssl/rand.h>

namespace kubus::pki {
namespace {

std::string text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

// Names may be in any of several encodings; who compares them must not be fooled by one.
std::string utf8_of(const ASN1_STRING* text) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size < 0) return text_of(text);
  std::string out(reinterpret_cast<char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return out;
}

// Empty for what is no address.
std::string address_of(const ASN1_STRING* bytes) {
  const int size = ASN1_STRING_length(bytes);
  if (size != 4 && size != 16) return {};
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(size == 4 ? AF_INET : AF_INET6, ASN1_STRING_get0_data(bytes), text, sizeof(text));
  return text;
}

}  // namespace

bool set_random_serial(X509* certificate) {
  unsigned char random[8];
  if (RAND_bytes(random, sizeof(random)) != 1) return false;
  std::uint64_t serial = 0;
  for (const auto byte : random) serial = serial << 8 | byte;
  return ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1;
}

bool add_extension(X509* certificate, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

const EVP_MD* digest_for(EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  return kind == EVP_PKEY_ED25519 || kind == EVP_PKEY_ED448 ? nullptr : EVP_sha256();
}

KeyPtr new_key() { return KeyPtr(EVP_EC_gen("P-256")); }

bool write_subject(X509_NAME* name, const Subject& subject) {
  const auto add = [&](const char* field, const std::string& value) {
    return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, bytes_of(value),
                                      static_cast<int>(value.size()), -1, 0) == 1;
  };
  for (const auto& organization : subject.organizations)
    if (!add("O", organization)) return false;
  return add("CN", subject.common_name);
}

std::string alternative_names(const Request& request) {
  std::string text;
  for (const auto& name : request.dns_names) text += (text.empty() ? "DNS:" : ",DNS:") + name;
  for (const auto& address : request.addresses) text += (text.empty() ? "IP:" : ",IP:") + address;
  return text;
}

Subject read_subject(const X509_NAME* name) {
  Subject subject;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name, i);
    const int nid = OBJ_obj2nid(X509_NAME_ENTRY_get_object(entry));
    auto value = utf8_of(X509_NAME_ENTRY_get_data(entry));
    if (nid == NID_commonName) subject.common_name = std::move(value);
    if (nid == NID_organizationName) subject.organizations.push_back(std::move(value));
  }
  return subject;
}

void read_names(const GENERAL_NAMES* names, Facts& facts) {
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, i);
    if (name->type == GEN_DNS) facts.dns_names.push_back(text_of(name->d.dNSName));
    if (name->type == GEN_IPADD) facts.addresses.push_back(address_of(name->d.iPAddress));
    if (name->type == GEN_EMAIL) facts.emails.push_back(text_of(name->d.rfc822Name));
    if (name->type == GEN_URI) facts.uris.push_back(text_of(name->d.uniformResourceIdentifier));
  }
}

}  // namespace kubus::pki
