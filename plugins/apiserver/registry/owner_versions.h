// OwnerVersions: the other versions in which owners of the fields of a custom object may name them.
//
// Thread safety: as the call it is about, which outlives it.
#pragma once

#include "apply/other_versions.h"
#include "custom/kind.h"
#include "registry/call.h"

namespace kubus::apiserver {

class OwnerVersions final : public OtherVersions {
 public:
  explicit OwnerVersions(const Call& call)
      : call_(call), kind_(custom_kind(*call.resource)) {}

  // Null where versions are not told apart: those of built-in kinds.
  const OtherVersions* get() const { return kind_ ? this : nullptr; }

  const FieldManager* manager(const std::string& api_version) const override;
  // What a webhook has not been asked about is missed in the call, which is to be tried again.
  Result<std::string> convert(std::string_view json,
                              const std::string& api_version) const override;

 private:
  const Call& call_;
  const CustomKind* kind_;
};

}  // namespace kubus::apiserver
