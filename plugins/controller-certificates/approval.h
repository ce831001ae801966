// Which requests are approved without a person: those of nodes for client certificates, by whoever
// is allowed to make nodes, or to renew the certificate of the node it is itself.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/authorization/v1/access_review.pb.h>

#include <string>
#include <vector>

#include "rules.h"

namespace kubus::certificates {

// A reason for an approval, if who asked is allowed to create this subresource.
struct Ground {
  const char* subresource;
  const char* message;
};

bool is_undecided(const CertificateSigningRequest& request);
// In the order in which they are tried; none for a request that a person decides.
std::vector<Ground> grounds_of(const CertificateSigningRequest& request, const pki::Facts& asked);
// The question whether who asked is allowed.
authorization_v1::SubjectAccessReview question(const CertificateSigningRequest& request,
                                               const Ground& ground);
// The merge patch of `request` that approves it, as it is now.
std::string approval_patch(const CertificateSigningRequest& request, const Ground& ground);

}  // namespace kubus::certificates
