#include "custom/scale.h"

#include <k8s/meta/v1/object_meta.pb.h>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

std::int32_t number_at(const json::object& tree, const std::vector<std::string>& path) {
  const auto* value = value_at(tree, path);
  return value && value->is_int64() ? static_cast<std::int32_t>(value->get_int64()) : 0;
}

json::value& place_at(json::object& tree, const std::vector<std::string>& path) {
  json::object* here = &tree;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    auto& value = (*here)[path[i]];
    if (!value.is_object()) value.emplace_object();
    here = &value.get_object();
  }
  return (*here)[path.back()];
}

}  // namespace

void read_custom_scale(const CustomObject& object, const CustomKind& kind,
                       autoscaling_v1::Scale& scale) {
  const auto& paths = *kind.details().scale;
  const auto tree = tree_of(object);
  scale.mutable_spec()->set_replicas(number_at(tree, paths.replicas));
  scale.mutable_status()->set_replicas(number_at(tree, paths.status_replicas));
  const auto* selector = paths.selector.empty() ? nullptr : value_at(tree, paths.selector);
  if (selector && selector->is_string())
    scale.mutable_status()->set_selector(std::string(selector->get_string()));
}

void set_custom_replicas(CustomObject& object, const CustomKind& kind, std::int32_t replicas) {
  auto tree = tree_of(object);
  place_at(tree, kind.details().scale->replicas) = replicas;
  set_members(object, tree);
}

json::object at_replicas(const CustomKind& kind, json::value value) {
  json::object tree;
  place_at(tree, kind.details().scale->replicas) = std::move(value);
  return tree;
}

}  // namespace kubus::apiserver
