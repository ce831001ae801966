#include <k8s/certificates/v1/certificate_signing_request.pb.h>

#include <algorithm>
#include <array>
#include <set>
#include <vector>

#include "kubus/api/base64.h"
#include "kubus/pki/signing_request.h"
#include "validation/checks.h"
#include "validation/validator.h"

namespace kubus::apiserver {
namespace {

using certificates_v1::CertificateSigningRequest;
using certificates_v1::CertificateSigningRequestCondition;

// What has been decided of a request, and stays decided.
constexpr std::array<std::string_view, 3> kDecisions = {"Approved", "Denied", "Failed"};
constexpr std::string_view kLegacySigner = "kubernetes.io/legacy-unknown";
constexpr std::size_t kLongestDomain = 253;
// A domain, and a path with a label before it.
constexpr std::size_t kLongestSigner = kLongestDomain + 1 + kLongestDomain + 1 + 63;

void check_usages(const certificates_v1::CertificateSigningRequestSpec& spec, const Path& path,
                  ErrorList& errors) {
  if (spec.usages().empty()) errors.required(path);
  const auto& known = pki::known_usages();
  for (int i = 0; i < spec.usages_size(); ++i)
    if (!std::binary_search(known.begin(), known.end(), spec.usages(i)))
      errors.not_supported(path.index(i), spec.usages(i), known);
  std::set<std::string> seen;
  for (int i = 0; i < spec.usages_size(); ++i)
    if (!seen.insert(spec.usages(i)).second) errors.duplicate(path.index(i), spec.usages(i));
}

// Each piece of `text` between dots by itself; the first that is wrong ends it.
void check_pieces(const std::string& text, Messages (*check)(std::string_view), const Path& path,
                  ErrorList& errors) {
  std::string_view rest = text;
  for (;;) {
    const std::size_t dot = rest.find('.');
    const std::string_view piece = rest.substr(0, dot);
    const Messages wrong = check(piece);
    for (const std::string& message : wrong)
      errors.invalid(path, text, "validating label " + quoted(piece) + ": " + message);
    if (!wrong.empty() || dot == std::string_view::npos) return;
    rest.remove_prefix(dot + 1);
  }
}

// "example.com/signer".
void check_signer(const std::string& name, const Path& path, ErrorList& errors) {
  if (name == kLegacySigner)
    return errors.invalid(path, name, "the legacy signerName is not allowed via this API version");
  if (name.empty()) return errors.required(path);
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos || name.find('/', slash + 1) != std::string::npos) {
    return errors.invalid(path, name,
                          "must be a fully qualified domain and path of the form "
                          "'example.com/signer-name'");
  }
  const std::string domain = name.substr(0, slash);
  if (domain.size() > kLongestDomain) errors.too_long(path, kLongestDomain);
  check_pieces(domain, check_dns1123_label, path, errors);
  if (domain.find('.') == std::string::npos)
    errors.invalid(path, domain, "should be a domain with at least two segments separated by dots");
  check_pieces(name.substr(slash + 1), check_dns1123_subdomain, path, errors);
  if (name.size() > kLongestSigner) errors.too_long(path, kLongestSigner);
}

// Only when it is made: nothing changes it afterwards.
void check_request(const CertificateSigningRequest& object, ErrorList& errors) {
  const Path path("spec");
  const auto& spec = object.spec();
  if (const auto asked = pki::read_request(spec.request()); !asked.ok()) {
    const auto text = encode_base64(spec.request());
    errors.invalid_json(path.child("request"), text.empty() ? "null" : quoted(text),
                        asked.status().message());
  }
  check_usages(spec, path.child("usages"), errors);
  check_signer(spec.signername(), path.child("signerName"), errors);
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
    const Path at = path.index(i);
    check_condition(condition, at, errors);
    const bool excluded = (condition.type() == "Approved" && types.contains("Denied")) ||
                          (condition.type() == "Denied" && types.contains("Approved"));
    if (excluded)
      errors.invalid(at.child("type"), condition.type(),
                     "Approved and Denied conditions are mutually exclusive");
    if (!types.insert(condition.type()).second)
      errors.duplicate(at.child("type"), condition.type());
  }
}

std::vector<const CertificateSigningRequestCondition*> all_of(
    const CertificateSigningRequest& object, std::string_view type) {
  std::vector<const CertificateSigningRequestCondition*> out;
  for (const auto& condition : object.status().conditions())
    if (condition.type() == type) out.push_back(&condition);
  return out;
}

// What has been decided stays decided.
void check_kept(const CertificateSigningRequest& object, const CertificateSigningRequest& old,
                const Path& path, ErrorList& errors) {
  for (const auto type : kDecisions)
    if (all_of(object, type).size() < all_of(old, type).size())
      errors.forbidden(path, "updates may not remove a condition of type " + quoted(type));
}

void check_approval(const CertificateSigningRequest& object, const CertificateSigningRequest& old,
                    ErrorList& errors) {
  const Path path = Path("status").child("conditions");
  check_conditions(object, path, errors);
  check_kept(object, old, path, errors);
}

void check_undecided(const CertificateSigningRequest& object, const CertificateSigningRequest& old,
                     const Path& path, ErrorList& errors) {
  for (const std::string_view type : {"Approved", "Denied"}) {
    const auto before = all_of(old, type);
    const auto now = all_of(object, type);
    if (now.size() > before.size())
      errors.forbidden(path, "updates may not add a condition of type " + quoted(type));
    else if (now.size() == before.size() &&
             !std::equal(now.begin(), now.end(), before.begin(),
                         [](const auto* a, const auto* b) { return equal(*a, *b); }))
      errors.forbidden(path, "updates may not modify a condition of type " + quoted(type));
  }
}

// Whoever signs neither approves nor signs twice.
void check_status(const CertificateSigningRequest& object, const CertificateSigningRequest& old,
                  ErrorList& errors) {
  const Path path("status");
  const auto& now = object.status().certificate();
  const auto& before = old.status().certificate();
  check_conditions(object, path.child("conditions"), errors);
  if (now != before && !now.empty())
    if (const Status good = pki::check_certificates(now); !good.ok())
      errors.invalid(path.child("certificate"), "<certificate data>", good.message());
  check_kept(object, old, path.child("conditions"), errors);
  check_undecided(object, old, path.child("conditions"), errors);
  if (now != before && !before.empty())
    errors.forbidden(path.child("certificate"),
                     "updates may not modify existing certificate content");
}

constexpr PartCheck kParts[] = {
    {"approval", compare_as<CertificateSigningRequest, check_approval>},
};

constexpr Validator kValidators[] = {
    {"k8s.io.api.certificates.v1.CertificateSigningRequest", nullptr, nullptr,
     check_as<CertificateSigningRequest, check_request>,
     compare_as<CertificateSigningRequest, check_status>, kParts},
};

}  // namespace

std::span<const Validator> certificate_validators() { return kValidators; }

}  // namespace kubus::apiserver
