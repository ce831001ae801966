// EncryptionConfiguration of apiserver.config.k8s.io/v1.
#include <boost/json/value.hpp>

#include "config/document.h"
#include "encryption/value_codec.h"
#include "kubus/api/base64.h"

namespace kubus::apiserver {

namespace {

using namespace config;

constexpr const char* kVersion = "apiserver.config.k8s.io/v1";
constexpr const char* kKind = "EncryptionConfiguration";

Result<EncryptionKey> read_key(const json::value& value, const std::string& path) {
  KUBUS_TRY(check_members(value, path, {"name", "secret"}));
  const auto& object = value.get_object();
  EncryptionKey key{text_of(object, "name"), {}};
  if (key.name.empty()) return wrong(path + ".name", "Required value: a key needs a name");
  if (key.name.find(':') != std::string::npos)
    return wrong(path + ".name", "Invalid value: a name has no colon");
  auto secret = decode_base64(text_of(object, "secret"));
  if (!secret.ok() || secret->empty())
    return wrong(path + ".secret", "Invalid value: secrets must be base64 encoded");
  if (secret->size() != 16 && secret->size() != 24 && secret->size() != 32)
    return wrong(path + ".secret", "Invalid value: secret is not of the expected length, got " +
                                       std::to_string(secret->size()) +
                                       ", expected one of [16 24 32]");
  key.secret = std::move(*secret);
  return key;
}

Result<KeyProviderPtr> read_provider(const json::value& value, const std::string& path) {
  KUBUS_TRY(check_members(value, path, {"aesgcm", "aescbc", "identity", "secretbox", "kms"}));
  const auto& object = value.get_object();
  if (object.size() != 1)
    return wrong(path, "Invalid value: exactly one provider must be specified");
  const std::string name(object.begin()->key());
  const auto& body = object.begin()->value();
  if (name == "identity") return make_identity();
  if (name == "secretbox" || name == "kms")
    return wrong(path + "." + name, "this kind of provider is not supported");
  KUBUS_TRY(check_members(body, path + "." + name, {"keys"}));
  const auto& list = list_of(body.get_object(), "keys");
  if (list.empty()) return wrong(path + "." + name + ".keys", "Required value: at least one key");
  std::vector<EncryptionKey> keys;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto key = read_key(list[i], at(path + "." + name + ".keys", i));
    if (!key.ok()) return key.status();
    keys.push_back(std::move(*key));
  }
  return name == "aesgcm" ? make_aes_gcm(std::move(keys)) : make_aes_cbc(std::move(keys));
}

}  // namespace

// Puts rules into a codec as they come.
class CodecReader {
 public:
  explicit CodecReader(ValueCodec& codec) : codec_(codec) {}

  Status read_rule(const json::value& value, const std::string& path) {
    KUBUS_TRY(check_members(value, path, {"resources", "providers"}));
    const auto& resources = list_of(value.get_object(), "resources");
    if (resources.empty())
      return wrong(path + ".resources", "Required value: at least one resource must be specified");
    const auto& list = list_of(value.get_object(), "providers");
    if (list.empty())
      return wrong(path + ".providers", "Required value: at least one provider must be specified");
    ValueCodec::Providers providers;
    for (std::size_t i = 0; i < list.size(); ++i) {
      auto provider = read_provider(list[i], at(path + ".providers", i));
      if (!provider.ok()) return provider.status();
      providers.push_back(std::move(*provider));
    }
    for (std::size_t i = 0; i < resources.size(); ++i)
      KUBUS_TRY(add(resources[i], providers, at(path + ".resources", i)));
    return {};
  }

 private:
  // "secrets", "deployments.apps", "*.apps", "*." for the core group, "*.*" for everything.
  Status add(const json::value& value, const ValueCodec::Providers& providers,
             const std::string& path) {
    if (!value.is_string() || value.get_string().empty())
      return wrong(path, "Invalid value: not the name of a resource");
    const std::string name(value.get_string());
    // A rule behind one that covers it would never count.
    if (!codec_.all_.empty()) return wrong(path, "Invalid value: \"*.*\" before it covers it");
    const auto dot = name.find('.');
    const auto resource = name.substr(0, dot);
    auto group = dot == std::string::npos ? std::string() : name.substr(dot + 1);
    if (group.empty()) group = "core";
    if (resource == "*" && dot == std::string::npos)
      return wrong(path, "Invalid value: use *.* for every resource");
    if (resource == "*" && group == "*") {
      codec_.all_ = providers;
      return {};
    }
    if (group == "*")
      return wrong(path, "Invalid value: use a resource and its group, *.GROUP or *.*");
    if (codec_.by_group_.contains(group))
      return wrong(path, "Invalid value: \"*." + group + "\" before it covers it");
    const bool added = resource == "*"
                           ? codec_.by_group_.emplace(group, providers).second
                           : codec_.by_resource_.emplace(group + "/" + resource, providers).second;
    return added ? Status() : wrong(path, "Duplicate value: \"" + name + "\"");
  }

  ValueCodec& codec_;
};

Result<ValueCodec> ValueCodec::from(const json::object& document) {
  KUBUS_TRY(check_members(document, kKind, {"apiVersion", "kind", "resources"}));
  const auto& rules = list_of(document, "resources");
  if (rules.empty())
    return wrong("resources", "Required value: at least one rule must be specified");
  ValueCodec codec;
  CodecReader reader(codec);
  for (std::size_t i = 0; i < rules.size(); ++i)
    KUBUS_TRY(reader.read_rule(rules[i], at("resources", i)));
  return codec;
}

Result<ValueCodec> ValueCodec::parse(std::string_view yaml) {
  const auto document = config::parse(yaml, kVersion, kKind);
  return document.ok() ? from(*document) : document.status();
}

Result<ValueCodec> ValueCodec::read(const std::string& file) {
  const auto document = config::read(file, kVersion, kKind);
  if (!document.ok()) return document.status();
  auto codec = from(*document);
  if (!codec.ok()) return codec.status().annotate(file);
  return codec;
}

}  // namespace kubus::apiserver
