#include <k8s/certificates/v1/certificate_signing_request.pb.h>

#include <algorithm>
#include <array>
#include <set>

#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using certificates_v1::CertificateSigningRequest;
using certificates_v1::CertificateSigningRequestCondition;

// What has been decided of a request, and stays decided.
constexpr std::array<std::string_view, 3> kDecisions = {"Approved", "Denied", "Failed"};

void check_request(const CertificateSigningRequest& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.request().empty()) errors.required(path.child("request"));
  if (spec.usages().empty()) errors.required(path.child("usages"));
  if (spec.signername().empty()) {
    errors.required(path.child("signerName"));
  } else {
    const std::size_t slash = spec.signername().find('/');
    if (slash == std::string::npos || slash + 1 == spec.signername().size()) {
      errors.invalid(path.child("signerName"), spec.signername(),
                     "must be a fully qualified domain and path of the form "
                     "'example.com/signer-name'");
    }
  }
  if (spec.has_expirationseconds() && spec.expirationseconds() < 600) {
    errors.invalid(path.child("expirationSeconds"), spec.expirationseconds(),
                   "may not specify a duration less than 600 seconds (10 minutes)");
  }
}

void check_condition(const CertificateSigningRequestCondition& condition, const Path& path,
                     ErrorList& errors) {
  if (condition.type().empty()) errors.required(path.child("type"));
  const bool decision =
      std::find(kDecisions.begin(), kDecisions.end(), condition.type()) != kDecisions.end();
  if (condition.status().empty())
    errors.required(path.child("status"));
  else if (decision && condition.status() != "True")
    errors.not_supported(path.child("status"), condition.status(), {"True"});
  else if (!decision)
    check_one_of(condition.status(), {"False", "True", "Unknown"}, path.child("status"), errors);
}

void check_conditions(const CertificateSigningRequest& object, const Path& path,
                      ErrorList& errors) {
  std::set<std::string> types;
  for (int i = 0; i < object.status().conditions_size(); ++i) {
    const auto& condition = object.status().conditions(i);
    const Path at = path.index(static_cast<std::size_t>(i));
    check_condition(condition, at, errors);
    if (!types.insert(condition.type()).second)
      errors.duplicate(at.child("type"), condition.type());
    const bool excluded = (condition.type() == "Approved" && types.contains("Denied")) ||
                          (condition.type() == "Denied" && types.contains("Approved"));
    if (excluded)
      errors.invalid(at.child("type"), condition.type(),
                     "Approved and Denied conditions are mutually exclusive");
  }
}

const CertificateSigningRequestCondition* find(const CertificateSigningRequest& object,
                                               std::string_view type) {
  for (const auto& condition : object.status().conditions())
    if (condition.type() == type) return &condition;
  return nullptr;
}

void check_approval(const CertificateSigningRequest& object, const CertificateSigningRequest& old,
                    ErrorList& errors) {
  const Path path = Path("status").child("conditions");
  for (const auto type : kDecisions) {
    const auto* before = find(old, type);
    const auto* now = find(object, type);
    if (before == nullptr) continue;
    if (now == nullptr)
      errors.forbidden(path, "updates may not remove a condition of type " + quoted(type));
    else if (!equal(*before, *now))
      errors.forbidden(path, "updates may not modify a condition of type " + quoted(type));
  }
  check_conditions(object, path, errors);
}

constexpr PartCheck kParts[] = {
    {"approval", compare_as<CertificateSigningRequest, check_approval>},
};

constexpr Validator kValidators[] = {
    {"k8s.io.api.certificates.v1.CertificateSigningRequest", nullptr, nullptr,
     check_as<CertificateSigningRequest, check_request>, nullptr, kParts},
};

}  // namespace

std::span<const Validator> certificate_validators() { return kValidators; }

}  // namespace kubus::apiserver
