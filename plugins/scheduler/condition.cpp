#include "condition.h"

#include <k8s/core/v1/pod.pb.h>

#include <cstdio>

#include "kubus/workload.h"

namespace kubus::scheduler {
namespace {

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
      out += code;
    } else {
      out += c;
    }
  }
  return out + "\"";
}

}  // namespace

std::string unscheduled_patch(const core_v1::Pod& pod, const std::string& reason,
                              const std::string& message, SystemTime now) {
  const core_v1::PodCondition* was = find_condition(pod, "PodScheduled");
  const bool same_status = was && was->status() == "False";
  if (same_status && was->reason() == reason && was->message() == message) return {};
  std::string out = R"({"status":{"conditions":[{"type":"PodScheduled","status":"False","reason":)";
  out += quoted(reason) + R"(,"message":)" + quoted(message);
  if (!same_status) out += R"(,"lastTransitionTime":)" + quoted(format_time(now));
  if (pod.metadata().generation() > 0)
    out += R"(,"observedGeneration":)" + std::to_string(pod.metadata().generation());
  return out + "}]}}";
}

}  // namespace kubus::scheduler
