#include "custom/scale.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include "respond/api_errors.h"
#include "respond/go_values.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

std::int32_t number_of(const json::value* value) {
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

void check_number(std::int64_t number, const std::string& path, ErrorList& errors) {
  if (number < 0) errors.invalid(Path(path), number, "should be a non-negative integer");
  if (number > INT32_MAX)
    errors.invalid(Path(path), number, "should be less than or equal to 2147483647");
}

// What is in the way of a value of this kind, and of which type it should be.
struct Obstacle {
  const json::value* value = nullptr;
  const char* expected = "map[string]interface{}";
};

Obstacle obstacle_at(const json::object& tree, const std::vector<std::string>& names,
                     json::kind wanted) {
  const json::object* here = &tree;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto* value = here->if_contains(names[i]);
    if (!value) return {};
    if (i + 1 == names.size())
      return {value->kind() == wanted ? nullptr : value,
              wanted == json::kind::string ? "string" : "int64"};
    here = value->if_object();
    if (!here) return {value};
  }
  return {};
}

void check_value(const json::object& tree, const std::vector<std::string>& names,
                 json::kind wanted, ErrorList& errors) {
  const auto path = path_text(names);
  const auto [value, expected] = obstacle_at(tree, names, wanted);
  if (value)
    return errors.invalid_json(Path(path), wanted == json::kind::string ? "\"\"" : "0",
                               path + " accessor error: " + go_text(*value) + " is of the type " +
                                   go_type(*value) + ", expected " + expected);
  const auto* found = value_at(tree, names);
  if (found && found->is_int64()) check_number(found->get_int64(), path, errors);
}

}  // namespace

std::string path_text(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += "." + name;
  return out;
}

void check_scale_values(const json::object& tree, const CustomScale& scale, ErrorList& errors) {
  check_value(tree, scale.replicas, json::kind::int64, errors);
  check_value(tree, scale.status_replicas, json::kind::int64, errors);
  if (!scale.selector.empty()) check_value(tree, scale.selector, json::kind::string, errors);
}

Status check_has_replicas(const CustomObject& object, const CustomKind& kind) {
  const auto& path = kind.details().scale->replicas;
  const auto tree = tree_of(object);
  if (value_at(tree, path)) return {};
  return errors::internal("the spec replicas field \"" + path_text(path) + "\" does not exist");
}

void read_custom_scale(const CustomObject& object, const CustomKind& kind,
                       autoscaling_v1::Scale& scale) {
  const auto& paths = *kind.details().scale;
  const auto tree = tree_of(object);
  scale.mutable_spec()->set_replicas(number_of(value_at(tree, paths.replicas)));
  scale.mutable_status()->set_replicas(number_of(value_at(tree, paths.status_replicas)));
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
