#include <algorithm>
#include <set>

#include "schema/json_path.h"
#include "validation/checks.h"
#include "validation/definition.h"
#include "validation/definition_schema.h"

namespace kubus::apiserver {
namespace {

using Spec = apiextensions_v1::CustomResourceDefinitionSpec;
using Version = apiextensions_v1::CustomResourceDefinitionVersion;
using Scale = apiextensions_v1::CustomResourceSubresourceScale;
using Column = apiextensions_v1::CustomResourceColumnDefinition;

constexpr int kMostSelectable = 8;

// Whether the path was told to be none.
bool check_path(const std::string& text, const Path& at, ErrorList& errors) {
  const auto before = errors.size();
  if (text.empty())
    errors.invalid(at, text, "must not be empty");
  else if (text.front() != '.')
    errors.invalid(at, text, "must be a simple json path starting with .");
  else if (const auto path = JsonPath::parse(text); !path.ok())
    errors.invalid(at, text, "is an invalid json path: " + std::string(path.status().message()));
  return errors.size() > before;
}

void check_plain_path(const std::string& text, const Path& at, ErrorList& errors) {
  if (check_path(text, at, errors)) return;
  if (!JsonPath::parse(text)->is_plain()) errors.invalid(at, text, "must be a simple json path");
}

void check_scale(const Scale& scale, const Path& path, ErrorList& errors) {
  const auto under = [](const std::string& text, const std::string& part) {
    return text.starts_with("." + part + ".");
  };
  const auto at = path.child("specReplicasPath");
  if (scale.specreplicaspath().empty()) {
    errors.required(at);
  } else {
    check_plain_path(scale.specreplicaspath(), at, errors);
    if (!under(scale.specreplicaspath(), "spec"))
      errors.invalid(at, scale.specreplicaspath(), "should be a json path under .spec");
  }
  const auto status_at = path.child("statusReplicasPath");
  if (scale.statusreplicaspath().empty()) {
    errors.required(status_at);
  } else {
    check_plain_path(scale.statusreplicaspath(), status_at, errors);
    if (!under(scale.statusreplicaspath(), "status"))
      errors.invalid(status_at, scale.statusreplicaspath(), "should be a json path under .status");
  }
  if (scale.labelselectorpath().empty()) return;
  const auto selector_at = path.child("labelSelectorPath");
  check_plain_path(scale.labelselectorpath(), selector_at, errors);
  if (!under(scale.labelselectorpath(), "spec") && !under(scale.labelselectorpath(), "status"))
    errors.invalid(selector_at, scale.labelselectorpath(),
                   "should be a json path under either .spec or .status");
}

void check_column(const Column& column, const Path& path, ErrorList& errors) {
  if (column.name().empty()) errors.required(path.child("name"));
  check_one_of(column.type(), {"boolean", "date", "integer", "number", "string"},
               path.child("type"), errors);
  if (!column.format().empty())
    check_one_of(column.format(),
                 {"byte", "date", "date-time", "double", "float", "int32", "int64", "password"},
                 path.child("format"), errors);
  if (column.jsonpath().empty())
    errors.required(path.child("jsonPath"));
  else
    check_path(column.jsonpath(), path.child("jsonPath"), errors);
}

void check_selectable(const Version& version, int index, const Path& at,
                      std::set<std::string>& seen, ErrorList& errors) {
  const auto& text = version.selectablefields(index).jsonpath();
  if (text.empty()) return errors.required(at);
  if (check_path(text, at, errors)) return;
  const auto path = JsonPath::parse(text);
  if (!path->is_plain()) return errors.invalid(at, text, "must be a simple json path");
  const auto names = path->names();
  if (!seen.insert(text).second) errors.duplicate(at, text);
  if (!names.empty() && names.front() == "metadata")
    return errors.invalid(at, text, "must not point to fields in metadata");
  const auto* type = schema_at(version.schema().openapiv3schema(), names);
  if (!type) return errors.invalid(at, text, "does not refer to a valid field");
  if (type->type() != "string" && type->type() != "boolean" && type->type() != "integer")
    errors.invalid(at, text,
                   "must point to a field of type string, boolean or integer. Enum string fields "
                   "and strings with formats are allowed.");
}

// Whether all versions have the same of something, which is then told of once.
template <class Same>
bool all_same(const Spec& spec, const Same& same) {
  return std::all_of(spec.versions().begin(), spec.versions().end(),
                     [&](const auto& version) { return same(version, spec.versions(0)); });
}

template <class List>
bool same_list(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return equal(x, y); });
}

}  // namespace

void check_definition_version(const Spec& spec, int index, const Path& path, ErrorList& errors) {
  const auto& version = spec.versions(index);
  const auto own = path.child("versions").index(static_cast<std::size_t>(index));
  const bool same_parts = all_same(spec, [](const Version& a, const Version& b) {
    return equal(a.subresources(), b.subresources());
  });
  if (version.subresources().has_scale() && (!same_parts || index == 0))
    check_scale(version.subresources().scale(),
                (same_parts ? path : own).child("subresources").child("scale"), errors);
  const bool same_columns = all_same(spec, [](const Version& a, const Version& b) {
    return same_list(a.additionalprintercolumns(), b.additionalprintercolumns());
  });
  for (int i = 0; i < version.additionalprintercolumns_size() && (!same_columns || index == 0); ++i)
    check_column(version.additionalprintercolumns(i),
                 (same_columns ? path : own)
                     .child("additionalPrinterColumns")
                     .index(static_cast<std::size_t>(i)),
                 errors);
  const bool same_fields = all_same(spec, [](const Version& a, const Version& b) {
    return same_list(a.selectablefields(), b.selectablefields());
  });
  const auto fields = (same_fields ? path : own).child("selectableFields");
  if (version.selectablefields_size() > kMostSelectable)
    errors.too_many(fields, static_cast<std::size_t>(version.selectablefields_size()),
                    kMostSelectable);
  std::set<std::string> seen;
  for (int i = 0; i < version.selectablefields_size() && (!same_fields || index == 0); ++i)
    check_selectable(version, i, fields.index(static_cast<std::size_t>(i)).child("jsonPath"), seen,
                     errors);
}

}  // namespace kubus::apiserver
