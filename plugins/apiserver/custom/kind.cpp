#include "custom/kind.h"

#include <google/protobuf/descriptor.h>
#include <k8s/autoscaling/v1/scale.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "cache/json_scan.h"
#include "custom/family.h"
#include "custom/managers.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "schema/shape.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

// The value at a path of names; null when there is none.
const json::value* member_at(const json::object& object, std::initializer_list<const char*> path) {
  const json::object* here = &object;
  const json::value* value = nullptr;
  for (const char* name : path) {
    value = here ? here->if_contains(name) : nullptr;
    if (!value) return nullptr;
    here = value->if_object();
  }
  return value;
}

std::string text_at(const json::object& object, std::initializer_list<const char*> path) {
  const auto* value = member_at(object, path);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

bool flag_at(const json::object& object, std::initializer_list<const char*> path) {
  const auto* value = member_at(object, path);
  return value && value->is_bool() && value->get_bool();
}

std::vector<std::string> texts_at(const json::object& object,
                                  std::initializer_list<const char*> path) {
  std::vector<std::string> out;
  const auto* value = member_at(object, path);
  if (value && value->is_array())
    for (const auto& item : value->get_array())
      if (item.is_string()) out.emplace_back(item.get_string());
  return out;
}

const json::object* version_at(const json::object& tree, std::size_t index) {
  const auto* versions = member_at(tree, {"spec", "versions"});
  if (!versions || !versions->is_array() || index >= versions->get_array().size()) return nullptr;
  return versions->get_array()[index].if_object();
}

std::vector<std::string> path_names(const std::string& text) {
  const auto path = JsonPath::parse(text);
  return path.ok() ? path->names() : std::vector<std::string>();
}

std::string dotted(const std::vector<std::string>& names) {
  std::string out;
  for (const auto& name : names) out += (out.empty() ? "" : ".") + name;
  return out;
}

std::vector<CustomColumn> columns_of(const json::object& version) {
  std::vector<CustomColumn> out;
  if (const auto* columns = member_at(version, {"additionalPrinterColumns"});
      columns && columns->is_array()) {
    for (const auto& item : columns->get_array()) {
      const auto* column = item.if_object();
      if (!column) continue;
      auto path = JsonPath::parse(text_at(*column, {"jsonPath"}));
      if (!path.ok()) continue;
      auto& added = out.emplace_back();
      added.name = text_at(*column, {"name"});
      added.type = text_at(*column, {"type"});
      added.format = text_at(*column, {"format"});
      added.description = text_at(*column, {"description"});
      if (const auto* priority = member_at(*column, {"priority"}); priority && priority->is_int64())
        added.priority = priority->get_int64();
      if (added.description.empty())
        added.description = "Custom resource definition column (in JSONPath format): " +
                            text_at(*column, {"jsonPath"});
      added.path = std::move(*path);
    }
  }
  if (!out.empty()) return out;
  auto& age = out.emplace_back();
  age.name = "Age";
  age.type = "date";
  age.description = "Time at which the object was created";
  age.path = *JsonPath::parse(".metadata.creationTimestamp");
  return out;
}

}  // namespace

CustomKind::CustomKind(Bytes definition, const json::object& tree, std::size_t version_index,
                       const KindFamily& family)
    : definition_(std::move(definition)),
      version_index_(version_index),
      family_(family),
      managers_(std::make_unique<CustomManagers>()) {
  group = text_at(tree, {"spec", "group"});
  namespaced = text_at(tree, {"spec", "scope"}) == "Namespaced";
  const bool accepted = member_at(tree, {"status", "acceptedNames", "plural"}) != nullptr &&
                        !text_at(tree, {"status", "acceptedNames", "plural"}).empty();
  const auto name = [&](const char* which) {
    return accepted ? text_at(tree, {"status", "acceptedNames", which})
                    : text_at(tree, {"spec", "names", which});
  };
  plural = name("plural");
  singular = name("singular");
  kind = name("kind");
  list_kind_ = name("listKind");
  const char* names = accepted ? "acceptedNames" : "names";
  const char* part = accepted ? "status" : "spec";
  short_names = texts_at(tree, {part, names, "shortNames"});
  categories = texts_at(tree, {part, names, "categories"});
  verbs = {"delete", "deletecollection", "get", "list", "patch", "create", "update", "watch"};
  message = CustomObject::descriptor();
  const auto* version = version_at(tree, version_index);
  if (!version) return;
  this->version = text_at(*version, {"name"});
  served_ = flag_at(*version, {"served"});
  storage_ = flag_at(*version, {"storage"});
  if (member_at(*version, {"subresources", "status"}))
    subresources.push_back(
        {"status", group, this->version, kind, {"get", "patch", "update"}, message});
  if (member_at(*version, {"subresources", "scale"}))
    subresources.push_back({"scale",
                            "autoscaling",
                            "v1",
                            "Scale",
                            {"get", "patch", "update"},
                            autoscaling_v1::Scale::descriptor()});
  if (flag_at(*version, {"deprecated"})) {
    deprecation_ = text_at(*version, {"deprecationWarning"});
    if (deprecation_.empty())
      deprecation_ = group + "/" + this->version + " " + kind + " is deprecated";
  }
}

CustomKind::~CustomKind() = default;

const FieldManager& CustomKind::field_manager(std::string_view subresource) const {
  return managers_->get(*this, subresource);
}

std::string CustomKind::openapi_name() const {
  std::string name;
  std::string_view rest = group;
  for (;;) {
    const auto dot = rest.rfind('.');
    name.append(rest.substr(dot == std::string_view::npos ? 0 : dot + 1)).append(".");
    if (dot == std::string_view::npos) break;
    rest = rest.substr(0, dot);
  }
  return name + version + "." + kind;
}

json::value CustomKind::schema_json() const {
  json::value tree;
  if (!parse_json(definition_.view(), tree).ok() || !tree.is_object()) return nullptr;
  const auto* version = version_at(tree.get_object(), version_index_);
  const auto* schema = version ? member_at(*version, {"schema", "openAPIV3Schema"}) : nullptr;
  return schema ? *schema : json::value();
}

CustomDetails CustomKind::compile() const {
  CustomDetails out;
  json::value tree;
  if (!parse_json(definition_.view(), tree).ok() || !tree.is_object()) return out;
  const auto* version = version_at(tree.get_object(), version_index_);
  if (!version) return out;
  if (const auto* schema = member_at(*version, {"schema", "openAPIV3Schema"}))
    out.schema = compile_schema(*schema);
  if (flag_at(tree.get_object(), {"spec", "preserveUnknownFields"}))
    out.schema.preserve_unknown = true;
  out.columns = columns_of(*version);
  if (const auto* scale = member_at(*version, {"subresources", "scale"});
      scale && scale->is_object())
    out.scale = {path_names(text_at(scale->get_object(), {"specReplicasPath"})),
                 path_names(text_at(scale->get_object(), {"statusReplicasPath"})),
                 path_names(text_at(scale->get_object(), {"labelSelectorPath"}))};
  if (const auto* fields = member_at(*version, {"selectableFields"}); fields && fields->is_array())
    for (const auto& field : fields->get_array())
      if (field.is_object())
        out.selectable.push_back(dotted(path_names(text_at(field.get_object(), {"jsonPath"}))));
  return out;
}

const CustomDetails& CustomKind::details() const {
  std::call_once(once_, [this] { details_ = std::make_unique<CustomDetails>(compile()); });
  return *details_;
}

Conversion* CustomKind::conversion() const { return family_.conversion(); }

bool CustomKind::is_foreign(std::string_view stored) const {
  return conversion() && json_text(json_at(stored, "apiVersion")) != api_version();
}

std::string CustomKind::present(std::string_view stored) const {
  json::value tree;
  if (!parse_json(stored, tree).ok() || !tree.is_object()) return std::string(stored);
  auto& object = tree.get_object();
  const auto* source = family_.find(json_text(json_at(stored, "apiVersion")));
  if (!source) source = this;
  prune(object, source->schema(), nullptr);
  apply_schema_defaults(object, source->schema());
  if (source != this) fit(object, *this);
  std::string out = "{\"apiVersion\":";
  append_json_string(api_version(), out);
  out += ",\"kind\":";
  append_json_string(kind, out);
  out.append(",\"metadata\":").append(json_at(stored, "metadata"));
  std::map<std::string_view, const json::value*> sorted;
  for (const auto& member : object)
    sorted.emplace(std::string_view(member.key().data(), member.key().size()), &member.value());
  for (const auto& [name, value] : sorted) {
    if (name == "apiVersion" || name == "kind" || name == "metadata") continue;
    out += ',';
    append_json_string(name, out);
    out += ':';
    append_json(*value, out);
  }
  out += '}';
  return out;
}

const CustomKind* custom_kind(const ResourceInfo& resource) {
  return resource.message == CustomObject::descriptor() ? static_cast<const CustomKind*>(&resource)
                                                        : nullptr;
}

std::string list_kind_of(const ResourceInfo& resource) {
  const auto* custom = custom_kind(resource);
  return custom ? custom->list_kind() : resource.kind + "List";
}

const json::value* value_at(const json::object& tree, const std::vector<std::string>& path) {
  const json::object* here = &tree;
  const json::value* value = nullptr;
  for (const auto& name : path) {
    value = here ? here->if_contains(name) : nullptr;
    if (!value) return nullptr;
    here = value->if_object();
  }
  return value;
}

json::object tree_of(const CustomObject& object) {
  json::object tree;
  tree["apiVersion"] = object.api_version();
  tree["kind"] = object.kind();
  (void)to_json_value(object.metadata(), tree["metadata"]).ok();
  for (const auto& [name, text] : object.members()) (void)parse_json(text, tree[name]).ok();
  return tree;
}

void fit(json::object& tree, const CustomKind& kind) {
  prune(tree, kind.schema(), nullptr);
  drop_stray_nulls(tree, kind.schema());
}

void set_members(CustomObject& object, const json::object& tree) {
  object.clear_members();
  for (const auto& member : tree) {
    const std::string name(member.key());
    if (name == "apiVersion" || name == "kind" || name == "metadata") continue;
    append_json(member.value(), (*object.mutable_members())[name]);
  }
}

}  // namespace kubus::apiserver
