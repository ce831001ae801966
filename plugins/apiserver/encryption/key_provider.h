// One way of sealing values: an algorithm with its keys. The first key seals, all of them open.
//
// Thread safety: immutable; all members from any thread.
//
// A sealed value is the provider's prefix, the key's name, a colon and what the algorithm makes:
// the layout of the reference, whose stores can be read and which can read ours.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

struct EncryptionKey {
  std::string name;    // without a colon
  std::string secret;  // 16, 24 or 32 bytes
};

struct OpenedValue {
  std::string value;
  // Sealed otherwise than it would be today.
  bool stale = false;
};

class KeyProvider {
 public:
  virtual ~KeyProvider() = default;
  // What its values begin with; empty: it takes values as they are.
  virtual std::string_view prefix() const = 0;
  // `place` is bound to the value, where the algorithm can do so: moved elsewhere it does not open.
  virtual Result<std::string> seal(std::string_view place, std::string_view value) const = 0;
  // `sealed` without the prefix. kInternalError when no key of this provider opens it.
  virtual Result<OpenedValue> open(std::string_view place, std::string_view sealed) const = 0;
};
using KeyProviderPtr = std::shared_ptr<const KeyProvider>;

// AES-GCM with a random nonce of 12 bytes; a key is good for 2^32 writes.
KeyProviderPtr make_aes_gcm(std::vector<EncryptionKey> keys);
// AES-CBC with PKCS #7 padding: not authenticated, for stores that have it.
KeyProviderPtr make_aes_cbc(std::vector<EncryptionKey> keys);
// Leaves values as they are.
KeyProviderPtr make_identity();

}  // namespace kubus::apiserver
