#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/sha.h>

#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "verifying_key.h"

namespace kubus::pki {
namespace {

constexpr int kLeastRsaBits = 2048;
constexpr std::size_t kNumber = 32;  // bytes of a number on P-256

using ContextPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;

Status not_usable() {
  ERR_clear_error();
  return Status(Code::kInvalid,
                "not an RSA key of at least 2048 bits nor an ECDSA key on the curve P-256");
}

std::string algorithm_of(EVP_PKEY* key) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
    return EVP_PKEY_get_bits(key) >= kLeastRsaBits ? "RS256" : "";
  char curve[64] = "";
  std::size_t size = 0;
  const bool p256 = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
                    EVP_PKEY_get_group_name(key, curve, sizeof(curve), &size) == 1 &&
                    std::string_view(curve) == "prime256v1";
  return p256 ? "ES256" : "";
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

// From the two numbers of a token to the form of ASN.1, which is OpenSSL's.
std::string to_der(std::string_view numbers) {
  if (numbers.size() != 2 * kNumber) return {};
  const SignaturePtr pair(ECDSA_SIG_new());
  BIGNUM* r = BN_bin2bn(bytes_of(numbers), kNumber, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(numbers.substr(kNumber)), kNumber, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) return {};
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out(reinterpret_cast<char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return out;
}

std::string from_der(const std::string& der) {
  const unsigned char* at = bytes_of(der);
  const SignaturePtr pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!pair) return {};
  std::string out(2 * kNumber, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  const bool fits = BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, kNumber) >= 0 &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + kNumber, kNumber) >= 0;
  return fits ? out : std::string();
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
    KeyPtr key, std::optional<std::string> id) {
  auto impl = std::make_shared<Impl>();
  if (key) impl->algorithm = algorithm_of(key.get());
  if (impl->algorithm.empty()) return not_usable();
  impl->id = id ? std::move(*id) : id_of(key.get());
  impl->key = std::move(key);
  return std::shared_ptr<const Impl>(std::move(impl));
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
const std::string& VerifyingKey::algorithm() const { return impl_->algorithm; }

std::string VerifyingKey::jwk() const {
  EVP_PKEY* key = impl_->key.get();
  const bool rsa = impl_->algorithm == "RS256";
  std::string json = std::string(R"({"use":"sig","kty":")") + (rsa ? "RSA" : "EC") +
                     R"(","kid":)";
  append_json_string(impl_->id, json);
  if (!rsa) json += R"(,"crv":"P-256")";
  json += R"(,"alg":")" + impl_->algorithm + '"';
  const auto add = [&](const char* name, const std::string& value) {
    json += std::string(",\"") + name + "\":\"" + value + '"';
  };
  if (rsa) {
    add("n", number_of(key, OSSL_PKEY_PARAM_RSA_N));
    add("e", number_of(key, OSSL_PKEY_PARAM_RSA_E));
  } else {
    add("x", number_of(key, OSSL_PKEY_PARAM_EC_PUB_X, kNumber));
    add("y", number_of(key, OSSL_PKEY_PARAM_EC_PUB_Y, kNumber));
  }
  return json + "}";
}

bool VerifyingKey::verify(std::string_view message, std::string_view signature) const {
  const std::string form = impl_->algorithm == "ES256" ? to_der(signature) : std::string(signature);
  const ContextPtr context(EVP_MD_CTX_new());
  const bool good =
      !form.empty() && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, impl_->key.get()) == 1 &&
      EVP_DigestVerify(context.get(), bytes_of(form), form.size(), bytes_of(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<SigningKey> SigningKey::parse(const std::string& pem) {
  auto impl = VerifyingKey::Impl::make(parse_key(pem));
  if (!impl.ok()) return impl.status();
  return SigningKey(VerifyingKey(std::move(*impl)));
}

Result<std::string> SigningKey::sign(std::string_view claims) const {
  const auto& key = *public_.impl_;
  auto token = encode_base64url(R"({"alg":")" + key.algorithm + R"(","kid":")" + key.id + "\"}") +
               "." + encode_base64url(claims);
  const ContextPtr context(EVP_MD_CTX_new());
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.key.get()) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(token), token.size()) != 1)
    return openssl_error("sign a token");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(token), token.size()) != 1)
    return openssl_error("sign a token");
  signature.resize(size);
  if (key.algorithm == "ES256") signature = from_der(signature);
  return token + "." + encode_base64url(signature);
}

}  // namespace kubus::pki
