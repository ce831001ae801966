// Views of JSON text that is walked by type: what form a value has, its members.
//
// Thread safety: values that point into the text they were made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apply/atom.h"
#include "apply/path_element.h"

namespace kubus::apiserver {

enum class TextForm : std::uint8_t { kAbsent, kNull, kScalar, kList, kMap };

// An absent value is an empty text.
TextForm form_of(std::string_view text);

// How a type takes a value: the first of its forms that is as the value; where the value does not
// say, the first it has.
TextForm handled_as(const Atom& type, std::string_view value);

struct TextMember {
  std::string_view raw;  // the name between its quotes
  std::string_view value;
};
// Nothing for what is no object.
std::vector<TextMember> members_of(std::string_view text);

// The element of a member.
PathElement field_element(std::string_view raw_name);

}  // namespace kubus::apiserver
