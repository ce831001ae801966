#include "proxy/container.h"

#include <k8s/core/v1/pod.pb.h>

#include <algorithm>
#include <vector>

#include "request/number.h"
#include "respond/api_errors.h"

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

Status check_log_options(const std::string& pod, const Query& query) {
  const auto since = read_number(query, "sinceSeconds");
  if (!since.ok()) return since.status();
  const auto tail = read_number(query, "tailLines");
  if (!tail.ok()) return tail.status();
  const auto bytes = read_number(query, "limitBytes");
  if (!bytes.ok()) return bytes.status();
  std::vector<Cause> causes;
  const auto invalid = [&](std::int64_t value, const char* why, const char* field) {
    causes.push_back({"FieldValueInvalid",
                      "Invalid value: " + std::to_string(value) + ": must be greater than " + why,
                      field});
  };
  if (tail->value_or(0) < 0) invalid(**tail, "or equal to 0", "tailLines");
  if (bytes->value_or(1) < 1) invalid(**bytes, "0", "limitBytes");
  if (*since && query.has("sinceTime"))
    causes.push_back({"FieldValueForbidden",
                      "Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified",
                      ""});
  else if (since->value_or(1) < 1)
    invalid(**since, "0", "sinceSeconds");
  if (causes.empty()) return {};
  return errors::invalid({"", "PodLogOptions", pod}, causes);
}

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
