#include "pods.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "eventually.h"

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

void replace_all(std::string& text, const std::string& what, const std::string& by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
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

std::vector<PodFacts> wait_for_pods(const Cluster& cluster, const std::string& app,
                                    std::size_t count) {
  std::vector<PodFacts> pods;
  EXPECT_TRUE(testing::eventually([&] {
    pods = pods_of(cluster, app);
    return pods.size() == count &&
           std::all_of(pods.begin(), pods.end(), [](const auto& pod) { return pod.ready; });
  })) << cluster.kubectl({"get", "deployments,replicasets,pods,events", "-o", "wide"}).out;
  return pods;
}

std::string web_manifest(const std::string& app, int replicas) {
  std::string manifest = R"(
apiVersion: apps/v1
kind: Deployment
metadata: {name: APP}
spec:
  replicas: COUNT
  selector: {matchLabels: {app: APP}}
  template:
    metadata: {labels: {app: APP}}
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
metadata: {name: APP}
spec:
  selector: {app: APP}
  ports: [{port: 80, targetPort: http}]
)";
  replace_all(manifest, "APP", app);
  replace_all(manifest, "COUNT", std::to_string(replicas));
  return manifest;
}

std::string cluster_ip(const Cluster& cluster, const std::string& service) {
  const auto object = cluster.get("/api/v1/namespaces/default/services/" + service);
  return object.is_object() ? text(object.at("spec").as_object(), "clusterIP") : "";
}

}  // namespace kubus::integration
