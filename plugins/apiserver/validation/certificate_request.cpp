#include <k8s/certificates/v1/certificate_signing_request.pb.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "kubus/api/base64.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using certificates_v1::CertificateSigningRequest;
using certificates_v1::CertificateSigningRequestCondition;

// What has been decided of a request, and stays decided.
constexpr std::array<std::string_view, 3> kDecisions = {"Approved", "Denied", "Failed"};

constexpr std::array<std::string_view, 23> kUsages = {"any",
                                                      "cert sign",
                                                      "client auth",
                                                      "code signing",
                                                      "content commitment",
                                                      "crl sign",
                                                      "data encipherment",
                                                      "decipher only",
                                                      "digital signature",
                                                      "email protection",
                                                      "encipher only",
                                                      "ipsec end system",
                                                      "ipsec tunnel",
                                                      "ipsec user",
                                                      "key agreement",
                                                      "key encipherment",
                                                      "microsoft sgc",
                                                      "netscape sgc",
                                                      "ocsp signing",
                                                      "s/mime",
                                                      "server auth",
                                                      "signing",
                                                      "timestamping"};

void check_usages(const certificates_v1::CertificateSigningRequestSpec& spec, const Path& path,
                  ErrorList& errors) {
  if (spec.usages().empty()) errors.required(path);
  std::set<std::string> seen;
  for (int i = 0; i < spec.usages_size(); ++i) {
    const std::string& usage = spec.usages(i);
    if (std::find(kUsages.begin(), kUsages.end(), usage) == kUsages.end()) {
      errors.not_supported(path.index(i), usage,
                           std::vector<std::string_view>(kUsages.begin(), kUsages.end()));
    }
    if (!seen.insert(usage).second) errors.duplicate(path.index(i), usage);
  }
}

// "example.com/signer".
void check_signer(const std::string& name, const Path& path, ErrorList& errors) {
  if (name.empty()) return errors.required(path);
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos || slash + 1 == name.size() ||
      name.find('/', slash + 1) != std::string::npos) {
    return errors.invalid(path, name,
                          "must be a fully qualified domain and path of the form "
                          "'example.com/signer-name'");
  }
  const std::string domain = name.substr(0, slash);
  std::string_view rest = domain;
  for (;;) {
    const std::size_t dot = rest.find('.');
    const std::string_view label = rest.substr(0, dot);
    for (const std::string& message : check_dns1123_label(label)) {
      errors.invalid(path, domain, "validating label " + quoted(label) + ": " + message);
    }
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  if (domain.find('.') == std::string::npos) {
    errors.invalid(path, domain, "should be a domain with at least two segments separated by dots");
  }
}

void check_request(const CertificateSigningRequest& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (spec.request().empty()) {
    errors.invalid_json(path.child("request"), "null",
                        "PEM block type must be CERTIFICATE REQUEST");
  } else if (spec.request().find("-----BEGIN CERTIFICATE REQUEST-----") == std::string::npos) {
    errors.invalid(path.child("request"), encode_base64(spec.request()),
                   "PEM block type must be CERTIFICATE REQUEST");
  }
  check_usages(spec, path.child("usages"), errors);
  if (spec.has_expirationseconds() && spec.expirationseconds() < 600) {
    errors.invalid(path.child("expirationSeconds"), spec.expirationseconds(),
                   "may not specify a duration less than 600 seconds (10 minutes)");
  }
  check_signer(spec.signername(), path.child("signerName"), errors);
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
