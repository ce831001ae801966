// Keys that others publish as a JSON Web Key Set.
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <boost/json.hpp>

#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "verifying_key.h"

namespace kubus::pki {
namespace {

constexpr std::size_t kMaxSet = std::size_t{1} << 20;  // bytes
constexpr std::size_t kMaxKeys = 128;
constexpr std::size_t kMaxId = 1024;
// Verifying takes longer with larger numbers, and who publishes them is somebody else.
constexpr std::size_t kMaxModulus = 1024;
constexpr std::size_t kMaxExponent = 8;

using BuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Freer<EVP_PKEY_CTX_free>>;
using BigNumberPtr = std::unique_ptr<BIGNUM, Freer<BN_clear_free>>;

// Empty where there is no such text.
std::string member(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// The bytes of a member in base64url; empty where there are none, or more than `most`.
std::string bytes_member(const boost::json::object& object, std::string_view name,
                         std::size_t most) {
  auto bytes = decode_base64url(member(object, name));
  return bytes.ok() && bytes->size() <= most ? std::move(*bytes) : std::string();
}

KeyPtr public_key(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (!params || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) != 1)
    return nullptr;
  return KeyPtr(key);
}

KeyPtr rsa_key(const boost::json::object& jwk) {
  const auto modulus = bytes_member(jwk, "n", kMaxModulus);
  const auto exponent = bytes_member(jwk, "e", kMaxExponent);
  const BigNumberPtr n(BN_bin2bn(bytes_of(modulus), static_cast<int>(modulus.size()), nullptr));
  const BigNumberPtr e(BN_bin2bn(bytes_of(exponent), static_cast<int>(exponent.size()), nullptr));
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  // With an exponent of one anybody can sign.
  if (!n || !e || !builder || !BN_is_odd(n.get()) || !BN_is_odd(e.get()) || BN_is_one(e.get()) ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
    return nullptr;
  return public_key("RSA", builder.get());
}

// OpenSSL refuses a point that is not on the curve.
KeyPtr ec_key(const boost::json::object& jwk) {
  const auto* curve = find_curve(member(jwk, "crv"));
  if (!curve) return nullptr;
  const auto x = bytes_member(jwk, "x", curve->number);
  const auto y = bytes_member(jwk, "y", curve->number);
  if (x.size() != curve->number || y.size() != curve->number) return nullptr;
  const std::string point = '\x04' + x + y;
  const BuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                      curve->group.data(), curve->group.size()) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1)
    return nullptr;
  return public_key("EC", builder.get());
}

KeyPtr key_of(const boost::json::object& jwk) {
  const auto use = member(jwk, "use");
  if (!use.empty() && use != "sig") return nullptr;
  const auto type = member(jwk, "kty");
  if (type == "RSA") return rsa_key(jwk);
  return type == "EC" ? ec_key(jwk) : nullptr;
}

Status no_set() { return Status(Code::kInvalid, "not a JSON Web Key Set"); }

}  // namespace

Result<std::vector<VerifyingKey>> VerifyingKey::parse_jwks(std::string_view json) {
  DecodeOptions options;
  options.max_depth = 16;
  options.max_bytes = kMaxSet;
  boost::json::value tree;
  if (!parse_json(json, tree, options).ok() || !tree.is_object()) return no_set();
  const auto* list = tree.get_object().if_contains("keys");
  if (!list || !list->is_array()) return no_set();
  if (list->get_array().size() > kMaxKeys)
    return Status(Code::kInvalid, "more than " + std::to_string(kMaxKeys) + " keys in a set");
  std::vector<VerifyingKey> keys;
  for (const auto& one : list->get_array()) {
    if (!one.is_object()) return no_set();
    const auto& jwk = one.get_object();
    auto id = member(jwk, "kid");
    if (id.size() > kMaxId) continue;
    auto impl = Impl::make(key_of(jwk), std::move(id), member(jwk, "alg"));
    if (impl.ok()) keys.push_back(VerifyingKey(std::move(*impl)));
  }
  ERR_clear_error();
  return keys;
}

}  // namespace kubus::pki
