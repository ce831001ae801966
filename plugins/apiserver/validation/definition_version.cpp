#include <algorithm>
#include <set>

#include "validation/checks.h"
#include "validation/definition.h"
#include "validation/definition_schema.h"
#include "validation/definition_text.h"

namespace kubus::apiserver {
namespace {

using Spec = apiextensions_v1::CustomResourceDefinitionSpec;
using Version = apiextensions_v1::CustomResourceDefinitionVersion;
using Scale = apiextensions_v1::CustomResourceSubresourceScale;
using Column = apiextensions_v1::CustomResourceColumnDefinition;

constexpr std::size_t kMostSelectable = 8;

// Whether it begins as one.
bool check_path(const std::string& text, const Path& at, ErrorList& errors) {
  if (text.starts_with('.')) return true;
  errors.invalid(at, text, "must be a simple json path starting with .");
  return false;
}

void check_scale(const Scale& scale, const Path& path, ErrorList& errors) {
  const auto under = [](const std::string& text, const std::string& part) {
    return text.starts_with("." + part + ".");
  };
  const auto at = path.child("specReplicasPath");
  if (scale.specreplicaspath().empty()) {
    errors.required(at);
  } else {
    if (check_path(scale.specreplicaspath(), at, errors) &&
        !under(scale.specreplicaspath(), "spec"))
      errors.invalid(at, scale.specreplicaspath(), "should be a json path under .spec");
  }
  const auto status_at = path.child("statusReplicasPath");
  if (scale.statusreplicaspath().empty()) {
    errors.required(status_at);
  } else {
    if (check_path(scale.statusreplicaspath(), status_at, errors) &&
        !under(scale.statusreplicaspath(), "status"))
      errors.invalid(status_at, scale.statusreplicaspath(), "should be a json path under .status");
  }
  if (scale.labelselectorpath().empty()) return;
  const auto selector_at = path.child("labelSelectorPath");
  if (check_path(scale.labelselectorpath(), selector_at, errors) &&
      !under(scale.labelselectorpath(), "spec") && !under(scale.labelselectorpath(), "status"))
    errors.invalid(selector_at, scale.labelselectorpath(),
                   "should be a json path under either .spec or .status");
}

bool is_one_of(std::string_view value, std::initializer_list<std::string_view> known) {
  return std::find(known.begin(), known.end(), value) != known.end();
}

void check_column(const Column& column, const Path& path, ErrorList& errors) {
  if (column.name().empty()) errors.required(path.child("name"));
  constexpr char kTypes[] = "must be one of boolean,date,integer,number,string";
  if (column.type().empty())
    errors.required(path.child("type"), kTypes);
  else if (!is_one_of(column.type(), {"boolean", "date", "integer", "number", "string"}))
    errors.invalid(path.child("type"), column.type(), kTypes);
  if (!column.format().empty() &&
      !is_one_of(column.format(), {"byte", "date", "date-time", "double", "float", "int32", "int64",
                                   "password"}))
    errors.invalid(path.child("format"), column.format(),
                   "must be one of byte,date,date-time,double,float,int32,int64,password");
  // As the reference calls the member in itself.
  const auto at = path.child("JSONPath");
  if (column.jsonpath().empty())
    errors.required(at);
  else
    check_path(column.jsonpath(), at, errors);
}

// Where the path leads, over names only; null, and why, where it leads nowhere.
const apiextensions_v1::JSONSchemaProps* selected(const apiextensions_v1::JSONSchemaProps& root,
                                                  std::string_view text, std::string& problem) {
  std::vector<std::string> names;
  while (!text.empty()) {
    if (text[0] == '[') {
      problem = "array notation is not allowed";
      return nullptr;
    }
    const bool dot = text[0] == '.';
    const auto end = std::min(text.find_first_of(".[", 1), text.size());
    const auto word = text.substr(0, end);
    text.remove_prefix(end);
    if (!dot) problem = "expected [ or . but got: " + std::string(word);
    if (dot && word.size() == 1 && text.empty()) problem = "unexpected end of JSON path";
    if (!problem.empty()) return nullptr;
    names.emplace_back(word.substr(1));
    if (!schema_at(root, names)) {
      problem = "does not refer to a valid field";
      return nullptr;
    }
  }
  return schema_at(root, names);
}

void check_selectable(const Version& version, int index, const Path& at,
                      std::set<std::string>& seen, ErrorList& errors) {
  const auto& text = version.selectablefields(index).jsonpath();
  if (text.empty()) return errors.required(at);
  std::string problem;
  const auto* type = selected(version.schema().openapiv3schema(), text, problem);
  if (!type) return errors.invalid(at, text, "is an invalid path: " + problem);
  if (type->type() != "string" && type->type() != "boolean" && type->type() != "integer")
    errors.invalid(at, text,
                   "must point to a field of type string, boolean or integer. Enum string fields "
                   "and strings with formats are allowed.");
  if (!seen.insert(text).second) errors.duplicate(at, text);
}

}  // namespace

void check_definition_version(const Spec& spec, int index, const Path& path, ErrorList& errors) {
  const auto& version = spec.versions(index);
  const auto own = path.child("versions").index(static_cast<std::size_t>(index));
  const bool same_parts = all_versions_same(spec, [](const Version& a, const Version& b) {
    return equal(a.subresources(), b.subresources());
  });
  if (version.subresources().has_scale() && (!same_parts || index == 0))
    check_scale(version.subresources().scale(),
                (same_parts ? path : own).child("subresources").child("scale"), errors);
  const bool columns = all_versions_same(spec, same_columns);
  for (int i = 0; i < version.additionalprintercolumns_size() && (!columns || index == 0); ++i)
    check_column(version.additionalprintercolumns(i),
                 (columns ? path : own)
                     .child("additionalPrinterColumns")
                     .index(static_cast<std::size_t>(i)),
                 errors);
  const bool same_fields = all_versions_same(spec, same_selectable);
  const auto fields = (same_fields ? path : own).child("selectableFields");
  std::set<std::string> seen;
  for (int i = 0; i < version.selectablefields_size() && (!same_fields || index == 0); ++i)
    check_selectable(version, i, fields.index(static_cast<std::size_t>(i)).child("jsonPath"), seen,
                     errors);
  if (seen.size() > kMostSelectable) errors.too_many(fields, seen.size(), kMostSelectable);
}

}  // namespace kubus::apiserver
