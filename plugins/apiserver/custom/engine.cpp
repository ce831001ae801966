#include "custom/engine.h"

#include <algorithm>
#include <boost/json.hpp>

#include "custom/family.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "registry/reflect.h"
#include "schema/expression_rule.h"
#include "schema/shape.h"
#include "schema/validate.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

Status missing(const CustomObject& object, const char* what) {
  return Status(Code::kBadRequest, "Object '" + std::string(what) + "' is missing in '" +
                                       to_json(object, {.type_meta = false}) + "'");
}

// The numbers that a scale shows cannot be anything.
void check_scale(const json::object& tree, const std::vector<std::string>& path,
                 ErrorList& errors) {
  const auto* value = value_at(tree, path);
  if (!value || !value->is_int64()) return;
  Path at;
  for (const auto& name : path) at = at.child(name);
  const auto number = value->get_int64();
  if (number < 0) errors.invalid(at, number, "should be a non-negative integer");
  if (number > INT32_MAX) errors.invalid(at, number, "should be less than or equal to 2147483647");
}

// Rules are written for objects of the right shape.
bool blocks_rules(const FieldError& error) {
  return error.type == FieldErrorType::kNotSupported || error.type == FieldErrorType::kRequired ||
         error.type == FieldErrorType::kTooLong || error.type == FieldErrorType::kDuplicate ||
         error.type == FieldErrorType::kTypeInvalid;
}

}  // namespace

Status admit_body(CustomObject& object, const CustomKind& kind, std::vector<std::string>* unknown) {
  if (object.kind().empty()) return missing(object, "Kind");
  if (object.api_version().empty()) return missing(object, "apiVersion");
  auto tree = tree_of(object);
  std::vector<std::string> paths;
  prune(tree, kind.schema(), unknown ? &paths : nullptr);
  set_members(object, tree);
  for (const auto& path : paths) unknown->push_back("unknown field \"" + path + "\"");
  return {};
}

void apply_custom_defaults(CustomObject& object, const CustomKind& kind) {
  auto tree = tree_of(object);
  apply_schema_defaults(tree, kind.schema());
  set_members(object, tree);
}

ErrorList check_custom(const CustomObject& object, const CustomObject* old,
                       const CustomKind& kind) {
  ErrorList errors;
  if (object.kind() != kind.kind)
    errors.invalid(Path("kind"), object.kind(), "must be " + kind.kind);
  if (object.api_version() != kind.api_version())
    errors.invalid(Path("apiVersion"), object.api_version(), "must be " + kind.api_version());
  const json::value tree(tree_of(object));
  const json::value before = old ? json::value(tree_of(*old)) : json::value();
  const auto& details = kind.details();
  check_schema(tree, old ? &before : nullptr, details.schema, Path(), errors);
  if (details.scale) {
    check_scale(tree.get_object(), details.scale->replicas, errors);
    check_scale(tree.get_object(), details.scale->status_replicas, errors);
  }
  check_list_items(tree, details.schema, Path(), errors);
  if (!details.schema.has_expressions) return errors;
  if (std::any_of(errors.errors().begin(), errors.errors().end(), blocks_rules))
    errors.add({FieldErrorType::kInvalid, "<nil>", "\"null\"",
                "some validation rules were not checked because the object was invalid; correct "
                "the existing errors to complete validation"});
  else
    check_expressions(tree, old ? &before : nullptr, details.schema, errors);
  return errors;
}

std::string stored_json(Message& object, const ResourceInfo& resource) {
  const auto* kind = custom_kind(resource);
  if (!kind || kind->storage()) return stored_json(object);
  CustomObject stored = static_cast<const CustomObject&>(object);
  const auto& wanted = kind->family().stored();
  stored.set_api_version(wanted.api_version());
  auto tree = tree_of(stored);
  fit(tree, wanted);
  set_members(stored, tree);
  return stored_json(stored);
}

}  // namespace kubus::apiserver
