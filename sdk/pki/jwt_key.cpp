#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>

#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "verifying_key.h"

namespace kubus::pki {
namespace {

using NumberPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;

Status not_usable() {
  ERR_clear_error();
  return Status(Code::kInvalid,
                "not an RSA key of at least 2048 bits nor an ECDSA key on one of the curves P-256, "
                "P-384 and P-521");
}

std::string id_of(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  unsigned char hash[SHA256_DIGEST_LENGTH];
  SHA256(der, static_cast<std::size_t>(size), hash);
  OPENSSL_free(der);
  return encode_base64url({reinterpret_cast<char*>(hash), sizeof(hash)});
}

// A number of the key, in as many bytes as it has or at least `width`.
std::string number_of(EVP_PKEY* key, const char* name, std::size_t width = 0) {
  BIGNUM* read = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return {};
  const NumberPtr number(read);
  std::string bytes(std::max<std::size_t>(width, static_cast<std::size_t>(BN_num_bytes(read))), 0);
  BN_bn2binpad(read, reinterpret_cast<unsigned char*>(bytes.data()),
               static_cast<int>(bytes.size()));
  return encode_base64url(bytes);
}

// The next public key of a PEM text, whatever it is wrapped in; null at its end.
KeyPtr next_key(BIO* bio) {
  while (const auto block = next_block(bio)) {
    const unsigned char* at = bytes_of(block->bytes);
    const long size = static_cast<long>(block->bytes.size());
    KeyPtr key;
    if (block->kind == "PUBLIC KEY") {
      key.reset(d2i_PUBKEY(nullptr, &at, size));
    } else if (block->kind == "CERTIFICATE") {
      const CertPtr certificate(d2i_X509(nullptr, &at, size));
      if (certificate) key.reset(X509_get_pubkey(certificate.get()));
    } else if (block->kind.ends_with("PRIVATE KEY")) {
      key.reset(d2i_AutoPrivateKey(nullptr, &at, size));
    }
    if (key) return key;
  }
  return nullptr;
}

}  // namespace

Result<std::shared_ptr<const VerifyingKey::Impl>> VerifyingKey::Impl::make(
    KeyPtr key, std::optional<std::string> id, const std::string& only) {
  auto impl = std::make_shared<Impl>();
  impl->own = key ? algorithm_of(key.get()) : nullptr;
  if (!impl->own) return not_usable();
  if (!only.empty()) {
    impl->is_only = true;
    impl->own = impl->find(only);
    if (!impl->own) return not_usable();
  }
  impl->id = id ? std::move(*id) : id_of(key.get());
  impl->key = std::move(key);
  return std::shared_ptr<const Impl>(std::move(impl));
}

const Algorithm* VerifyingKey::Impl::find(std::string_view name) const {
  const auto* found = find_algorithm(name);
  return found && found->kind == own->kind && found->group == own->group ? found : nullptr;
}

Result<std::vector<VerifyingKey>> VerifyingKey::parse_all(const std::string& pem) {
  const BioPtr bio = reader(pem);
  std::vector<VerifyingKey> keys;
  while (auto key = next_key(bio.get())) {
    auto impl = Impl::make(std::move(key));
    if (!impl.ok()) return impl.status();
    keys.push_back(VerifyingKey(std::move(*impl)));
  }
  ERR_clear_error();
  if (keys.empty()) return Status(Code::kInvalid, "the text has no key");
  return keys;
}

const std::string& VerifyingKey::id() const { return impl_->id; }
std::string_view VerifyingKey::algorithm() const { return impl_->own->name; }

std::string VerifyingKey::jwk() const {
  EVP_PKEY* key = impl_->key.get();
  const bool rsa = impl_->own->kind == EVP_PKEY_RSA;
  const auto width = impl_->own->number;
  std::string json = std::string(R"({"use":"sig","kty":")") + (rsa ? "RSA" : "EC") +
                     R"(","kid":)";
  append_json_string(impl_->id, json);
  if (!rsa) json.append(R"(,"crv":")").append(impl_->own->curve) += '"';
  json.append(R"(,"alg":")").append(impl_->own->name) += '"';
  const auto add = [&](const char* name, const std::string& value) {
    json += std::string(",\"") + name + "\":\"" + value + '"';
  };
  if (rsa) {
    add("n", number_of(key, OSSL_PKEY_PARAM_RSA_N));
    add("e", number_of(key, OSSL_PKEY_PARAM_RSA_E));
  } else {
    add("x", number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, width));
    add("y", number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, width));
  }
  return json + "}";
}

bool VerifyingKey::verify(std::string_view algorithm, std::string_view message,
                          std::string_view signature) const {
  const auto* by = algorithm == impl_->own->name ? impl_->own
                   : impl_->is_only              ? nullptr
                                                 : impl_->find(algorithm);
  return by && pki::verify(*by, impl_->key.get(), message, signature);
}

Result<SigningKey> SigningKey::parse(const std::string& pem) {
  auto impl = VerifyingKey::Impl::make(parse_key(pem));
  if (!impl.ok()) return impl.status();
  return SigningKey(VerifyingKey(std::move(*impl)));
}

Result<std::string> SigningKey::sign(std::string_view claims) const {
  const auto& key = *public_.impl_;
  const auto header = R"({"alg":")" + std::string(key.own->name) + R"(","kid":")" + key.id + "\"}";
  auto token = encode_base64url(header) + "." + encode_base64url(claims);
  auto signature = pki::sign(*key.own, key.key.get(), token);
  if (!signature.ok()) return signature.status();
  return token + "." + encode_base64url(*signature);
}

}  // namespace kubus::pki
