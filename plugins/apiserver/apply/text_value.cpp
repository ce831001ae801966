#include "apply/text_value.h"

#include "cache/json_scan.h"

namespace kubus::apiserver {

TextForm form_of(std::string_view text) {
  if (text.empty()) return TextForm::kAbsent;
  switch (text.front()) {
    case '{':
      return TextForm::kMap;
    case '[':
      return TextForm::kList;
    case 'n':
      return TextForm::kNull;
    default:
      return TextForm::kScalar;
  }
}

TextForm handled_as(const Atom& type, std::string_view value) {
  const auto form = form_of(value);
  if (form == TextForm::kScalar && type.scalar != ScalarKind::kNone) return form;
  if (form == TextForm::kList && type.list != Merging::kNone) return form;
  if (form == TextForm::kMap && type.map != Merging::kNone) return form;
  if (type.map != Merging::kNone) return TextForm::kMap;
  return type.scalar != ScalarKind::kNone ? TextForm::kScalar : TextForm::kList;
}

std::vector<TextMember> members_of(std::string_view text) {
  std::vector<TextMember> members;
  MemberScan scan(text);
  while (scan.next()) members.push_back({scan.key(), scan.value()});
  return members;
}

PathElement field_element(std::string_view raw_name) {
  if (raw_name.find('\\') == std::string_view::npos)
    return {ElementKind::kField, std::string(raw_name)};
  return {ElementKind::kField, json_text('"' + std::string(raw_name) + '"')};
}

}  // namespace kubus::apiserver
