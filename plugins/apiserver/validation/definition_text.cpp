#include "validation/definition_text.h"

#include "validation/checks.h"

namespace kubus::apiserver {
namespace {

using Version = apiextensions_v1::CustomResourceDefinitionVersion;

template <class List>
bool same_items(const List& a, const List& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return equal(x, y); });
}

const char* truth(bool value) { return value ? "true" : "false"; }

template <class List, class Print>
std::string printed_list(const List& list, const Print& print) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "[" : ",") + print(item);
  return out.empty() ? "null" : out + "]";
}

std::string column_json(const apiextensions_v1::CustomResourceColumnDefinition& column) {
  return "{\"Name\":" + quoted(column.name()) + ",\"Type\":" + quoted(column.type()) +
         ",\"Format\":" + quoted(column.format()) +
         ",\"Description\":" + quoted(column.description()) +
         ",\"Priority\":" + std::to_string(column.priority()) +
         ",\"JSONPath\":" + quoted(column.jsonpath()) + "}";
}

std::string selectable_json(const apiextensions_v1::SelectableField& field) {
  return "{\"JSONPath\":" + quoted(field.jsonpath()) + "}";
}

std::string subresources_json(const apiextensions_v1::CustomResourceSubresources& parts) {
  return std::string("{\"Status\":") + (parts.has_status() ? "{}" : "null") +
         ",\"Scale\":" + (parts.has_scale() ? internal_json(parts.scale()) : "null") + "}";
}

}  // namespace

bool same_columns(const Version& a, const Version& b) {
  return same_items(a.additionalprintercolumns(), b.additionalprintercolumns());
}
bool same_selectable(const Version& a, const Version& b) {
  return same_items(a.selectablefields(), b.selectablefields());
}

std::string internal_versions_json(const apiextensions_v1::CustomResourceDefinitionSpec& spec) {
  const bool schema = all_versions_same(spec, [](const Version& a, const Version& b) {
    return equal(a.schema(), b.schema());
  });
  const bool parts = all_versions_same(spec, [](const Version& a, const Version& b) {
    return equal(a.subresources(), b.subresources());
  });
  const bool columns = all_versions_same(spec, same_columns);
  const bool selectable = all_versions_same(spec, same_selectable);
  return printed_list(spec.versions(), [&](const Version& version) {
    return "{\"Name\":" + quoted(version.name()) + ",\"Served\":" + truth(version.served()) +
           ",\"Storage\":" + truth(version.storage()) +
           ",\"Deprecated\":" + truth(version.deprecated()) + ",\"DeprecationWarning\":" +
           (version.has_deprecationwarning() ? quoted(version.deprecationwarning()) : "null") +
           ",\"Schema\":" +
           (schema || !version.has_schema() ? "null" : internal_json(version.schema())) +
           ",\"Subresources\":" +
           (parts || !version.has_subresources() ? "null"
                                                 : subresources_json(version.subresources())) +
           ",\"AdditionalPrinterColumns\":" +
           (columns ? "null" : printed_list(version.additionalprintercolumns(), column_json)) +
           ",\"SelectableFields\":" +
           (selectable ? "null" : printed_list(version.selectablefields(), selectable_json)) + "}";
  });
}

}  // namespace kubus::apiserver
