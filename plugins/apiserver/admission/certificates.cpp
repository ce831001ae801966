// Who may approve and sign requests for certificates, and for what none is made.
#include <google/protobuf/message.h>
#include <k8s/certificates/v1/certificate_signing_request.pb.h>

#include <algorithm>

#include "admission/plugins.h"
#include "auth/deferred.h"
#include "kubus/object.h"
#include "kubus/pki/signing_request.h"

namespace kubus::apiserver {
namespace {

using certificates_v1::CertificateSigningRequest;

constexpr std::string_view kGroup = "certificates.k8s.io";
constexpr std::string_view kPlural = "certificatesigningrequests";
constexpr std::string_view kClientSigner = "kubernetes.io/kube-apiserver-client";
constexpr std::string_view kMasters = "system:masters";

const CertificateSigningRequest& request_in(const Message* object) {
  return static_cast<const CertificateSigningRequest&>(*object);
}

class SignerRights {
 public:
  explicit SignerRights(const Authorizers& authorizers) : authorizers_(authorizers) {}

  // By the signer's own name, or by that of all signers of its domain.
  Status check(const AdmissionCall& admission, const char* verb, const char* what) const {
    const auto& signer = request_in(admission.old).spec().signername();
    RequestInfo info;
    info.is_resource = true;
    info.verb = verb;
    info.group = kGroup;
    info.version = "*";
    info.resource = "signers";
    info.name = signer;
    auto domain = info;
    domain.name = signer.substr(0, signer.find('/')) + "/*";
    return require_any(authorizers_, admission.call, {std::move(info), std::move(domain)},
                       errors::forbidden(admission.subject(),
                                         std::string("user not permitted to ") + what +
                                             " requests with signerName \"" + signer + "\""));
  }

 private:
  const Authorizers& authorizers_;
};

class Approval final : public Admission {
 public:
  explicit Approval(const Authorizers& authorizers) : rights_(authorizers) {}

  Status validate(const AdmissionCall& admission) override {
    if (!admission.is(kGroup, kPlural, "approval") || !admission.updates()) return {};
    return rights_.check(admission, "approve", "approve");
  }

 private:
  SignerRights rights_;
};

class Signing final : public Admission {
 public:
  explicit Signing(const Authorizers& authorizers) : rights_(authorizers) {}

  Status validate(const AdmissionCall& admission) override {
    if (!admission.is(kGroup, kPlural, "status") || !admission.updates()) return {};
    const auto& now = request_in(admission.object).status();
    const auto& before = request_in(admission.old).status();
    if (now.certificate() == before.certificate() &&
        std::equal(now.conditions().begin(), now.conditions().end(), before.conditions().begin(),
                   before.conditions().end(), same_content))
      return {};
    return rights_.check(admission, "sign", "sign");
  }

 private:
  SignerRights rights_;
};

class SubjectRestriction final : public Admission {
 public:
  Status validate(const AdmissionCall& admission) override {
    if (!admission.is(kGroup, kPlural) || !admission.creates()) return {};
    const auto& spec = request_in(admission.object).spec();
    if (spec.signername() != kClientSigner) return {};
    const auto facts = pki::read_request(spec.request());
    if (!facts.ok())
      return errors::forbidden(admission.subject(),
                               "failed to parse CSR: " + facts.status().message());
    const auto& groups = facts->subject.organizations;
    if (std::find(groups.begin(), groups.end(), kMasters) == groups.end()) return {};
    return errors::forbidden(admission.subject(), "use of " + std::string(kClientSigner) +
                                                      " signer with " + std::string(kMasters) +
                                                      " group is not allowed");
  }
};

}  // namespace

std::unique_ptr<Admission> make_certificate_approval(const AdmissionContext& context) {
  return std::make_unique<Approval>(context.authorizers);
}
std::unique_ptr<Admission> make_certificate_signing(const AdmissionContext& context) {
  return std::make_unique<Signing>(context.authorizers);
}
std::unique_ptr<Admission> make_certificate_subject(const AdmissionContext&) {
  return std::make_unique<SubjectRestriction>();
}

}  // namespace kubus::apiserver
