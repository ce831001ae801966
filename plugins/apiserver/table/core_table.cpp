#include <k8s/core/v1/component_status.pb.h>
#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/namespace.pb.h>
#include <k8s/core/v1/resource_quota.pb.h>
#include <k8s/core/v1/secret.pb.h>
#include <k8s/core/v1/service_account.pb.h>

#include <map>

#include "kubus/api/quantity.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kNamespaceColumns[] = {
    kNameColumn,
    {"Status", "string", "Whether the namespace is in use or going away"},
    kAgeColumn,
};

void print_namespace(const core_v1::Namespace& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.status().phase());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kSecretColumns[] = {
    kNameColumn,
    {"Type", "string", "What programs may expect in the data"},
    {"Data", "string", "Number of entries"},
    kAgeColumn,
};

void print_secret(const core_v1::Secret& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.type());
  cells.number(static_cast<std::int64_t>(object.data().size()));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kConfigMapColumns[] = {
    kNameColumn,
    {"Data", "string", "Number of entries"},
    kAgeColumn,
};

void print_config_map(const core_v1::ConfigMap& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.number(static_cast<std::int64_t>(object.data().size() + object.binarydata().size()));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kServiceAccountColumns[] = {kNameColumn, kAgeColumn};

void print_service_account(const core_v1::ServiceAccount& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kQuotaColumns[] = {
    kNameColumn,
    {"Request", "string", "What is used of the bounds on requests and numbers of objects"},
    {"Limit", "string", "What is used of the bounds on limits"},
    kAgeColumn,
};

void print_quota(const core_v1::ResourceQuota& object, Cells& cells) {
  std::string requests;
  std::string limits;
  const auto& used = object.status().used();
  const std::map<std::string, Quantity> hard(object.status().hard().begin(),
                                             object.status().hard().end());
  for (const auto& [name, bound] : hard) {
    std::string& column = name.starts_with("limits.") ? limits : requests;
    const auto found = used.find(name);
    const QuantityValue value =
        found == used.end() ? QuantityValue() : QuantityValue::of(found->second);
    if (!column.empty()) column += ", ";
    column += name + ": " + value.to_string() + "/" + QuantityValue::of(bound).to_string();
  }
  cells.text(object.metadata().name());
  cells.text(requests);
  cells.text(limits);
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kComponentColumns[] = {
    kNameColumn,
    {"Status", "string", "Whether the component is healthy"},
    {"Message", "string", "What the component says about it"},
    {"Error", "string", "What went wrong asking it"},
};

void print_component(const core_v1::ComponentStatus& object, Cells& cells) {
  cells.text(object.metadata().name());
  for (const auto& condition : object.conditions()) {
    if (condition.type() != "Healthy") continue;
    cells.text(condition.status() == "True" ? "Healthy" : "Unhealthy");
    cells.text(condition.message());
    cells.text(condition.error());
    return;
  }
  cells.text("Unknown");
  cells.text("");
  cells.text("");
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.Namespace", kNamespaceColumns,
     print_as<core_v1::Namespace, print_namespace>},
    {"k8s.io.api.core.v1.Secret", kSecretColumns, print_as<core_v1::Secret, print_secret>},
    {"k8s.io.api.core.v1.ConfigMap", kConfigMapColumns,
     print_as<core_v1::ConfigMap, print_config_map>},
    {"k8s.io.api.core.v1.ServiceAccount", kServiceAccountColumns,
     print_as<core_v1::ServiceAccount, print_service_account>},
    {"k8s.io.api.core.v1.ResourceQuota", kQuotaColumns,
     print_as<core_v1::ResourceQuota, print_quota>},
    {"k8s.io.api.core.v1.ComponentStatus", kComponentColumns,
     print_as<core_v1::ComponentStatus, print_component>},
};

}  // namespace

std::span<const Printer> core_printers() { return kPrinters; }

}  // namespace kubus::apiserver
