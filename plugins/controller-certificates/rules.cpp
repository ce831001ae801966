#include "rules.h"

#include <algorithm>
#include <set>

#include "kubus/api/time.h"

namespace kubus::certificates {
namespace {

using Usages = std::set<std::string>;
using Check = Status (*)(const pki::Facts& asked, const std::vector<std::string>& usages);

Status refused(std::string why) { return Status(Code::kInvalid, std::move(why)); }

bool starts_with_node(const pki::Facts& asked) {
  return asked.subject.common_name.starts_with("system:node:");
}

// RSA keys encipher keys; others need not be allowed to.
Status check_node_usages(const std::vector<std::string>& usages, const std::string& own) {
  const Usages wanted = {"digital signature", "key encipherment", own};
  const Usages without_rsa = {"digital signature", own};
  const Usages have(usages.begin(), usages.end());
  if (have == wanted || have == without_rsa) return {};
  std::string list;
  for (const auto& usage : wanted) list += (list.empty() ? "" : " ") + usage;
  return refused("usages did not match [" + list + "]");
}

Status check_node_server(const pki::Facts& asked, const std::vector<std::string>& usages) {
  if (asked.subject.organizations != std::vector<std::string>{"system:nodes"})
    return refused("subject organization is not system:nodes");
  if (asked.dns_names.empty() && asked.addresses.empty())
    return refused("DNS or IP subjectAltName is required");
  if (!asked.emails.empty()) return refused("Email subjectAltNames are not allowed");
  if (!asked.uris.empty()) return refused("URI subjectAltNames are not allowed");
  KUBUS_TRY(check_node_usages(usages, "server auth"));
  if (!starts_with_node(asked))
    return refused("subject common name does not begin with system:node:");
  return {};
}

Status check_client(const pki::Facts&, const std::vector<std::string>& usages) {
  for (const auto& usage : usages)
    if (usage != "digital signature" && usage != "key encipherment" && usage != "client auth")
      return refused("invalid usage for client certificate: " + usage);
  if (std::find(usages.begin(), usages.end(), "client auth") == usages.end())
    return refused("missing required usage for client certificate: client auth");
  return {};
}

Status check_nothing(const pki::Facts&, const std::vector<std::string>&) { return {}; }

struct Signer {
  std::string_view name;
  Check check;
};
constexpr Signer kSigners[] = {
    {"kubernetes.io/kube-apiserver-client", check_client},
    {kNodeSigner, check_node_client},
    {"kubernetes.io/kubelet-serving", check_node_server},
    {"kubernetes.io/legacy-unknown", check_nothing},
};

const Signer* signer_of(const CertificateSigningRequest& request) {
  for (const auto& signer : kSigners)
    if (signer.name == request.spec().signername()) return &signer;
  return nullptr;
}

}  // namespace

bool has_condition(const CertificateSigningRequest& request, std::string_view type) {
  const auto& all = request.status().conditions();
  return std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.type() == type; });
}

std::vector<std::string> usages_of(const CertificateSigningRequest& request) {
  return {request.spec().usages().begin(), request.spec().usages().end()};
}

bool awaits_signature(const CertificateSigningRequest& request) {
  return signer_of(request) && request.status().certificate().empty() &&
         has_condition(request, "Approved") && !has_condition(request, "Denied") &&
         !has_condition(request, "Failed");
}

Status check_request(const CertificateSigningRequest& request, const pki::Facts& asked) {
  const auto* signer = signer_of(request);
  if (!signer) return refused("not a signer of this cluster: " + request.spec().signername());
  return signer->check(asked, usages_of(request));
}

Status check_node_client(const pki::Facts& asked, const std::vector<std::string>& usages) {
  if (asked.subject.organizations != std::vector<std::string>{"system:nodes"})
    return refused("subject organization is not system:nodes");
  if (!asked.dns_names.empty()) return refused("DNS subjectAltNames are not allowed");
  if (!asked.emails.empty()) return refused("Email subjectAltNames are not allowed");
  if (!asked.addresses.empty()) return refused("IP subjectAltNames are not allowed");
  if (!asked.uris.empty()) return refused("URI subjectAltNames are not allowed");
  if (!starts_with_node(asked))
    return refused("subject common name does not begin with system:node:");
  return check_node_usages(usages, "client auth");
}

std::chrono::seconds lifetime_of(const CertificateSigningRequest& request,
                                 std::chrono::seconds longest) {
  constexpr std::chrono::seconds kShortest = std::chrono::minutes(10);
  if (!request.spec().has_expirationseconds()) return longest;
  const std::chrono::seconds asked(request.spec().expirationseconds());
  return asked > longest ? longest : std::max(asked, kShortest);
}

CertificateSigningRequest failed(CertificateSigningRequest request, const std::string& why) {
  auto& condition = *request.mutable_status()->add_conditions();
  condition.set_type("Failed");
  condition.set_status("True");
  condition.set_reason("SignerValidationFailure");
  condition.set_message(why);
  set_now(*condition.mutable_lastupdatetime());
  return request;
}

}  // namespace kubus::certificates
