#include "registry/owner_versions.h"

#include <google/protobuf/message.h>

#include "cache/json_scan.h"
#include "custom/family.h"
#include "kubus/api/json.h"
#include "registry/owners.h"

namespace kubus::apiserver {
namespace {

// An object in the version `from`, null for the one that is stored, in the version `to`.
Result<std::string> convert_built_in(std::string_view json, const ResourceInfo& stored,
                                     const Version* from, const Version* to) {
  MessagePtr object = new_message(from ? *from->served : stored);
  KUBUS_TRY(from_json(json, *object));
  if (from) object = from->to_stored(*object);
  if (to) object = to->to_served(*object);
  return to_json(*object);
}

}  // namespace

OwnerVersions::OwnerVersions(const Call& call)
    : call_(call), kind_(custom_kind(*call.resource)) {
  for (const auto* version : all_versions())
    if (version->stored == call.resource) versions_.push_back(version);
}

const ResourceInfo* OwnerVersions::built_in(std::string_view api_version) const {
  if (call_.resource->api_version() == api_version) return call_.resource;
  for (const auto* version : versions_)
    if (version->served->api_version() == api_version) return version->served;
  return nullptr;
}

const FieldManager* OwnerVersions::manager(const std::string& api_version) const {
  if (!kind_) {
    const auto* resource = built_in(api_version);
    return resource ? &field_manager_of(*resource, call_.info.subresource) : nullptr;
  }
  const auto* kind = kind_->family().find(api_version);
  return kind ? &kind->field_manager(call_.info.subresource) : nullptr;
}

Result<std::string> OwnerVersions::convert(std::string_view json,
                                           const std::string& api_version) const {
  if (!kind_) {
    const auto* from = built_in(json_text(json_at(json, "apiVersion")));
    const auto* to = built_in(api_version);
    if (!from || !to || from == to) return std::string(json);
    return convert_built_in(json, *call_.resource, version_of(*from), version_of(*to));
  }
  if (!kind_->conversion() || json_text(json_at(json, "apiVersion")) == api_version)
    return std::string(json);
  const auto* wanted = kind_->family().find(api_version);
  const auto* found = call_.conversions.find(json, {call_.keep, wanted});
  return found ? *found : Result<std::string>(Status(Code::kUnavailable, "not converted yet"));
}

}  // namespace kubus::apiserver
