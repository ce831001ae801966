#include "aggregation/remote_kinds.h"

#include <k8s/meta/v1/discovery.pb.h>

#include <algorithm>

#include "kubus/api/json.h"

namespace kubus::apiserver::aggregation {
namespace {

std::vector<std::string> texts(const auto& list) { return {list.begin(), list.end()}; }

const std::string& or_else(const std::string& text, const std::string& other) {
  return text.empty() ? other : text;
}

}  // namespace

Result<std::vector<ResourceInfo>> read_resources(std::string_view list, const std::string& group,
                                                 const std::string& version) {
  meta_v1::APIResourceList read;
  KUBUS_TRY(from_json(list, read));
  std::vector<ResourceInfo> out;
  for (const auto& one : read.resources()) {
    if (one.name().find('/') != std::string::npos) continue;
    auto& resource = out.emplace_back();
    resource.group = group;
    resource.version = version;
    resource.kind = one.kind();
    resource.plural = one.name();
    resource.singular = one.singularname();
    resource.namespaced = one.namespaced();
    resource.short_names = texts(one.shortnames());
    resource.categories = texts(one.categories());
    resource.verbs = texts(one.verbs().items());
  }
  for (const auto& one : read.resources()) {
    const auto slash = one.name().find('/');
    if (slash == std::string::npos) continue;
    const auto owner = std::find_if(out.begin(), out.end(), [&](const ResourceInfo& resource) {
      return resource.plural == std::string_view(one.name()).substr(0, slash);
    });
    if (owner == out.end()) continue;
    owner->subresources.push_back({one.name().substr(slash + 1), or_else(one.group(), group),
                                   or_else(one.version(), version), one.kind(),
                                   texts(one.verbs().items())});
  }
  return out;
}

}  // namespace kubus::apiserver::aggregation
