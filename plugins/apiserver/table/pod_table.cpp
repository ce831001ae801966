#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/pod_template.pb.h>

#include <set>

#include "table/pod_status.h"
#include "table/printer.h"
#include "table/texts.h"

namespace kubus::apiserver {
namespace {

constexpr Column kPodColumns[] = {
    kNameColumn,
    {"Ready", "string", "How many of the containers are ready"},
    {"Status", "string", "What the containers of the pod are doing together"},
    {"Restarts", "string", "How often containers were restarted, and when the last time"},
    kAgeColumn,
    {"IP", "string", "Address of the pod", "", 1},
    {"Node", "string", "Node that the pod runs on", "", 1},
    {"Nominated Node", "string", "Node where preemption makes room for the pod", "", 1},
    {"Readiness Gates", "string", "How many of the additional readiness conditions hold", "", 1},
};

std::string readiness_gates(const core_v1::Pod& pod) {
  const auto& gates = pod.spec().readinessgates();
  if (gates.empty()) return "<none>";
  int holding = 0;
  for (const auto& gate : gates) {
    for (const auto& condition : pod.status().conditions()) {
      if (condition.type() == gate.conditiontype()) {
        holding += condition.status() == "True" ? 1 : 0;
        break;
      }
    }
  }
  return std::to_string(holding) + "/" + std::to_string(gates.size());
}

void print_pod(const core_v1::Pod& pod, Cells& cells) {
  const PodSummary summary = summarize_pod(pod);
  std::string restarts = std::to_string(summary.restarts);
  if (summary.restarts != 0 && summary.last_restart != nullptr) {
    restarts += " (" + cells.since(*summary.last_restart) + " ago)";
  }
  std::string ip = pod.status().podip();
  if (pod.status().podips_size() > 0) ip = pod.status().podips(0).ip();
  cells.text(pod.metadata().name());
  cells.text(std::to_string(summary.ready) + "/" + std::to_string(summary.containers));
  cells.text(summary.status);
  cells.text(restarts);
  cells.age(pod.metadata().creationtimestamp());
  cells.text_or(ip, "<none>");
  cells.text_or(pod.spec().nodename(), "<none>");
  cells.text_or(pod.status().nominatednodename(), "<none>");
  cells.text(readiness_gates(pod));
}

std::string pod_conditions(const google::protobuf::Message& object) {
  const auto& pod = static_cast<const core_v1::Pod&>(object);
  const std::string& phase = pod.status().phase();
  if (phase != "Succeeded" && phase != "Failed") return {};
  const char* message =
      phase == "Succeeded" ? "The pod has completed successfully." : "The pod failed.";
  return R"([{"type":"Completed","status":"True","reason":")" + phase + R"(","message":")" +
         message + R"("}])";
}

constexpr Column kPodTemplateColumns[] = {
    kNameColumn,
    {"Containers", "string", "Names of the containers in the pod template"},
    {"Images", "string", "Images of the containers in the pod template"},
    {"Pod Labels", "string", "Labels of the pods that are made from the template"},
};

void print_pod_template(const core_v1::PodTemplate& object, Cells& cells) {
  const auto& containers = object.template_().spec().containers();
  cells.text(object.metadata().name());
  cells.text(container_names(containers));
  cells.text(container_images(containers));
  cells.text(labels_text(object.template_().metadata().labels()));
}

constexpr Printer kPrinters[] = {
    {"k8s.io.api.core.v1.Pod", kPodColumns, print_as<core_v1::Pod, print_pod>, pod_conditions},
    {"k8s.io.api.core.v1.PodTemplate", kPodTemplateColumns,
     print_as<core_v1::PodTemplate, print_pod_template>},
};

}  // namespace

std::span<const Printer> pod_printers() { return kPrinters; }

}  // namespace kubus::apiserver
