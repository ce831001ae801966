// PathElement: one step on the way from an object to a field of it. A path of them names a field in
// managedFields and in the message of a conflict.
//
// Thread safety: a value.
//
// The order of elements, and how they are written, are the reference's: what is stored by one
// server is read by another.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"

namespace kubus::apiserver {

// In the order in which they are sorted.
enum class ElementKind : std::uint8_t {
  kField,  // a field of an object or a key of a map
  kKey,    // an item of a list, by the values of its key fields
  kValue,  // an item of a set
  kIndex,  // an item by its place
};

struct PathElement {
  ElementKind kind = ElementKind::kField;
  // kField: the name. kKey: a JSON object with its keys sorted. kValue: a JSON value. kIndex: a
  // decimal number. JSON is without space, so that equal elements have equal texts.
  std::string text;

  friend bool operator==(const PathElement&, const PathElement&) = default;
};

using ElementPath = std::vector<PathElement>;

// Negative, zero, positive.
int compare(const PathElement& a, const PathElement& b);

// ".spec", [name="web"], [="v"], [0].
std::string to_string(const PathElement& element);
std::string to_string(std::span<const PathElement> path);

// As Go's %q: in double quotes.
std::string go_quoted(std::string_view text);

// The name of a member of fieldsV1: f:spec, k:{"name":"web"}.
std::string member_name(const PathElement& element);
char letter_of(ElementKind kind);
// Nothing for a letter that is none of them.
std::optional<ElementKind> kind_of_letter(char letter);
// Reads it back. Nothing for a kind of element that later versions may have; kBadRequest for what
// is no element at all.
Result<std::optional<PathElement>> parse_member_name(std::string_view name);

}  // namespace kubus::apiserver
