#include <k8s/apiregistration/v1/api_service.pb.h>
#include <k8s/coordination/v1/lease.pb.h>
#include <k8s/flowcontrol/v1/flow_schema.pb.h>
#include <k8s/flowcontrol/v1/priority_level.pb.h>
#include <k8s/node/v1/runtime_class.pb.h>
#include <k8s/scheduling/v1/priority_class.pb.h>

#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kLeaseColumns[] = {
    kNameColumn,
    {"Holder", "string", "Who holds the lease"},
    kAgeColumn,
};

void print_lease(const coordination_v1::Lease& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.spec().holderidentity());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kServiceColumns[] = {
    kNameColumn,
    {"Service", "string", "Service that answers for the API group, or Local"},
    {"Available", "string", "Whether it answers"},
    kAgeColumn,
};

std::string availability(const apiregistration_v1::APIService& object) {
  for (const auto& condition : object.status().conditions()) {
    if (condition.type() != "Available") continue;
    if (condition.status() == "True") return condition.status();
    return condition.status() + " (" + condition.reason() + ")";
  }
  return "Unknown";
}

void print_service(const apiregistration_v1::APIService& object, Cells& cells) {
  const auto& service = object.spec().service();
  cells.text(object.metadata().name());
  cells.text(object.spec().has_service() ? service.namespace_() + "/" + service.name() : "Local");
  cells.text(availability(object));
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kSchemaColumns[] = {
    kNameColumn,
    {"PriorityLevel", "string", "Priority level that the requests go to"},
    {"MatchingPrecedence", "string", "Order in which schemas are tried"},
    {"DistinguisherMethod", "string", "How flows are told apart"},
    kAgeColumn,
    {"MissingPL", "string", "Whether the priority level does not exist"},
};

std::string dangling(const flowcontrol_v1::FlowSchema& object) {
  for (const auto& condition : object.status().conditions()) {
    if (condition.type() == "Dangling") return condition.status();
  }
  return "?";
}

void print_schema(const flowcontrol_v1::FlowSchema& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.text(spec.prioritylevelconfiguration().name());
  cells.number(spec.matchingprecedence());
  cells.text(spec.has_distinguishermethod() ? spec.distinguishermethod().type() : "<none>");
  cells.age(object.metadata().creationtimestamp());
  cells.text(dangling(object));
}

constexpr Column kLevelColumns[] = {
    kNameColumn,
    {"Type", "string", "Whether the level is limited"},
    {"NominalConcurrencyShares", "string", "Share of the server's concurrency"},
    {"Queues", "string", "Number of queues"},
    {"HandSize", "string", "Queues that one flow is spread over"},
    {"QueueLengthLimit", "string", "Most requests in a queue"},
    kAgeColumn,
};

void print_level(const flowcontrol_v1::PriorityLevelConfiguration& object, Cells& cells) {
  const auto& spec = object.spec();
  cells.text(object.metadata().name());
  cells.text(spec.type());
  if (spec.has_limited()) {
    cells.number(spec.limited().nominalconcurrencyshares());
  } else {
    cells.text("<none>");
  }
  const auto& queuing = spec.limited().limitresponse().queuing();
  const bool queued = spec.limited().limitresponse().has_queuing();
  for (const std::int32_t value :
       {queuing.queues(), queuing.handsize(), queuing.queuelengthlimit()}) {
    if (queued) {
      cells.number(value);
    } else {
      cells.text("<none>");
    }
  }
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kRuntimeColumns[] = {
    kNameColumn,
    {"Handler", "string", "Name of the runtime's configuration"},
    kAgeColumn,
};

void print_runtime(const node_v1::RuntimeClass& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.text(object.handler());
  cells.age(object.metadata().creationtimestamp());
}

constexpr Column kPriorityColumns[] = {
    kNameColumn,
    {"Value", "integer", "Priority of pods of the class"},
    {"Global-Default", "boolean", "Whether pods without a class get this one"},
    kAgeColumn,
    {"PreemptionPolicy", "string", "Whether pods of the class push others off a node"},
};

void print_priority(const scheduling_v1::PriorityClass& object, Cells& cells) {
  cells.text(object.metadata().name());
  cells.number(object.value());
  cells.boolean(object.globaldefault());
  cells.age(object.metadata().creationtimestamp());
  cells.text(object.preemptionpolicy());
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.coordination.v1.Lease", kLeaseColumns,
     print_as<coordination_v1::Lease, print_lease>},
    {"k8s.io.kube_aggregator.pkg.apis.apiregistration.v1.APIService", kServiceColumns,
     print_as<apiregistration_v1::APIService, print_service>},
    {"k8s.io.api.flowcontrol.v1.FlowSchema", kSchemaColumns,
     print_as<flowcontrol_v1::FlowSchema, print_schema>},
    {"k8s.io.api.flowcontrol.v1.PriorityLevelConfiguration", kLevelColumns,
     print_as<flowcontrol_v1::PriorityLevelConfiguration, print_level>},
    {"k8s.io.api.node.v1.RuntimeClass", kRuntimeColumns,
     print_as<node_v1::RuntimeClass, print_runtime>},
    {"k8s.io.api.scheduling.v1.PriorityClass", kPriorityColumns,
     print_as<scheduling_v1::PriorityClass, print_priority>},
};

}  // namespace

std::span<const Printer> system_printers() { return kPrinters; }

}  // namespace kubus::apiserver
