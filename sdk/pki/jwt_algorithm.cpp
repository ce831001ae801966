#include "jwt_algorithm.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>

namespace kubus::pki {
namespace {

constexpr int kLeastRsaBits = 2048;

// Of the keys that may sign in several ways, the first is what they do when nothing is said.
constexpr std::array<Algorithm, 9> kAll = {{
    {"RS256", EVP_PKEY_RSA, EVP_sha256, false, {}, {}, 0},
    {"RS384", EVP_PKEY_RSA, EVP_sha384, false, {}, {}, 0},
    {"RS512", EVP_PKEY_RSA, EVP_sha512, false, {}, {}, 0},
    {"ES256", EVP_PKEY_EC, EVP_sha256, false, "P-256", "prime256v1", 32},
    {"ES384", EVP_PKEY_EC, EVP_sha384, false, "P-384", "secp384r1", 48},
    {"ES512", EVP_PKEY_EC, EVP_sha512, false, "P-521", "secp521r1", 66},
    {"PS256", EVP_PKEY_RSA, EVP_sha256, true, {}, {}, 0},
    {"PS384", EVP_PKEY_RSA, EVP_sha384, true, {}, {}, 0},
    {"PS512", EVP_PKEY_RSA, EVP_sha512, true, {}, {}, 0},
}};

using ContextPtr = std::unique_ptr<EVP_MD_CTX, Freer<EVP_MD_CTX_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

template <class Holds>
const Algorithm* first_that(Holds holds) {
  const auto* const found = std::find_if(kAll.begin(), kAll.end(), holds);
  return found == kAll.end() ? nullptr : found;
}

// From the two numbers of a token to the form of ASN.1, which is OpenSSL's; empty when they are
// not as long as the curve has them.
std::string to_der(std::string_view numbers, std::size_t size) {
  if (numbers.size() != 2 * size) return {};
  const SignaturePtr pair(ECDSA_SIG_new());
  const auto width = static_cast<int>(size);
  BIGNUM* r = BN_bin2bn(bytes_of(numbers), width, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(numbers.substr(size)), width, nullptr);
  if (!pair || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return {};
  }
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  std::string out(reinterpret_cast<char*>(der), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(der);
  return out;
}

std::string from_der(const std::string& der, std::size_t size) {
  const unsigned char* at = bytes_of(der);
  const SignaturePtr pair(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (!pair) return {};
  std::string out(2 * size, '\0');
  auto* to = reinterpret_cast<unsigned char*>(out.data());
  const auto width = static_cast<int>(size);
  const bool fits = BN_bn2binpad(ECDSA_SIG_get0_r(pair.get()), to, width) >= 0 &&
                    BN_bn2binpad(ECDSA_SIG_get0_s(pair.get()), to + size, width) >= 0;
  return fits ? out : std::string();
}

// RFC 7518 has the salt as long as the hash.
bool set_padding(const Algorithm& algorithm, EVP_PKEY_CTX* context) {
  return !algorithm.pss ||
         (EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
          EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1);
}

std::string_view group_of(EVP_PKEY* key, char (&buffer)[64]) {
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, buffer, sizeof(buffer), &size) != 1) return {};
  return {buffer, size};
}

}  // namespace

const Algorithm* find_algorithm(std::string_view name) {
  return first_that([&](const Algorithm& one) { return one.name == name; });
}

const Algorithm* find_curve(std::string_view curve) {
  if (curve.empty()) return nullptr;
  return first_that([&](const Algorithm& one) { return one.curve == curve; });
}

const Algorithm* algorithm_of(EVP_PKEY* key) {
  const int kind = EVP_PKEY_get_base_id(key);
  if (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key) < kLeastRsaBits) return nullptr;
  char buffer[64] = "";
  const auto group = kind == EVP_PKEY_EC ? group_of(key, buffer) : std::string_view();
  return first_that([&](const Algorithm& one) { return one.kind == kind && one.group == group; });
}

bool verify(const Algorithm& algorithm, EVP_PKEY* key, std::string_view message,
            std::string_view signature) {
  const auto form = algorithm.number > 0 ? to_der(signature, algorithm.number)
                                         : std::string(signature);
  const ContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  const bool good =
      !form.empty() && context &&
      EVP_DigestVerifyInit(context.get(), &settings, algorithm.hash(), nullptr, key) == 1 &&
      set_padding(algorithm, settings) &&
      EVP_DigestVerify(context.get(), bytes_of(form), form.size(), bytes_of(message),
                       message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<std::string> sign(const Algorithm& algorithm, EVP_PKEY* key, std::string_view message) {
  const ContextPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* settings = nullptr;
  std::size_t size = 0;
  if (!context ||
      EVP_DigestSignInit(context.get(), &settings, algorithm.hash(), nullptr, key) != 1 ||
      !set_padding(algorithm, settings) ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes_of(message), message.size()) != 1)
    return openssl_error("sign a token");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(message), message.size()) != 1)
    return openssl_error("sign a token");
  signature.resize(size);
  return algorithm.number > 0 ? from_der(signature, algorithm.number) : std::move(signature);
}

}  // namespace kubus::pki
