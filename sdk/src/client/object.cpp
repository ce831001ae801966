#include "kubus/object.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <charconv>

#include "kubus/api/json.h"
#include "kubus/api/resource.h"
#include "kubus/api/types.h"

namespace kubus {
namespace {

const meta_v1::ObjectMeta& meta_or_empty(const Message& object) {
  const meta_v1::ObjectMeta* meta = metadata_of(object);
  return meta ? *meta : meta_v1::ObjectMeta::default_instance();
}

}  // namespace

ObjectKey ObjectKey::parse(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {"", std::string(text)};
  return {std::string(text.substr(0, slash)), std::string(text.substr(slash + 1))};
}

ObjectKey key_of(const Message& object) {
  const auto& meta = meta_or_empty(object);
  return {meta.namespace_(), meta.name()};
}

std::string uid_of(const Message& object) { return meta_or_empty(object).uid(); }

std::int64_t resource_version_of(const Message& object) {
  const std::string& text = meta_or_empty(object).resourceversion();
  std::int64_t version = 0;
  std::from_chars(text.data(), text.data() + text.size(), version);
  return version;
}

bool is_deleting(const Message& object) { return meta_or_empty(object).has_deletiontimestamp(); }

bool same_content(const Message& a, const Message& b) { return to_json(a) == to_json(b); }

Owner controller_of(const Message& object) {
  for (const auto& owner : meta_or_empty(object).ownerreferences())
    if (owner.controller()) return {owner.apiversion(), owner.kind(), owner.name(), owner.uid()};
  return {};
}

void set_controller(Message& object, const Message& owner) {
  const ResourceInfo* info = resource_of(*owner.GetDescriptor());
  meta_v1::ObjectMeta* meta = metadata_of(object);
  if (!info || !meta) return;
  auto& reference = *meta->add_ownerreferences();
  reference.set_apiversion(info->api_version());
  reference.set_kind(info->kind);
  reference.set_name(key_of(owner).name);
  reference.set_uid(uid_of(owner));
  reference.set_controller(true);
  reference.set_blockownerdeletion(true);
}

}  // namespace kubus
