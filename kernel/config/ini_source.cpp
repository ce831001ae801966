// INI: "[section]" lines, "key = value" lines, comments after '#' or ';' at the start of a line.
// A value may be quoted to keep its blanks; a list is written with commas.
#include "config/source.h"
#include "config/value.h"

namespace kubus::kernel {
namespace {

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front())
    return text.substr(1, text.size() - 2);
  return text;
}

std::string joined(std::string_view prefix, std::string_view key) {
  if (prefix.empty()) return std::string(key);
  return std::string(prefix) + "." + std::string(key);
}

}  // namespace

SourceResult parse_ini(std::string_view text, const std::string& name, const std::string& prefix) {
  SourceResult result;
  std::string section = prefix;
  for (int number = 1; !text.empty(); ++number) {
    auto end = text.find('\n');
    auto line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    Origin origin{name, number};
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      auto inside = trim(line.substr(1, line.size() - 1));
      if (inside.size() < 2 || inside.back() != ']')
        result.errors.push_back({origin, "", "expected [section]"});
      else
        section = joined(prefix, trim(inside.substr(0, inside.size() - 1)));
      continue;
    }
    auto equals = line.find('=');
    auto key = trim(line.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      result.errors.push_back({origin, std::string(key), "expected key = value"});
      continue;
    }
    auto value = unquoted(trim(line.substr(equals + 1)));
    result.entries.push_back({joined(section, key), {std::string(value)}, false, origin});
  }
  result.add_duplicate_errors();
  return result;
}

}  // namespace kubus::kernel
