#include "validation/definition_list.h"

#include <algorithm>
#include <set>

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using Props = apiextensions_v1::JSONSchemaProps;

constexpr char kListType[] = "x-kubernetes-list-type";
constexpr char kListKeys[] = "x-kubernetes-list-map-keys";
constexpr char kMapType[] = "x-kubernetes-map-type";

const Props* items_of(const Props& props) {
  return props.has_items() && props.items().has_schema() ? &props.items().schema() : nullptr;
}

void check_key_type(const Props& items, const std::string& key, const Path& path,
                    ErrorList& errors) {
  const auto found = items.properties().find(key);
  if (found == items.properties().end()) return;
  const auto& type = found->second.type();
  // Told of with the type of the items.
  if (type == "object" || type == "array")
    errors.invalid(path.child("items").child("properties").key(key).child("type"), items.type(),
                   "must be a scalar type if parent array's x-kubernetes-list-type is map");
}

void check_key(const Props& props, const Props& items, const std::string& key, const Path& path,
               ErrorList& errors) {
  const auto found = items.properties().find(key);
  if (found == items.properties().end())
    return errors.invalid_json(path.child(kListKeys), list_json(props.xkuberneteslistmapkeys()),
                               "entries must all be names of item properties");
  const auto at = path.child("items").child("properties").key(key);
  const auto& required = items.required();
  if (!found->second.has_default_() &&
      std::find(required.begin(), required.end(), key) == required.end())
    errors.required(at.child("default"),
                    "this property is in x-kubernetes-list-map-keys, so it must have a default or "
                    "be a required property");
  if (found->second.nullable())
    errors.forbidden(at.child("nullable"),
                     "this property is in x-kubernetes-list-map-keys, so it cannot be nullable");
}

void check_map(const Props& props, const Path& path, ErrorList& errors) {
  const auto* items = items_of(props);
  if (props.xkuberneteslistmapkeys_size() == 0)
    errors.required(path.child(kListKeys), "must not be empty if x-kubernetes-list-type is map");
  if (!items)
    return errors.required(path.child("items"),
                           "must have a schema if x-kubernetes-list-type is map");
  if (items->nullable())
    errors.forbidden(path.child("items").child("nullable"),
                     "cannot be nullable when x-kubernetes-list-type is map");
  if (items->type() != "object")
    return errors.invalid(path.child("items").child("type"), items->type(),
                          "must be object if parent array's x-kubernetes-list-type is map");
  const auto& keys = props.xkuberneteslistmapkeys();
  for (const auto& key : keys) check_key_type(*items, key, path, errors);
  if (std::set<std::string>(keys.begin(), keys.end()).size() <
      static_cast<std::size_t>(keys.size()))
    errors.invalid_json(path.child(kListKeys), list_json(keys),
                        "must not contain duplicate entries");
  for (const auto& key : keys) check_key(props, *items, key, path, errors);
}

// Items of a set are equal or not: nothing is merged within them.
void check_set(const Props& props, const Path& path, ErrorList& errors) {
  constexpr char kAtomic[] = "must be atomic as item of a list with x-kubernetes-list-type=set";
  const auto* items = items_of(props);
  const auto at = path.child("items");
  if (!items) return;
  if (items->nullable())
    errors.forbidden(at.child("nullable"), "cannot be nullable when x-kubernetes-list-type is set");
  if (items->type() == "object" && items->xkubernetesmaptype() != "atomic")
    errors.invalid_json(at.child(kMapType), "null", kAtomic);
  if (items->type() == "array" && items->has_xkuberneteslisttype() &&
      items->xkuberneteslisttype() != "atomic")
    errors.invalid(at.child(kListType), items->xkuberneteslisttype(), kAtomic);
}

}  // namespace

void check_type_is(const Props& props, const char* type, const char* reason, const Path& path,
                   ErrorList& errors) {
  if (props.type() == type) return;
  const auto detail = std::string("must be ") + type + " if " + reason;
  if (props.type().empty())
    errors.required(path.child("type"), detail);
  else
    errors.invalid(path.child("type"), props.type(), detail);
}

void check_list_type(const Props& props, const Path& path, ErrorList& errors) {
  const auto& type = props.xkuberneteslisttype();
  if (props.xkuberneteslistmapkeys_size() > 0 && type != "map") {
    constexpr char kDetail[] = "must be map if x-kubernetes-list-map-keys is non-empty";
    if (!props.has_xkuberneteslisttype())
      errors.required(path.child(kListType), kDetail);
    else
      errors.invalid(path.child(kListType), type, kDetail);
  }
  if (!props.has_xkuberneteslisttype()) return;
  check_type_is(props, "array", "x-kubernetes-list-type is specified", path, errors);
  if (type != "atomic" && type != "map" && type != "set")
    errors.not_supported(path.child(kListType), type, {"atomic", "set", "map"});
  if (type == "map") check_map(props, path, errors);
  if (type == "set") check_set(props, path, errors);
}

}  // namespace kubus::apiserver
