#include "validation/definition_schema.h"

#include <algorithm>
#include <map>
#include <set>

#include "cel/regex_error.h"
#include "kubus/api/json_value.h"
#include "kubus/api/types.h"
#include "schema/expression_rule.h"
#include "schema/schema.h"
#include "schema/shape.h"
#include "schema/validate.h"
#include "validation/definition_list.h"

namespace kubus::apiserver {
namespace {

using Props = apiextensions_v1::JSONSchemaProps;
using Sorted = std::map<std::string, const Props*>;

enum class Level { kRoot, kField, kItem };

Sorted sorted(const google::protobuf::Map<std::string, Props>& properties) {
  Sorted out;
  for (const auto& [name, props] : properties) out.emplace(name, &props);
  return out;
}

const Props* items_of(const Props& props) {
  return props.has_items() && props.items().has_schema() ? &props.items().schema() : nullptr;
}

const Props* additional_of(const Props& props) {
  return props.has_additionalproperties() && props.additionalproperties().has_schema()
             ? &props.additionalproperties().schema()
             : nullptr;
}

bool preserves(const Props& props) { return props.xkubernetespreserveunknownfields(); }

class Structure {
 public:
  explicit Structure(ErrorList& errors) : errors_(errors) {}

  void check(const Props& props, Level level, const Path& path) {
    unsupported(props, level, path);
    type(props, level, path);
    extensions(props, path);
    check_list_type(props, path, errors_);
    check_pattern(props, path);
    for (const auto& [name, one] : sorted(props.properties()))
      check(*one, Level::kField, path.child("properties").key(name));
    if (const auto* one = additional_of(props))
      check(*one, Level::kField, path.child("additionalProperties"));
    if (const auto* one = items_of(props)) check(*one, Level::kItem, path.child("items"));
    // The reference looks at the conditions of the whole only.
    const Structured structured{level == Level::kRoot ? &props : nullptr, path};
    junctors(props, path, true, [&](const Props& one, const Path& at, bool may_type) {
      nested(one, at, structured, may_type);
    });
  }

 private:
  // The place in the structure that conditions speak of; null: that is missing, and was told.
  struct Structured {
    const Props* props;
    Path path;
  };

  // [{type: integer}, {type: string}]: the way to say what int-or-string is.
  static bool number_or_text(const google::protobuf::RepeatedPtrField<Props>& any_of) {
    return any_of.size() == 2 && any_of[0].type() == "integer" && any_of[1].type() == "string";
  }

  // The third argument of `visit`: whether a type may be said there, which only int-or-string may.
  template <class Visit>
  static void junctors(const Props& props, const Path& path, bool typed, const Visit& visit) {
    const bool any = typed && number_or_text(props.anyof());
    const bool all =
        typed && !any && props.allof_size() > 0 && number_or_text(props.allof(0).anyof());
    const auto each = [&](const auto& list, const char* name, const auto& may_type) {
      for (int i = 0; i < list.size(); ++i)
        visit(list[i], path.child(name).index(static_cast<std::size_t>(i)), may_type(i));
    };
    each(props.allof(), "allOf", [&](int i) { return all && i == 0; });
    each(props.anyof(), "anyOf", [&](int) { return any; });
    each(props.oneof(), "oneOf", [](int) { return false; });
    if (props.has_not_()) visit(props.not_(), path.child("not"), false);
  }

  void unsupported(const Props& props, Level level, const Path& path) {
    const auto no = [&](bool has, const char* name) {
      if (has) errors_.forbidden(path.child(name), std::string(name) + " is not supported");
    };
    no(!props.id().empty(), "id");
    no(props.has_additionalitems(), "additionalItems");
    no(!props.patternproperties().empty(), "patternProperties");
    no(!props.definitions().empty(), "definitions");
    no(!props.dependencies().empty(), "dependencies");
    no(props.has_ref(), "$ref");
    if (props.type() == "null")
      errors_.forbidden(path.child("type"),
                        "type cannot be set to null, use nullable as an alternative");
    if (props.has_items() && props.items().jsonschemas_size() > 0)
      errors_.forbidden(path.child("items"), "items must be a schema object and not an array");
    if (props.uniqueitems())
      errors_.forbidden(path.child("uniqueItems"),
                        "uniqueItems cannot be set to true since the runtime complexity becomes "
                        "quadratic");
    if (!props.has_additionalproperties()) return;
    const auto& additional = props.additionalproperties();
    const bool never = !additional.allows() && !additional.has_schema();
    if (level == Level::kRoot)
      errors_.forbidden(path.child("additionalProperties"), "must not be used at the root");
    else if (!props.properties().empty() && (never || additional.has_schema()))
      errors_.forbidden(path.child("additionalProperties"),
                        "additionalProperties and properties are mutual exclusive");
    else if (never)
      errors_.forbidden(path.child("additionalProperties"),
                        "additionalProperties cannot be set to false");
  }

  void type(const Props& props, Level level, const Path& path) {
    const std::initializer_list<std::string_view> kTypes = {"array",  "boolean", "integer",
                                                            "number", "object",  "string"};
    const auto at = path.child("type");
    const auto& name = props.type();
    if (!name.empty() && name != "null" &&
        std::find(kTypes.begin(), kTypes.end(), name) == kTypes.end())
      errors_.not_supported(at, name, kTypes);
    if (level == Level::kRoot) {
      if (name.empty())
        errors_.required(at, "must not be empty at the root");
      else if (name != "object")
        errors_.invalid(at, name, "must be object at the root");
      if (props.nullable())
        errors_.forbidden(path.child("nullable"), "nullable cannot be true at the root");
      check_type_members(props, path, true);
    } else if (name.empty() && !props.xkubernetesintorstring() && !preserves(props)) {
      errors_.required(at, level == Level::kItem ? "must not be empty for specified array items"
                                                 : "must not be empty for specified object fields");
    }
    if (name == "array" && !items_of(props) && !preserves(props) && !props.has_items())
      errors_.required(path.child("items"), "must be specified");
  }

  // Type and metadata are what they are: little may be said of them.
  void check_type_members(const Props& props, const Path& path, bool root) {
    const auto at = path.child("properties");
    for (const char* name : {"apiVersion", "kind"}) {
      const auto found = props.properties().find(name);
      if (found != props.properties().end() && found->second.type() != "string")
        errors_.invalid(at.key(name).child("type"), found->second.type(), "must be string");
    }
    const auto found = props.properties().find("metadata");
    if (found == props.properties().end()) return;
    const auto& metadata = found->second;
    if (metadata.type() != "object")
      errors_.invalid(at.key("metadata").child("type"), metadata.type(), "must be object");
    if (!root) return;
    for (const auto& [name, one] : metadata.properties())
      if (name != "name" && name != "generateName")
        return errors_.forbidden(at.key("metadata"),
                                 "must not specify anything other than name and generateName, but "
                                 "metadata is implicitly specified");
  }

  void extensions(const Props& props, const Path& path) {
    if (props.has_xkubernetespreserveunknownfields() && !preserves(props))
      errors_.invalid_json(path.child("x-kubernetes-preserve-unknown-fields"), "false",
                           "must be true or undefined");
    if (props.has_xkubernetesmaptype()) {
      demand_type(props, "object", "x-kubernetes-map-type is specified", path);
      const auto& map = props.xkubernetesmaptype();
      if (map != "atomic" && map != "granular")
        errors_.not_supported(path.child("x-kubernetes-map-type"), map, {"atomic", "granular"});
    }
    if (!props.xkubernetesembeddedresource()) return;
    demand_type(props, "object", "x-kubernetes-embedded-resource is true", path);
    if (!preserves(props) && props.properties().empty())
      errors_.required(path.child("properties"),
                       "must not be empty if x-kubernetes-embedded-resource is true without "
                       "x-kubernetes-preserve-unknown-fields");
    check_type_members(props, path, false);
  }

  void demand_type(const Props& props, const char* type, const char* reason, const Path& path) {
    check_type_is(props, type, reason, path, errors_);
  }

  void check_pattern(const Props& props, const Path& path) {
    if (props.pattern().empty()) return;
    const auto compiled = compile_pattern(props.pattern());
    if (!compiled->ok())
      errors_.invalid(path.child("pattern"), props.pattern(),
                      "must be a valid regular expression, but isn't: " +
                          cel::regex_error(*compiled));
  }

  // Under a junctor stand conditions only, nothing that tells what is there.
  void nested(const Props& props, const Path& path, const Structured& structured, bool may_type) {
    const auto no = [&](bool has, const char* name, const char* detail) {
      if (has) errors_.forbidden(path.child(name), detail);
    };
    constexpr char kEmpty[] = "must be empty to be structural";
    constexpr char kUndefined[] = "must be undefined to be structural";
    constexpr char kFalse[] = "must be false to be structural";
    no(!props.type().empty() && !may_type, "type", kEmpty);
    no(props.has_additionalproperties(), "additionalProperties", kUndefined);
    no(props.has_default_(), "default", kUndefined);
    no(!props.title().empty(), "title", kEmpty);
    no(!props.description().empty(), "description", kEmpty);
    no(props.nullable(), "nullable", kFalse);
    no(preserves(props), "x-kubernetes-preserve-unknown-fields", kFalse);
    no(props.xkubernetesembeddedresource(), "x-kubernetes-embedded-resource", kFalse);
    no(props.xkubernetesintorstring(), "x-kubernetes-int-or-string", kFalse);
    no(props.xkubernetesvalidations_size() > 0, "x-kubernetes-validations", kEmpty);
    no(props.xkuberneteslistmapkeys_size() > 0, "x-kubernetes-list-map-keys", kEmpty);
    no(props.has_xkuberneteslisttype(), "x-kubernetes-list-type", kUndefined);
    no(props.has_xkubernetesmaptype(), "x-kubernetes-map-type", kUndefined);
    check_pattern(props, path);
    nested_members(props, path, structured);
    // What int-or-string is may be said one step below, within allOf.
    junctors(props, path, may_type,
             [&](const Props& one, const Path& at, bool may) { nested(one, at, structured, may); });
  }

  // What conditions speak of must be there.
  void nested_members(const Props& props, const Path& path, const Structured& structured) {
    const auto demand = [&](const Props* there, Path at, const Path& why) {
      if (structured.props && !there) errors_.required(at, "because it is defined in " + why.str());
      return Structured{there, std::move(at)};
    };
    for (const auto& [name, one] : sorted(props.properties())) {
      const auto at = path.child("properties").key(name);
      const Props* there = nullptr;
      if (structured.props) {
        const auto found = structured.props->properties().find(name);
        if (found != structured.props->properties().end()) there = &found->second;
      }
      nested(*one, at, demand(there, structured.path.child("properties").key(name), at), false);
    }
    if (const auto* one = items_of(props)) {
      const auto at = path.child("items");
      const auto* there = structured.props ? items_of(*structured.props) : nullptr;
      nested(*one, at, demand(there, structured.path.child("items"), at), false);
    }
  }

  ErrorList& errors_;
};

// Rules show no value but in defaults.
void check_default_rules(const boost::json::value& value, const Schema& schema, ErrorList& errors) {
  ErrorList found;
  check_expressions(value, nullptr, schema, found);
  for (auto error : found.errors()) {
    if (error.path == "<nil>" && error.type == FieldErrorType::kInvalid) {
      error.bad_value.clear();
      append_json(value, error.bad_value);
    }
    errors.add(std::move(error));
  }
}

// Defaults must be what the schema itself would let pass.
void check_default(const Schema& schema, bool whole, const Path& at, ErrorList& errors) {
  boost::json::value value = *schema.default_value;
  std::vector<std::string> unknown;
  if (auto* object = value.if_object()) prune_part(*object, schema, &unknown);
  if (!unknown.empty()) {
    std::string text;
    append_json(*schema.default_value, text);
    errors.invalid_json(at, std::move(text), "must not have unknown fields");
  }
  if (const auto* object = schema.default_value->if_object(); object && whole)
    for (const char* name : {"apiVersion", "kind"})
      if (!object->contains(name)) errors.required(at.child(name));
  if (!unknown.empty()) return;
  // It is told of by the place within it.
  ErrorList within;
  check_schema(value, nullptr, schema, Path(), within);
  check_list_items(value, schema, Path(), within);
  if (within.empty()) check_default_rules(value, schema, within);
  for (auto error : within.errors()) {
    const bool itself = error.path.empty() || error.path == "<nil>";
    error.path = itself ? at.str() : at.str() + "." + error.path;
    if (error.type == FieldErrorType::kRequired) error.detail.clear();
    errors.add(std::move(error));
  }
}

void check_defaults(const Schema& schema, bool whole, const Path& path, ErrorList& errors) {
  if (schema.default_value) check_default(schema, whole, path.child("default"), errors);
  for (const auto& [name, one] : schema.properties)
    check_defaults(one, false, path.child("properties").key(name), errors);
  if (schema.additional)
    check_defaults(*schema.additional, false, path.child("additionalProperties"), errors);
  if (schema.items) check_defaults(*schema.items, false, path.child("items"), errors);
}

}  // namespace

void check_structural_schema(const Props& root, const Path& path, bool limited,
                             ErrorList& errors) {
  const auto before = errors.size();
  Structure(errors).check(root, Level::kRoot, path);
  if (errors.size() > before) return;
  boost::json::value tree;
  if (auto status = to_json_value(root, tree); !status.ok())
    return errors.invalid(path, "", status.message());
  const auto schema = compile_schema(tree);
  if (schema.has_defaults) check_defaults(schema, true, path, errors);
  if (errors.size() > before) return;
  if (schema.has_expressions) check_rules(schema, path, limited, errors);
}

const Props* schema_at(const Props& root, const std::vector<std::string>& names) {
  const Props* here = &root;
  for (const auto& name : names) {
    const auto found = here->properties().find(name);
    here = found == here->properties().end() ? additional_of(*here) : &found->second;
    if (!here) return nullptr;
  }
  return here;
}

}  // namespace kubus::apiserver
