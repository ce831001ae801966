#include "custom/managers.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "custom/kind.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

ElementPath field(const char* name) { return {{ElementKind::kField, name}}; }

ScalarKind scalar_kind(const std::string& type) {
  if (type == "string") return ScalarKind::kString;
  if (type == "integer" || type == "number") return ScalarKind::kNumber;
  return type == "boolean" ? ScalarKind::kBool : ScalarKind::kAny;
}

}  // namespace

Atom& CustomManagers::scalar(ScalarKind kind) {
  auto& atom = atoms_.emplace_back();
  atom.scalar = kind;
  return atom;
}

void CustomManagers::add_type_members(Atom& atom) {
  for (const char* name : {"apiVersion", "kind"}) atom.fields[name] = &scalar(ScalarKind::kString);
  atom.fields["metadata"] = &atom_of(*meta_v1::ObjectMeta::descriptor());
}

void CustomManagers::fill_object(const Schema& schema, Atom& atom) {
  atom.map = schema.map_atomic ? Merging::kWhole : Merging::kSeparate;
  for (const auto& [name, type] : schema.properties) atom.fields[name] = &make(type);
  if (schema.additional)
    atom.values = &make(*schema.additional);
  else if (schema.preserve_unknown || schema.any_additional || schema.properties.empty())
    atom.values = &any_atom();
  if (schema.embedded) add_type_members(atom);
}

void CustomManagers::fill_list(const Schema& schema, Atom& atom) {
  atom.list = schema.list == SchemaList::kAtomic ? Merging::kWhole : Merging::kSeparate;
  atom.items = schema.items ? &make(*schema.items) : &any_atom();
  if (schema.list != SchemaList::kMap) return;
  for (const auto& name : schema.list_map_keys) {
    Atom::Key key{name, {}};
    const auto* type = schema.items ? schema.items->property(name) : nullptr;
    if (type && type->default_value) append_json(*type->default_value, key.fallback);
    atom.keys.push_back(std::move(key));
  }
  std::sort(atom.keys.begin(), atom.keys.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

Atom& CustomManagers::make(const Schema& schema) {
  auto& atom = atoms_.emplace_back();
  if (schema.type == "object") {
    fill_object(schema, atom);
  } else if (schema.type == "array") {
    fill_list(schema, atom);
  } else if (schema.type.empty() && schema.preserve_unknown) {
    atom = any_atom();
  } else {
    atom.scalar = scalar_kind(schema.int_or_string ? std::string() : schema.type);
  }
  return atom;
}

const FieldManager& CustomManagers::get(const CustomKind& kind, std::string_view subresource) {
  std::lock_guard lock(mutex_);
  if (const auto found = managers_.find(subresource); found != managers_.end())
    return *found->second;
  if (!root_) {
    root_ = &make(kind.schema());
    add_type_members(*root_);
  }
  ManagedKind managed;
  managed.type = root_;
  managed.api_version = kind.api_version();
  managed.group_version_kind = kind.group + "/" + kind.version + ", Kind=" + kind.kind;
  managed.kind = kind.kind;
  CustomObject empty;
  empty.set_api_version(kind.api_version());
  empty.set_kind(kind.kind);
  managed.empty_json = to_json(empty);
  managed.subresource = subresource;
  // Who writes a status owns the metadata that came with it, though it does not become the
  // object's.
  if (subresource == "status") {
    managed.not_owned.insert(field("spec"));
  } else if (kind.find_subresource("status")) {
    managed.not_owned.insert(field("status"));
  }
  auto& made = managers_[std::string(subresource)];
  made = std::make_unique<FieldManager>(std::move(managed));
  return *made;
}

}  // namespace kubus::apiserver
