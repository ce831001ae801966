// What each of the cluster's signers signs.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/certificates/v1/certificate_signing_request.pb.h>

#include <chrono>
#include <string>

#include "kubus/api/types.h"
#include "kubus/pki/certificate.h"
#include "kubus/status.h"

namespace kubus::certificates {

using certificates_v1::CertificateSigningRequest;

inline constexpr char kNodeSigner[] = "kubernetes.io/kube-apiserver-client-kubelet";

bool has_condition(const CertificateSigningRequest& request, std::string_view type);
std::vector<std::string> usages_of(const CertificateSigningRequest& request);

// Whether the request waits for one of the signers here: approved, and neither signed nor failed.
bool awaits_signature(const CertificateSigningRequest& request);
// Ok when the request's signer signs what it asks for; else kInvalid and why not, in the words of
// the reference.
Status check_request(const CertificateSigningRequest& request, const pki::Facts& asked);
// Of a client certificate for a node, whoever asks.
Status check_node_client(const pki::Facts& asked, const std::vector<std::string>& usages);

// How long the certificate shall be good: as asked for, but at most `longest`.
std::chrono::seconds lifetime_of(const CertificateSigningRequest& request,
                                 std::chrono::seconds longest);

// `request` as one that nobody will sign.
CertificateSigningRequest failed(CertificateSigningRequest request, const std::string& why);

}  // namespace kubus::certificates
