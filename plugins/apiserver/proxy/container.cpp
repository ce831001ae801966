#include "proxy/container.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>

namespace kubus::apiserver {
namespace {

template <class Containers>
std::string names_of(const Containers& containers) {
  std::string text;
  for (const auto& container : containers) text += (text.empty() ? "" : " ") + container.name();
  return "[" + text + "]";
}

template <class Containers>
bool has(const Containers& containers, std::string_view name) {
  return std::any_of(containers.begin(), containers.end(),
                     [&](const auto& container) { return container.name() == name; });
}

void add(std::string& query, std::string_view name, std::string_view value) {
  query.append(query.empty() ? "?" : "&").append(name).append("=").append(percent_encode(value));
}

std::string stream_query(const Query& query, bool with_command) {
  std::string text;
  const std::pair<const char*, const char*> streams[] = {
      {"stdin", "input"}, {"stdout", "output"}, {"stderr", "error"}, {"tty", "tty"}};
  for (const auto& [ours, theirs] : streams)
    if (query.flag(ours)) add(text, theirs, "1");
  if (with_command)
    for (const auto& word : query.all("command")) add(text, "command", word);
  return text;
}

std::string log_query(const Query& query) {
  std::string text;
  for (const char* name : {"follow", "previous", "timestamps"})
    if (query.flag(name)) add(text, name, "true");
  for (const char* name : {"sinceSeconds", "sinceTime", "tailLines", "limitBytes", "stream"})
    if (query.has(name)) add(text, name, query.get(name));
  return text;
}

}  // namespace

Result<std::string> choose_container(const core_v1::Pod& pod, std::string_view wanted) {
  const auto& spec = pod.spec();
  const auto& name = pod.metadata().name();
  if (wanted.empty()) {
    if (spec.containers_size() == 1) return spec.containers(0).name();
    std::string message = "a container name must be specified for pod " + name +
                          ", choose one of: " + names_of(spec.containers());
    if (spec.initcontainers_size() > 0)
      message += " or one of the init containers: " + names_of(spec.initcontainers());
    return Status(Code::kBadRequest, message);
  }
  bool found = has(spec.containers(), wanted) || has(spec.initcontainers(), wanted);
  for (const auto& container : spec.ephemeralcontainers())
    found |= container.ephemeralcontainercommon().name() == wanted;
  if (!found)
    return Status(Code::kBadRequest,
                  "container " + std::string(wanted) + " is not valid for pod " + name);
  return std::string(wanted);
}

std::string kubelet_target(std::string_view subresource, const core_v1::Pod& pod,
                           const std::string& container, const Query& query) {
  const auto& metadata = pod.metadata();
  const std::string place = metadata.namespace_() + "/" + metadata.name();
  if (subresource == "log") return "/containerLogs/" + place + "/" + container + log_query(query);
  if (subresource == "portforward") {
    std::string text;
    for (const auto& port : query.all("ports")) add(text, "port", port);
    return "/portForward/" + place + text;
  }
  return "/" + std::string(subresource) + "/" + place + "/" + container +
         stream_query(query, subresource == "exec");
}

}  // namespace kubus::apiserver
