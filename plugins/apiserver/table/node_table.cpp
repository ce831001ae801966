#include <k8s/core/v1/node.pb.h>

#include <set>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kNodeColumns[] = {
    kNameColumn,
    {"Status", "string", "Whether the node is ready, and whether it takes new pods"},
    {"Roles", "string", "Roles by the node's labels"},
    kAgeColumn,
    {"Version", "string", "Version of the node agent"},
    {"Internal-IP", "string", "Address within the cluster", "", 1},
    {"External-IP", "string", "Address outside of it", "", 1},
    {"OS-Image", "string", "Operating system of the node", "", 1},
    {"Kernel-Version", "string", "Kernel of the node", "", 1},
    {"Container-Runtime", "string", "Program that runs the containers", "", 1},
};

std::string node_status(const core_v1::Node& node) {
  std::string out = "Unknown";
  for (const auto& condition : node.status().conditions()) {
    if (condition.type() == "Ready") out = condition.status() == "True" ? "Ready" : "NotReady";
  }
  return node.spec().unschedulable() ? out + ",SchedulingDisabled" : out;
}

std::string node_roles(const core_v1::Node& node) {
  constexpr std::string_view kPrefix = "node-role.kubernetes.io/";
  std::set<std::string> roles;
  for (const auto& [key, value] : node.metadata().labels()) {
    if (key.starts_with(kPrefix) && key.size() > kPrefix.size()) {
      roles.insert(key.substr(kPrefix.size()));
    } else if (key == "kubernetes.io/role" && !value.empty()) {
      roles.insert(value);
    }
  }
  return join(std::vector<std::string>(roles.begin(), roles.end()), ",");
}

std::string address(const core_v1::Node& node, std::string_view type) {
  for (const auto& item : node.status().addresses()) {
    if (item.type() == type) return item.address();
  }
  return "<none>";
}

void print_node(const core_v1::Node& node, Cells& cells) {
  const auto& info = node.status().nodeinfo();
  cells.text(node.metadata().name());
  cells.text(node_status(node));
  cells.text_or(node_roles(node), "<none>");
  cells.age(node.metadata().creationtimestamp());
  cells.text(info.kubeletversion());
  cells.text(address(node, "InternalIP"));
  cells.text(address(node, "ExternalIP"));
  cells.text_or(info.osimage(), "<unknown>");
  cells.text_or(info.kernelversion(), "<unknown>");
  cells.text_or(info.containerruntimeversion(), "<unknown>");
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.Node", kNodeColumns, print_as<core_v1::Node, print_node>},
};

}  // namespace

std::span<const Printer> node_printers() { return kPrinters; }

}  // namespace kubus::apiserver
