#include <openssl/evp.h>
#include <openssl/rand.h>

#include "encryption/key_provider.h"

namespace kubus::apiserver {
namespace {

struct Freed {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using ContextPtr = std::unique_ptr<EVP_CIPHER_CTX, Freed>;

constexpr std::size_t kTag = 16;

Status failed(const char* what) { return Status(Code::kInternalError, what); }

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text, std::size_t at = 0) {
  return reinterpret_cast<unsigned char*>(text.data()) + at;
}

// A cipher for each length of key.
struct Mode {
  const EVP_CIPHER* (*of_16)();
  const EVP_CIPHER* (*of_24)();
  const EVP_CIPHER* (*of_32)();
  std::size_t nonce;  // bytes in front of what is encrypted
  std::size_t block;  // by how much that may be longer than the value
  bool authenticated;

  const EVP_CIPHER* cipher(const EncryptionKey& key) const {
    return key.secret.size() == 16 ? of_16() : key.secret.size() == 24 ? of_24() : of_32();
  }
};
constexpr Mode kGcm{EVP_aes_128_gcm, EVP_aes_192_gcm, EVP_aes_256_gcm, 12, 0, true};
constexpr Mode kCbc{EVP_aes_128_cbc, EVP_aes_192_cbc, EVP_aes_256_cbc, 16, 16, false};

// Appends nonce, encrypted value and, where the mode has one, tag.
bool encrypt(const Mode& mode, const EncryptionKey& key, std::string_view place,
             std::string_view value, std::string& out) {
  const ContextPtr context(EVP_CIPHER_CTX_new());
  const auto start = out.size();
  const auto data = start + mode.nonce;
  out.resize(data + value.size() + mode.block + (mode.authenticated ? kTag : 0));
  int size = 0, rest = 0;
  if (!context || RAND_bytes(bytes(out, start), static_cast<int>(mode.nonce)) != 1 ||
      EVP_EncryptInit_ex(context.get(), mode.cipher(key), nullptr, bytes(key.secret),
                         bytes(out, start)) != 1)
    return false;
  if (mode.authenticated && EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(place),
                                              static_cast<int>(place.size())) != 1)
    return false;
  if (EVP_EncryptUpdate(context.get(), bytes(out, data), &size, bytes(value),
                        static_cast<int>(value.size())) != 1 ||
      EVP_EncryptFinal_ex(context.get(), bytes(out, data + static_cast<std::size_t>(size)),
                          &rest) != 1)
    return false;
  const auto end = data + static_cast<std::size_t>(size + rest);
  if (mode.authenticated &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, bytes(out, end)) != 1)
    return false;
  out.resize(end + (mode.authenticated ? kTag : 0));
  return true;
}

bool decrypt(const Mode& mode, const EncryptionKey& key, std::string_view place,
             std::string_view sealed, std::string& out) {
  const auto tag = mode.authenticated ? kTag : 0;
  if (sealed.size() < mode.nonce + tag) return false;
  const ContextPtr context(EVP_CIPHER_CTX_new());
  const auto data = sealed.substr(mode.nonce, sealed.size() - mode.nonce - tag);
  std::string expected(sealed.substr(sealed.size() - tag));
  out.resize(data.size() + mode.block);
  int size = 0, rest = 0;
  if (!context || EVP_DecryptInit_ex(context.get(), mode.cipher(key), nullptr, bytes(key.secret),
                                     bytes(sealed)) != 1)
    return false;
  if (mode.authenticated && EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(place),
                                              static_cast<int>(place.size())) != 1)
    return false;
  if (EVP_DecryptUpdate(context.get(), bytes(out), &size, bytes(data),
                        static_cast<int>(data.size())) != 1)
    return false;
  if (mode.authenticated &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, kTag, bytes(expected)) != 1)
    return false;
  if (EVP_DecryptFinal_ex(context.get(), bytes(out, static_cast<std::size_t>(size)), &rest) != 1)
    return false;
  out.resize(static_cast<std::size_t>(size + rest));
  return true;
}

class Aes final : public KeyProvider {
 public:
  Aes(std::string prefix, const Mode& mode, std::vector<EncryptionKey> keys)
      : prefix_(std::move(prefix)), mode_(mode), keys_(std::move(keys)) {}

  std::string_view prefix() const override { return prefix_; }

  Result<std::string> seal(std::string_view place, std::string_view value) const override {
    const auto& key = keys_.front();
    std::string out = prefix_ + key.name + ":";
    if (!encrypt(mode_, key, place, value, out)) return failed("a value could not be encrypted");
    return out;
  }

  Result<OpenedValue> open(std::string_view place, std::string_view sealed) const override {
    for (const auto& key : keys_) {
      if (!sealed.starts_with(key.name) || !sealed.substr(key.name.size()).starts_with(':'))
        continue;
      OpenedValue opened;
      opened.stale = &key != &keys_.front();
      // Two keys may have one name.
      if (decrypt(mode_, key, place, sealed.substr(key.name.size() + 1), opened.value))
        return opened;
    }
    return failed("no matching key was found for the provided AES transformer");
  }

 private:
  const std::string prefix_;
  const Mode& mode_;
  const std::vector<EncryptionKey> keys_;
};

class Unsealed final : public KeyProvider {
 public:
  std::string_view prefix() const override { return {}; }
  Result<std::string> seal(std::string_view, std::string_view value) const override {
    return std::string(value);
  }
  Result<OpenedValue> open(std::string_view, std::string_view sealed) const override {
    if (sealed.starts_with("k8s:enc:"))
      return failed("identity transformer tried to read encrypted data");
    return OpenedValue{std::string(sealed)};
  }
};

}  // namespace

KeyProviderPtr make_aes_gcm(std::vector<EncryptionKey> keys) {
  return std::make_shared<Aes>("k8s:enc:aesgcm:v1:", kGcm, std::move(keys));
}

KeyProviderPtr make_aes_cbc(std::vector<EncryptionKey> keys) {
  return std::make_shared<Aes>("k8s:enc:aescbc:v1:", kCbc, std::move(keys));
}

KeyProviderPtr make_identity() { return std::make_shared<Unsealed>(); }

}  // namespace kubus::apiserver
