// The devices that a pod claims.
#include <k8s/core/v1/pod_spec.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

void check_claim_name(const core_v1::PodResourceClaim& claim, const meta_v1::ObjectMeta* metadata,
                      const ClaimNames& names, const Path& path, ErrorList& errors) {
  if (claim.name().empty()) return errors.required(path);
  if (names.contains(claim.name())) return errors.duplicate(path, claim.name());
  const Messages messages = check_dns1123_label(claim.name());
  errors.invalid_each(path, claim.name(), messages);
  if (!messages.empty() || metadata == nullptr || !claim.has_resourceclaimtemplatename()) return;
  // What is made from the template is called after both.
  const std::string made = metadata->name() + "-" + claim.name();
  for (const std::string& message : check_dns1123_subdomain(made)) {
    errors.invalid(path, made, "final ResourceClaim name: " + message);
  }
}

}  // namespace

ClaimNames check_resource_claims(const core_v1::PodSpec& spec, const meta_v1::ObjectMeta* metadata,
                                 const Path& path, ErrorList& errors) {
  ClaimNames names;
  for (int i = 0; i < spec.resourceclaims_size(); ++i) {
    const auto& claim = spec.resourceclaims(i);
    const Path at = path.index(i);
    check_claim_name(claim, metadata, names, at.child("name"), errors);
    if (!claim.name().empty()) names.insert(claim.name());
    const bool named = claim.has_resourceclaimname();
    const bool made = claim.has_resourceclaimtemplatename();
    if (named && made) {
      errors.invalid_json(at, internal_json(claim),
                          "at most one of `resourceClaimName` or `resourceClaimTemplateName` may "
                          "be specified");
    } else if (!named && !made) {
      errors.invalid_json(at, internal_json(claim),
                          "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`");
    }
    if (named) {
      const std::string& name = claim.resourceclaimname();
      errors.invalid_each(at.child("resourceClaimName"), name, check_dns1123_subdomain(name));
    }
    if (made) {
      const std::string& name = claim.resourceclaimtemplatename();
      errors.invalid_each(at.child("resourceClaimTemplateName"), name,
                          check_dns1123_subdomain(name));
    }
  }
  return names;
}

}  // namespace kubus::apiserver
