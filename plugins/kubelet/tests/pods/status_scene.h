// A pod and what its node knows of it, for tests of its status.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "kubus/api/time.h"
#include "pod_builder.h"
#include "pod_status.h"

namespace kubus::kubelet::test {

struct Scene {
  explicit Scene(core_v1::Pod p, NodeRuntime::PodState s = {})
      : pod(std::move(p)), state(std::move(s)) {}
  core_v1::Pod pod;
  NodeRuntime::PodState state;
  std::map<std::string, WaitReason> waiting;
  std::set<std::string> unready, unstarted, hooked;  // container names
  std::vector<std::string> ips{"10.244.0.5"};
  bool terminating = false;
  std::string failed_reason;
  bool resize_pending = false;
  SystemTime since = SystemTime(std::chrono::seconds(1'700'000'000));

  core_v1::PodStatus status() const {
    const auto unless = [](const std::set<std::string>& names) {
      return [&names](const runtime::Container& c) { return !names.contains(c.config().name()); };
    };
    StatusInput input{pod,
                      state,
                      since,
                      "192.0.2.1",
                      ips,
                      terminating,
                      {},
                      unless(unready),
                      unless(unstarted),
                      {},
                      failed_reason,
                      failed_reason.empty() ? "" : "why",
                      resize_pending};
    input.waiting = [this](const std::string& name) {
      auto it = waiting.find(name);
      return it == waiting.end() ? WaitReason() : it->second;
    };
    input.starting = [this](const runtime::Container& c) {
      return hooked.contains(c.config().name());
    };
    return make_pod_status(input);
  }
};

// "Type=Status(Reason): Message"
inline std::string condition(const core_v1::PodStatus& status, const std::string& type) {
  for (const auto& c : status.conditions()) {
    if (c.type() != type) continue;
    return c.status() + (c.reason().empty() ? "" : "(" + c.reason() + ")") +
           (c.message().empty() ? "" : ": " + c.message());
  }
  return "absent";
}

}  // namespace kubus::kubelet::test
