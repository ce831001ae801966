#include "node_reports.h"

#include <k8s/core/v1/pod.pb.h>

#include "cadvisor_metrics.h"
#include "kubus/api/json.h"
#include "kubus/metrics.h"
#include "node_usage.h"
#include "reply.h"
#include "resource_metrics.h"
#include "stats_summary.h"

namespace kubus::kubelet {
namespace {

std::string pod_list(const std::vector<const core_v1::Pod*>& pods) {
  core_v1::PodList list;
  list.mutable_metadata();
  for (const auto* pod : pods) *list.add_items() = *pod;
  return to_json(list);
}

// The pod as far as the runtime knows it.
core_v1::Pod running_pod(const runtime::Sandbox& sandbox, const NodeRuntime::PodState& state) {
  core_v1::Pod pod;
  pod.mutable_metadata()->set_name(sandbox.config().pod_name());
  pod.mutable_metadata()->set_namespace_(sandbox.config().pod_namespace());
  pod.mutable_metadata()->set_uid(sandbox.config().pod_uid());
  for (const auto& container : state.containers) {
    if (container.sandbox_id() != sandbox.id() || !is_running(container)) continue;
    auto& out = *pod.mutable_spec()->add_containers();
    out.set_name(container.config().name());
    out.set_image(container.image_ref());
  }
  return pod;
}

http::Response metrics_reply(std::string text) {
  auto response = text_reply(200, std::move(text));
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  return response;
}

}  // namespace

void NodeReports::add_routes(std::map<std::string, Route, std::less<>>& routes) {
  routes["pods"] = [this](const ServerRequest& request) { serve_pods(request); };
  routes["runningpods"] = [this](const ServerRequest& request) { serve_running_pods(request); };
  routes["stats"] = [this](const ServerRequest& request) { serve_stats(request); };
  routes["metrics"] = [this](const ServerRequest& request) { serve_metrics(request); };
  routes["configz"] = [this](const ServerRequest& request) {
    request.respond(json_reply(configz_));
  };
}

void NodeReports::serve_pods(const ServerRequest& request) {
  const auto pods = parts_.pods();
  std::vector<const core_v1::Pod*> all;
  for (const auto& pod : pods) all.push_back(pod.get());
  request.respond(json_reply(pod_list(all)));
}

void NodeReports::serve_running_pods(const ServerRequest& request) {
  parts_.pool.post([this, request] {
    const auto state = parts_.runtime.everything();
    if (!state.ok()) return request.respond(text_reply(500, state.status().message()));
    std::vector<core_v1::Pod> pods;
    for (const auto& sandbox : state->sandboxes)
      if (sandbox.state() == runtime::SANDBOX_READY) pods.push_back(running_pod(sandbox, *state));
    std::vector<const core_v1::Pod*> all;
    for (const auto& pod : pods) all.push_back(&pod);
    request.respond(json_reply(pod_list(all)));
  });
}

void NodeReports::serve_stats(const ServerRequest& request) {
  if (request.path.size() != 1 || request.path[0] != "summary")
    return request.respond(not_found_reply());
  parts_.pool.post([this, request] {
    const auto stats = parts_.runtime.stats();
    if (!stats.ok()) return request.respond(text_reply(500, stats.status().message()));
    request.respond(json_reply(stats_summary(node_name_, *stats, parts_.pods())));
  });
}

void NodeReports::serve_metrics(const ServerRequest& request) {
  if (request.path.empty()) return request.respond(metrics_reply(metrics::expose()));
  if (request.path.size() > 1) return request.respond(not_found_reply());
  const auto& which = request.path[0];
  if (which == "resource") return serve_resource_metrics(request);
  if (which == "cadvisor") return serve_cadvisor_metrics(request);
  if (which == "probes") return request.respond(metrics_reply(parts_.probe_metrics()));
  request.respond(not_found_reply());
}

void NodeReports::serve_resource_metrics(const ServerRequest& request) {
  parts_.pool.post([this, request] {
    request.respond(
        metrics_reply(resource_metrics(read_node_usage(), parts_.runtime.stats(), parts_.pods())));
  });
}

void NodeReports::serve_cadvisor_metrics(const ServerRequest& request) {
  parts_.pool.post([this, request] {
    const auto stats = parts_.runtime.stats();
    if (!stats.ok()) return request.respond(text_reply(500, stats.status().message()));
    const auto state = parts_.runtime.everything();
    if (!state.ok()) return request.respond(text_reply(500, state.status().message()));
    const auto images = parts_.runtime.images();
    if (!images.ok()) return request.respond(text_reply(500, images.status().message()));
    request.respond(
        metrics_reply(cadvisor_metrics(machine_, read_node_usage(), *stats, *state, *images)));
  });
}

}  // namespace kubus::kubelet
