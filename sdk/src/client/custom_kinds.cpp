#include "kubus/custom_kinds.h"

#include <k8s/custom_object.pb.h>
#include <k8s/meta/v1/partial_object_metadata.pb.h>

#include <algorithm>
#include <tuple>

#include "kubus/api/json.h"
#include "kubus/context.h"

namespace kubus {
namespace {

using schema::CustomKindDefinition;

// Definitions themselves, read as far as is needed here.
Kind definition_kind() {
  auto kind = std::make_shared<ResourceInfo>(
      *find_resource("apiextensions.k8s.io", "v1", "customresourcedefinitions"));
  kind->message = CustomKindDefinition::descriptor();
  return kind;
}

bool is_established(const CustomKindDefinition& definition) {
  const auto& all = definition.status().conditions();
  return std::any_of(all.begin(), all.end(), [](const auto& condition) {
    return condition.type() == "Established" && condition.status() == "True";
  });
}

// The stored version where it is served, else the first that is.
std::string version_of(const CustomKindDefinition& definition) {
  std::string version;
  for (const auto& one : definition.spec().versions()) {
    if (!one.served()) continue;
    if (one.storage()) return one.name();
    if (version.empty()) version = one.name();
  }
  return version;
}

Kind kind_of(const CustomKindDefinition& definition) {
  const auto version = version_of(definition);
  if (version.empty() || !is_established(definition)) return nullptr;
  const auto& names = definition.status().acceptednames();
  auto kind = std::make_shared<ResourceInfo>();
  kind->group = definition.spec().group();
  kind->version = version;
  kind->kind = names.kind();
  kind->plural = names.plural();
  kind->singular = names.singular();
  kind->namespaced = definition.spec().scope() == "Namespaced";
  kind->verbs = {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
  kind->message = meta_v1::PartialObjectMetadata::descriptor();
  kind->list = meta_v1::PartialObjectMetadataList::descriptor();
  return kind;
}

bool same(const Kind& a, const Kind& b) {
  if (!a || !b) return a == b;
  const auto facts = [](const ResourceInfo& kind) {
    return std::tie(kind.group, kind.version, kind.kind, kind.plural, kind.namespaced);
  };
  return facts(*a) == facts(*b);
}

}  // namespace

CustomKinds::CustomKinds(Context& context, ChangeFn changed, std::function<void()> synced)
    : changed_(std::move(changed)), definitions_(custom_cache(context, definition_kind())) {
  subscription_ = definitions_->subscribe(
      context, [this](const ObjectPtr& old, const ObjectPtr& now) { on_change(old, now); },
      [this, synced = std::move(synced)] {
        synced_ = true;
        if (synced) synced();
      });
}

void CustomKinds::on_change(const ObjectPtr& old, const ObjectPtr& now) {
  const auto name = key_of(now ? *now : *old).name;
  set(name, now ? kind_of(static_cast<const CustomKindDefinition&>(*now)) : nullptr);
}

void CustomKinds::set(const std::string& name, Kind kind) {
  Kind before;
  {
    std::lock_guard lock(mutex_);
    auto& slot = kinds_[name];
    if (same(slot, kind)) {
      if (!slot) kinds_.erase(name);
      return;
    }
    before = std::exchange(slot, kind);
    if (!kind) kinds_.erase(name);
  }
  if (!changed_) return;
  if (before) changed_(before, false);
  if (kind) changed_(kind, true);
}

Result<std::vector<Kind>> custom_kinds_now(ApiClient& client) {
  const auto about = definition_kind();
  const auto reply =
      client.raw({"list", about->group, about->version, about->plural, "", "", "", {}, "", ""});
  if (!reply.ok()) return reply.status();
  schema::CustomKindDefinitionList definitions;
  DecodeOptions options;
  options.max_bytes = reply->size() + 1;
  KUBUS_TRY(from_json(std::string_view(*reply), definitions, options));
  std::vector<Kind> kinds;
  for (const auto& definition : definitions.items())
    if (auto kind = kind_of(definition)) kinds.push_back(std::move(kind));
  return kinds;
}

std::vector<Kind> CustomKinds::list() const {
  std::lock_guard lock(mutex_);
  std::vector<Kind> all;
  for (const auto& [name, kind] : kinds_) all.push_back(kind);
  return all;
}

Kind CustomKinds::find(std::string_view group, std::string_view kind) const {
  std::lock_guard lock(mutex_);
  for (const auto& [name, one] : kinds_)
    if (one->group == group && one->kind == kind) return one;
  return nullptr;
}

}  // namespace kubus
