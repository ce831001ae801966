#include "cache/storage_key.h"

namespace kubus::apiserver {

std::string object_key(const ResourceInfo& resource, std::string_view ns, std::string_view name) {
  std::string key;
  if (resource.namespaced) key.append(ns).push_back('/');
  return key.append(name);
}

std::string storage_key(const ResourceInfo& resource, std::string_view key) {
  std::string text(kRegistryPrefix);
  text.append(resource.group.empty() ? "core" : resource.group).push_back('/');
  text.append(resource.plural).push_back('/');
  return text.append(key);
}

StorageKey split_storage_key(std::string_view key) {
  if (!key.starts_with(kRegistryPrefix)) return {};
  key.remove_prefix(kRegistryPrefix.size());
  const auto group = key.find('/');
  if (group == std::string_view::npos) return {};
  const auto resource = key.find('/', group + 1);
  if (resource == std::string_view::npos) return {};
  return {key.substr(0, resource), key.substr(resource + 1)};
}

}  // namespace kubus::apiserver
