#include "approval.h"

#include "kubus/api/json.h"

namespace kubus::certificates {
namespace {

constexpr Ground kSelf = {
    "selfnodeclient",
    "Auto approving self kubelet client certificate after SubjectAccessReview."};
constexpr Ground kNode = {
    "nodeclient", "Auto approving kubelet client certificate after SubjectAccessReview."};

}  // namespace

bool is_undecided(const CertificateSigningRequest& request) {
  return request.status().certificate().empty() && !has_condition(request, "Approved") &&
         !has_condition(request, "Denied");
}

std::vector<Ground> grounds_of(const CertificateSigningRequest& request, const pki::Facts& asked) {
  if (request.spec().signername() != kNodeSigner ||
      !check_node_client(asked, usages_of(request)).ok())
    return {};
  if (request.spec().username() == asked.subject.common_name) return {kSelf, kNode};
  return {kNode};
}

authorization_v1::SubjectAccessReview question(const CertificateSigningRequest& request,
                                               const Ground& ground) {
  authorization_v1::SubjectAccessReview review;
  auto& spec = *review.mutable_spec();
  const auto& by = request.spec();
  spec.set_user(by.username());
  if (!by.uid().empty()) spec.set_uid(by.uid());
  *spec.mutable_groups() = by.groups();
  for (const auto& [key, values] : by.extra())
    *(*spec.mutable_extra())[key].mutable_items() = values.items();
  auto& what = *spec.mutable_resourceattributes();
  what.set_verb("create");
  what.set_group("certificates.k8s.io");
  what.set_version("*");
  what.set_resource("certificatesigningrequests");
  what.set_subresource(ground.subresource);
  return review;
}

std::string approval_patch(const CertificateSigningRequest& request, const Ground& ground) {
  certificates_v1::CertificateSigningRequestStatus status;
  *status.mutable_conditions() = request.status().conditions();
  auto& approved = *status.add_conditions();
  approved.set_type("Approved");
  approved.set_status("True");
  approved.set_reason("AutoApproved");
  approved.set_message(ground.message);
  return R"({"metadata":{"resourceVersion":")" + request.metadata().resourceversion() +
         R"("},"status":)" + to_json(status) + "}";
}

}  // namespace kubus::certificates
