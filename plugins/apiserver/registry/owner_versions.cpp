#include "registry/owner_versions.h"

#include "cache/json_scan.h"
#include "custom/family.h"

namespace kubus::apiserver {

const FieldManager* OwnerVersions::manager(const std::string& api_version) const {
  const auto* kind = kind_->family().find(api_version);
  return kind ? &kind->field_manager(call_.info.subresource) : nullptr;
}

Result<std::string> OwnerVersions::convert(std::string_view json,
                                           const std::string& api_version) const {
  if (!kind_->conversion() || json_text(json_at(json, "apiVersion")) == api_version)
    return std::string(json);
  const auto* wanted = kind_->family().find(api_version);
  const auto* found = call_.conversions.find(json, {call_.keep, wanted});
  return found ? *found : Result<std::string>(Status(Code::kUnavailable, "not converted yet"));
}

}  // namespace kubus::apiserver
