#include "access.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace kubus::kubelet {
namespace {

constexpr std::string_view kMasters = "system:masters";
constexpr std::string_view kApiServer = "kube-apiserver-kubelet-client";

bool below(std::string_view path, std::string_view prefix) {
  return path == prefix || (path.starts_with(prefix) && path[prefix.size()] == '/');
}

std::string verb_of(std::string_view method) {
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  if (method == "DELETE") return "delete";
  return "get";
}

// The subresources of nodes that would give access, in the order they are asked for.
std::string subresources_of(std::string_view path) {
  static constexpr std::array<std::array<std::string_view, 2>, 9> kOf = {{
      {"/stats", "stats"},
      {"/metrics", "metrics"},
      {"/logs", "log"},
      {"/checkpoint", "checkpoint"},
      {"/spec", "spec"},
      {"/pods", "pods proxy"},
      {"/runningpods", "pods proxy"},
      {"/healthz", "healthz proxy"},
      {"/configz", "configz proxy"},
  }};
  for (const auto& [prefix, subresources] : kOf)
    if (below(path, prefix)) return std::string(subresources);
  return "proxy";
}

}  // namespace

Status check_access(const http::Request& request) {
  const auto& peer = request.peer;
  const auto path = request.path();
  if (peer.rejected) return {Code::kUnauthorized, "Unauthorized"};
  if (request.method == "GET" && below(path, "/healthz")) return {};
  if (peer.common_name.empty()) return {Code::kUnauthorized, "Unauthorized"};
  const auto& groups = peer.organizations;
  if (peer.common_name == kApiServer ||
      std::find(groups.begin(), groups.end(), kMasters) != groups.end())
    return {};
  return {Code::kForbidden,
          "Forbidden (user=" + peer.common_name + ", verb=" + verb_of(request.method) +
              ", resource=nodes, subresource(s)=[" + subresources_of(path) + "])\n"};
}

}  // namespace kubus::kubelet
