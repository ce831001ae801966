#include <k8s/certificates/v1/certificate_signing_request.pb.h>
#include <k8s/rbac/v1/role_binding.pb.h>

#include "table/duration_text.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kBindingColumns[] = {
    kNameColumn,
    {"Role", "string", "Role that is given"},
    kAgeColumn,
    {"Users", "string", "Users who have it", "", 1},
    {"Groups", "string", "Groups that have it", "", 1},
    {"ServiceAccounts", "string", "Service accounts that have it", "", 1},
};

template <class T>
void print_binding(const T& object, Cells& cells) {
  std::vector<std::string> users;
  std::vector<std::string> groups;
  std::vector<std::string> accounts;
  for (const auto& subject : object.subjects()) {
    if (subject.kind() == "User") users.push_back(subject.name());
    if (subject.kind() == "Group") groups.push_back(subject.name());
    if (subject.kind() == "ServiceAccount") {
      accounts.push_back(subject.namespace_() + "/" + subject.name());
    }
  }
  cells.text(object.metadata().name());
  cells.text(object.roleref().kind() + "/" + object.roleref().name());
  cells.age(object.metadata().creationtimestamp());
  cells.text(join(users, ", "));
  cells.text(join(groups, ", "));
  cells.text(join(accounts, ", "));
}

constexpr Column kRequestColumns[] = {
    kNameColumn,
    kAgeColumn,
    {"SignerName", "string", "Signer that is asked"},
    {"Requestor", "string", "User who asks"},
    {"RequestedDuration", "string", "How long the certificate should be valid"},
    {"Condition", "string", "Whether the request is approved and the certificate issued"},
};

std::string request_state(const certificates_v1::CertificateSigningRequest& object) {
  bool approved = false;
  bool denied = false;
  bool failed = false;
  for (const auto& condition : object.status().conditions()) {
    approved |= condition.type() == "Approved";
    denied |= condition.type() == "Denied";
    failed |= condition.type() == "Failed";
  }
  std::string out = denied ? "Denied" : approved ? "Approved" : "Pending";
  if (failed) out += ",Failed";
  if (!object.status().certificate().empty()) out += ",Issued";
  return out;
}

void print_request(const certificates_v1::CertificateSigningRequest& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.age(object.metadata().creationtimestamp());
  cells.text_or(spec.signername(), "<none>");
  cells.text(spec.username());
  cells.text(spec.has_expirationseconds()
                 ? human_duration(std::chrono::seconds(spec.expirationseconds()))
                 : "<none>");
  cells.text(request_state(object));
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.rbac.v1.RoleBinding", kBindingColumns,
     print_as<rbac_v1::RoleBinding, print_binding<rbac_v1::RoleBinding>>},
    {"k8s.io.api.rbac.v1.ClusterRoleBinding", kBindingColumns,
     print_as<rbac_v1::ClusterRoleBinding, print_binding<rbac_v1::ClusterRoleBinding>>},
    {"k8s.io.api.certificates.v1.CertificateSigningRequest", kRequestColumns,
     print_as<certificates_v1::CertificateSigningRequest, print_request>},
};

}  // namespace

std::span<const Printer> access_printers() { return kPrinters; }

}  // namespace kubus::apiserver
