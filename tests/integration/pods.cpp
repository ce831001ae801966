#include "pods.h"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace kubus::integration {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

PodFacts facts_of(const json::object& pod) {
  PodFacts facts;
  facts.name = text(pod.at("metadata").as_object(), "name");
  const auto* status = pod.if_contains("status");
  if (!status) return facts;
  facts.ip = text(status->as_object(), "podIP");
  const auto* containers = status->as_object().if_contains("containerStatuses");
  if (!containers || containers->as_array().empty()) return facts;
  const auto& first = containers->as_array()[0].as_object();
  facts.container_id = text(first, "containerID");
  facts.restarts = first.at("restartCount").to_number<std::int64_t>();
  facts.ready = first.at("ready").as_bool();
  return facts;
}

}  // namespace

std::vector<PodFacts> pods_of(const Cluster& cluster, const std::string& app) {
  std::vector<PodFacts> pods;
  const auto list = cluster.get("/api/v1/namespaces/default/pods?labelSelector=app%3D" + app);
  if (!list.is_object()) return pods;
  for (const auto& pod : list.at("items").as_array())
    if (!pod.at("metadata").as_object().contains("deletionTimestamp"))
      pods.push_back(facts_of(pod.as_object()));
  std::sort(pods.begin(), pods.end());
  return pods;
}

std::string demo_manifest(int replicas) {
  return R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: demo}
spec:
  replicas: )" +
         std::to_string(replicas) + R"(
  selector: {matchLabels: {app: demo}}
  template:
    metadata: {labels: {app: demo}}
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: web
          image: demo:1.0
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: demo}
spec:
  selector: {app: demo}
  ports: [{port: 80, targetPort: http}]
)";
}

std::string cluster_ip(const Cluster& cluster, const std::string& service) {
  const auto object = cluster.get("/api/v1/namespaces/default/services/" + service);
  return object.is_object() ? text(object.at("spec").as_object(), "clusterIP") : "";
}

}  // namespace kubus::integration
