#include "encryption/value_codec.h"

#include "cache/storage_key.h"

namespace kubus::apiserver {

const ValueCodec::Providers* ValueCodec::find(std::string_view key) const {
  if (by_resource_.empty() && by_group_.empty() && all_.empty()) return nullptr;
  const auto place = split_storage_key(key).place;
  if (place.empty()) return nullptr;
  if (const auto at = by_resource_.find(place); at != by_resource_.end()) return &at->second;
  const auto group = place.substr(0, place.find('/'));
  if (const auto at = by_group_.find(group); at != by_group_.end()) return &at->second;
  return all_.empty() ? nullptr : &all_;
}

Result<std::string> ValueCodec::seal(std::string_view key, std::string value) const {
  const auto* providers = find(key);
  return providers ? providers->front()->seal(key, value) : std::move(value);
}

Result<ValueCodec::Opened> ValueCodec::open(std::string_view key, std::string_view value) const {
  const auto* providers = find(key);
  Opened opened;
  // A value that is sealed although no rule says so fails in the identity's words.
  static const Providers kNone{make_identity()};
  if (!providers) {
    if (!value.starts_with("k8s:enc:")) return opened;
    providers = &kNone;
  }
  Status failure;
  for (const auto& provider : *providers) {
    const auto prefix = provider->prefix();
    if (!value.starts_with(prefix)) continue;
    if (prefix.empty() && !value.starts_with("k8s:enc:")) {
      opened.stale = provider != providers->front();
      return opened;
    }
    auto result = provider->open(key, value.substr(prefix.size()));
    if (!result.ok()) {
      if (failure.ok()) failure = result.status();
      continue;
    }
    opened.as_is = false;
    opened.value = std::move(result->value);
    opened.stale = result->stale || provider != providers->front();
    return opened;
  }
  if (failure.ok()) failure = Status(Code::kInternalError, "no matching prefix found");
  return failure.annotate(key);
}

}  // namespace kubus::apiserver
