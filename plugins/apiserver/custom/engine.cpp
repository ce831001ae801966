#include "custom/engine.h"

#include <algorithm>
#include <boost/json.hpp>

#include "custom/embedded.h"
#include "custom/family.h"
#include "custom/scale.h"
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

// Rules are written for objects of the right shape.
bool blocks_rules(const FieldError& error) {
  return error.type == FieldErrorType::kNotSupported || error.type == FieldErrorType::kRequired ||
         error.type == FieldErrorType::kTooLong || error.type == FieldErrorType::kTooMany ||
         error.type == FieldErrorType::kTypeInvalid;
}

}  // namespace

Status admit_body(CustomObject& object, const CustomKind& kind, std::vector<std::string>* unknown) {
  if (object.kind().empty()) return missing(object, "Kind");
  if (object.api_version().empty()) return missing(object, "apiVersion");
  auto tree = tree_of(object);
  std::vector<std::string> paths;
  prune(tree, kind.schema(), unknown ? &paths : nullptr);
  std::sort(paths.begin(), paths.end());
  for (const auto& path : paths) unknown->push_back("unknown field \"" + path + "\"");
  KUBUS_TRY(settle_embedded(tree, kind.schema(), unknown));
  set_members(object, tree);
  return {};
}

void apply_custom_defaults(CustomObject& object, const CustomKind& kind) {
  auto tree = tree_of(object);
  apply_schema_defaults(tree, kind.schema());
  set_members(object, tree);
}

void check_custom(const CustomObject& object, const CustomObject* old, const CustomKind& kind,
                  ErrorList& errors) {
  if (object.kind() != kind.kind)
    errors.invalid(Path("kind"), object.kind(), "must be " + kind.kind);
  if (object.api_version() != kind.api_version())
    errors.invalid(Path("apiVersion"), object.api_version(), "must be " + kind.api_version());
  // What is of another type need not be like this one.
  if (object.kind() != kind.kind || object.api_version() != kind.api_version()) return;
  const json::value tree(tree_of(object));
  const json::value before = old ? json::value(tree_of(*old)) : json::value();
  const auto& details = kind.details();
  check_schema(tree, old ? &before : nullptr, details.schema, Path(), errors);
  check_embedded(tree.get_object(), details.schema, errors);
  if (details.scale) check_scale_values(tree.get_object(), *details.scale, errors);
  check_list_items(tree, details.schema, Path(), errors);
  if (!details.schema.has_expressions) return;
  if (std::any_of(errors.errors().begin(), errors.errors().end(), blocks_rules))
    errors.add({FieldErrorType::kInvalid, "<nil>", "null",
                "some validation rules were not checked because the object was invalid; correct "
                "the existing errors to complete validation"});
  else
    check_expressions(tree, old ? &before : nullptr, details.schema, errors);
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
