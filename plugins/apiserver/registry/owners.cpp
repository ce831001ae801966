#include "registry/owners.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "custom/kind.h"
#include "kubus/api/json.h"
#include "kubus/api/time.h"
#include "registry/owner_versions.h"
#include "registry/write_options.h"
#include "validation/metadata.h"
#include "validation/printable.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

ElementPath field_path(std::initializer_list<const char*> names) {
  ElementPath path;
  for (const char* name : names) path.push_back({ElementKind::kField, name});
  return path;
}

// Writes through an endpoint own only what they can change by it.
FieldSet not_owned_through(const ResourceInfo& resource, std::string_view subresource) {
  FieldSet fields;
  const auto add = [&](std::initializer_list<const char*> names) {
    fields.insert(field_path(names));
  };
  if (subresource != "status") {
    if (resource.find_subresource("status")) add({"status"});
    return fields;
  }
  add({"spec"});
  const auto name = resource.group_resource();
  if (name == "pods") {
    add({"metadata", "deletionTimestamp"});
    add({"metadata", "ownerReferences"});
  }
  if (name == "deployments.apps") add({"metadata", "labels"});
  if (resource.group == "flowcontrol.apiserver.k8s.io" ||
      resource.group == "apiextensions.k8s.io" || resource.group == "apiregistration.k8s.io")
    add({"metadata"});
  return fields;
}

ManagedKind managed_kind(const ResourceInfo& resource, std::string_view subresource) {
  ManagedKind kind;
  kind.type = &atom_of(*resource.message);
  kind.api_version = resource.api_version();
  kind.group_version_kind = resource.group + "/" + resource.version + ", Kind=" + resource.kind;
  kind.empty_json = to_json(*new_message(resource));
  kind.subresource = subresource;
  kind.not_owned = not_owned_through(resource, subresource);
  return kind;
}

class FieldManagers {
 public:
  const FieldManager& get(const ResourceInfo& resource, std::string_view subresource) {
    const Key key(&resource, subresource);
    {
      std::shared_lock lock(mutex_);
      if (const auto found = all_.find(key); found != all_.end()) return *found->second;
    }
    std::unique_lock lock(mutex_);
    auto& slot = all_[key];
    if (!slot) slot = std::make_unique<FieldManager>(managed_kind(resource, subresource));
    return *slot;
  }

 private:
  using Key = std::pair<const ResourceInfo*, std::string>;
  std::shared_mutex mutex_;
  std::map<Key, std::unique_ptr<FieldManager>> all_;
};

meta_v1::Time current_time() {
  meta_v1::Time now;
  set_now(now);
  return now;
}

// The object in the version in which the client has it.
std::string seen_json(const Call& call, const Message& object) {
  return to_json(call.version ? *call.version->to_served(object) : object);
}

const meta_v1::ObjectMeta& no_metadata() { return meta_v1::ObjectMeta::default_instance(); }

}  // namespace

const FieldManager& field_manager_of(const ResourceInfo& resource, std::string_view subresource) {
  if (const auto* kind = custom_kind(resource)) return kind->field_manager(subresource);
  static FieldManagers& managers = *new FieldManagers;
  return managers.get(resource, subresource);
}

void record_owners(const Call& call, const Object* stored, const meta_v1::ObjectMeta& old,
                   Message& object) {
  const auto& manager = field_manager_of(call.seen_resource(), call.info.subresource);
  auto& managed = *metadata_of(object)->mutable_managedfields();
  EncodedManagers sent;
  sent.Swap(&managed);
  const auto json = seen_json(call, object);
  std::string served;
  if (stored && call.version) served = seen_json(call, *stored->decode());
  std::string_view before = stored ? stored->json().view() : manager.kind().empty_json;
  if (!served.empty()) before = served;
  const OwnerVersions versions(call);
  // Where it fails, nobody is known to own anything.
  (void)manager
      .update({before, stored ? old : no_metadata(), stored != nullptr,
               stored ? versions.get() : nullptr},
              json, sent, call.clears_managers, call.manager(), current_time(), managed)
      .ok();
}

bool clears_managers(const boost::json::value& object) {
  boost::system::error_code missing;
  const auto* found = object.find_pointer("/metadata/managedFields", missing);
  return found && found->is_array() && found->get_array().empty();
}

std::string manager_of_user_agent(std::string_view user_agent) {
  std::string name;
  for (const auto& rune : runes_of(user_agent.substr(0, user_agent.find('/')))) {
    if (!is_printable(rune)) continue;
    if (name.size() + rune.size() > kLongestFieldManager) break;
    name += rune;
  }
  return name;
}

}  // namespace kubus::apiserver
