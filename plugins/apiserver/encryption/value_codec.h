// Which values are sealed on their way to storage, and how: the rules of an
// EncryptionConfiguration.
//
// Thread safety: immutable once made; all members from any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "encryption/key_provider.h"

namespace boost::json {
class object;
}

namespace kubus::apiserver {

class ValueCodec {
 public:
  // The first provider seals, whichever knows the value's prefix opens.
  using Providers = std::vector<KeyProviderPtr>;

  // Seals nothing.
  ValueCodec() = default;
  // From an EncryptionConfiguration of apiserver.config.k8s.io/v1 as text or in a file. kInvalid
  // with the path of the field for what makes no sense.
  static Result<ValueCodec> parse(std::string_view yaml);
  static Result<ValueCodec> read(const std::string& file);

  // `key` is the key in storage.
  Result<std::string> seal(std::string_view key, std::string value) const;
  // Values of resources without a rule are as they are, and so is `opened.value`, which is left
  // empty then. kInternalError that names the key.
  struct Opened {
    bool as_is = true;
    bool stale = false;
    std::string value;
  };
  Result<Opened> open(std::string_view key, std::string_view value) const;

 private:
  friend class CodecReader;
  static Result<ValueCodec> from(const boost::json::object& document);
  const Providers* find(std::string_view key) const;

  // By "group or core/plural", by group, and of everything: whichever rule came first counts, which
  // the reader sees to.
  std::map<std::string, Providers, std::less<>> by_resource_;
  std::map<std::string, Providers, std::less<>> by_group_;
  Providers all_;
};

}  // namespace kubus::apiserver
