#include "openapi/names.h"

namespace kubus::apiserver {

std::string camel_case(std::string_view text) {
  std::string out;
  bool up = true;
  for (char c : text) {
    if (c == '.' || c == '-') {
      up = true;
      continue;
    }
    out += up && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    up = false;
  }
  return out;
}

std::string group_word(std::string_view group) {
  if (group.empty()) return "Core";
  return camel_case(group.substr(0, group.find(".k8s.io")));
}

std::string group_tag(std::string_view group) {
  auto tag = group_word(group);
  tag[0] = static_cast<char>(tag[0] - 'A' + 'a');
  return tag;
}

}  // namespace kubus::apiserver
