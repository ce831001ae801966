#include "schema/document_size.h"

#include <algorithm>
#include <boost/json.hpp>

namespace kubus::apiserver {
namespace {

std::uint64_t natural(std::int64_t value) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(value, 0));
}

std::uint64_t smallest_text(std::string_view format) {
  if (format == "duration") return 3;    // "0"
  if (format == "date") return 12;       // "2024-01-01"
  if (format == "date-time") return 21;  // to the second, without its "Z"
  return 2;
}

std::uint64_t smallest_object(const Schema& schema) {
  std::uint64_t out = 2;
  if (!schema.rules) return out;
  for (const auto& name : schema.rules->required) {
    const auto* property = schema.property(name);
    // Quotes, a colon and a comma. What has a default need not be sent.
    if (property && !property->default_value) out += name.size() + smallest_json(*property) + 4;
  }
  return out;
}

std::uint64_t longest_text(const Schema& schema) {
  constexpr std::uint64_t kWhole = kLargestRequest - 2;
  if (!schema.rules) return kWhole;
  const auto& rules = *schema.rules;
  if (rules.format == "duration" || rules.format == "date-time") return 32;
  if (rules.format == "date") return 12;
  // Of characters, each of which is up to four bytes; of bytes the schema says how many.
  if (rules.max_length) return natural(*rules.max_length) * (rules.format == "byte" ? 1 : 4);
  if (rules.values.empty() || rules.format == "byte") return kWhole;
  std::uint64_t longest = 0;
  for (const auto& one : rules.values)
    if (one.is_string()) longest = std::max<std::uint64_t>(longest, one.get_string().size());
  return longest;
}

}  // namespace

std::uint64_t smallest_json(const Schema& schema) {
  if (schema.int_or_string) return 1;
  if (schema.type == "boolean") return 4;
  if (schema.type == "string") return smallest_text(schema.rules ? schema.rules->format : "");
  if (schema.type == "array") return 2;
  if (schema.type == "object") return schema.additional ? 2 : smallest_object(schema);
  return 1;
}

std::uint64_t most_elements(const Schema& schema) {
  if (schema.int_or_string) {
    const bool said = schema.rules && schema.rules->max_length;
    return said ? natural(*schema.rules->max_length) * 4 : kLargestRequest - 2;
  }
  if (schema.type == "string") return longest_text(schema);
  if (schema.type == "array" && schema.items)
    return said_elements(schema).value_or((kLargestRequest - 2) /
                                          (smallest_json(*schema.items) + 1));
  // An empty name, its quotes, a colon and a comma come with each.
  if (schema.type == "object" && schema.additional)
    return said_elements(schema).value_or((kLargestRequest - 2) /
                                          (smallest_json(*schema.additional) + 6));
  return 0;
}

std::uint64_t most_values(const Schema& schema) {
  return kLargestRequest / (smallest_json(schema) + 1);
}

std::optional<std::uint64_t> said_elements(const Schema& schema) {
  const bool list = schema.type == "array";
  if (!list && (schema.type != "object" || !schema.additional)) return 1;
  if (!schema.rules) return std::nullopt;
  const auto& said = list ? schema.rules->max_items : schema.rules->max_properties;
  return said ? std::optional(natural(*said)) : std::nullopt;
}

}  // namespace kubus::apiserver
