#include "request/request_info.h"

#include <algorithm>

#include "selector/field_selector.h"

namespace kubus::apiserver {
namespace {

// As the reference: a slash that is written %2f is one, and between two there is an empty segment.
std::vector<std::string> split_path(std::string_view raw) {
  const auto decoded = percent_decode(raw, false);
  std::string_view path = decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  std::vector<std::string> parts;
  while (!path.empty()) {
    const auto end = path.find('/');
    parts.emplace_back(path.substr(0, end));
    if (end == std::string_view::npos) break;
    path.remove_prefix(end + 1);
  }
  return parts;
}

std::string verb_of(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "GET" || method == "HEAD") return "get";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return {};
}

// metadata.name=x in a field selector makes a list one about a single object. What the list is
// filtered by is read by the same parser: what looks like such a term to another one grants nothing.
std::string selected_name(const Query& query) {
  const auto text = query.get("fieldSelector");
  if (text.find("metadata.name") == std::string_view::npos) return {};
  const auto selector = FieldSelector::parse(text);
  const auto* name = selector.ok() ? selector->exact("metadata.name") : nullptr;
  const bool is_segment = name && *name != "." && *name != ".." &&
                          name->find_first_of("/%") == std::string::npos;
  return is_segment ? *name : std::string();
}

bool is_namespace_subresource(std::string_view word) {
  return word == "status" || word == "finalize";
}

}  // namespace

RequestInfo parse_request(std::string_view method, std::string_view path, const Query& query) {
  RequestInfo info;
  info.path = std::string(path);
  info.verb = std::string(method);
  std::transform(info.verb.begin(), info.verb.end(), info.verb.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  auto parts = split_path(path);
  std::size_t at = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    at = 1;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    info.group = parts[1];
    at = 2;
  } else {
    return info;
  }
  info.version = parts[at++];
  info.is_resource = true;
  info.verb = verb_of(method);
  bool legacy_watch = false;
  if (parts[at] == "watch" && at + 1 < parts.size()) {
    legacy_watch = true;
    ++at;
  }
  if (parts[at] == "namespaces" && at + 1 < parts.size()) {
    info.ns = parts[at + 1];
    if (at + 2 < parts.size() && !is_namespace_subresource(parts[at + 2])) at += 2;
  }
  info.resource = parts[at++];
  if (at < parts.size()) info.name = parts[at++];
  if (at < parts.size()) info.subresource = parts[at++];
  info.rest.assign(parts.begin() + static_cast<std::ptrdiff_t>(std::min(at, parts.size())),
                   parts.end());
  if (info.verb == "get" && legacy_watch) info.verb = "watch";
  if (info.name.empty() && info.verb == "get") {
    info.verb = query.flag("watch") ? "watch" : "list";
    info.name = selected_name(query);
  }
  if (info.name.empty() && info.verb == "delete") info.verb = "deletecollection";
  if (info.verb == "list" || info.verb == "watch" || info.verb == "deletecollection") {
    info.field_selector = query.get("fieldSelector");
    info.label_selector = query.get("labelSelector");
  }
  return info;
}

}  // namespace kubus::apiserver
