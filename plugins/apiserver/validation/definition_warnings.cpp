// What a definition says that has no effect.
#include "validation/definition_warnings.h"

#include <algorithm>
#include <map>

#include "schema/formats.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

using Props = apiextensions_v1::JSONSchemaProps;
using Warnings = std::vector<std::string>;

// Also those whose texts are not looked at.
bool is_recognized(const std::string& format) {
  return is_known_format(format) || format == "bsonobjectid" || format == "isbn" ||
         format == "creditcard" || format == "rgbcolor" || format == "password";
}

void warn_of_formats(const Props& props, Warnings& out) {
  if (props.type() == "string" && !props.format().empty() && !is_recognized(props.format())) {
    auto text = "unrecognized format " + quoted(props.format());
    if (std::find(out.begin(), out.end(), text) == out.end()) out.push_back(std::move(text));
  }
  std::map<std::string, const Props*> sorted;
  for (const auto& [name, one] : props.properties()) sorted.emplace(name, &one);
  for (const auto& one : sorted) warn_of_formats(*one.second, out);
  if (props.additionalproperties().has_schema())
    warn_of_formats(props.additionalproperties().schema(), out);
  if (props.items().has_schema()) warn_of_formats(props.items().schema(), out);
}

}  // namespace

void warn_of_definition(const apiextensions_v1::CustomResourceDefinition& object,
                        const apiextensions_v1::CustomResourceDefinition*, Warnings& out) {
  for (const auto& version : object.spec().versions())
    warn_of_formats(version.schema().openapiv3schema(), out);
}

}  // namespace kubus::apiserver
