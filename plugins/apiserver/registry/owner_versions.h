// OwnerVersions: the other versions in which owners of the fields of an object may name them: of a
// custom kind, or of a built-in one that is served in several.
//
// Thread safety: as the call it is about, which outlives it.
#pragma once

#include <vector>

#include "apply/other_versions.h"
#include "custom/kind.h"
#include "registry/call.h"
#include "versions/version.h"

namespace kubus::apiserver {

class OwnerVersions final : public OtherVersions {
 public:
  explicit OwnerVersions(const Call& call);

  // Null where there is one version alone.
  const OtherVersions* get() const { return kind_ || !versions_.empty() ? this : nullptr; }

  const FieldManager* manager(const std::string& api_version) const override;
  // What a webhook has not been asked about is missed in the call, which is to be tried again.
  Result<std::string> convert(std::string_view json,
                              const std::string& api_version) const override;

 private:
  // The resource as a built-in kind has it in that version; null: it has none.
  const ResourceInfo* built_in(std::string_view api_version) const;

  const Call& call_;
  const CustomKind* kind_;
  std::vector<const Version*> versions_;  // beside the one that is stored
};

}  // namespace kubus::apiserver
