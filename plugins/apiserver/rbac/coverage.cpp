#include "rbac/coverage.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "validation/field_error.h"

namespace kubus::apiserver::rbac {
namespace {

using List = std::vector<std::string>;

bool has(const List& list, std::string_view item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool has_all(const List& list, const List& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const auto& item) { return has(list, item); });
}

bool has_or_all(const List& list, const List& wanted) {
  return has(list, "*") || has_all(list, wanted);
}

bool covers_resource(const List& held, const std::string& wanted) {
  if (has(held, "*") || has(held, wanted)) return true;
  const auto slash = wanted.find('/');
  return slash != std::string::npos && has(held, "*" + wanted.substr(slash));
}

bool covers_path(const List& held, const std::string& wanted) {
  return std::any_of(held.begin(), held.end(),
                     [&](const auto& path) { return path_covers(path, wanted); });
}

// An object may be called "*": among names it stands for nothing else.
bool covers_names(const Rule& held, const Rule& part) {
  if (held.names.empty()) return true;
  return !part.names.empty() && has_all(held.names, part.names);
}

bool covers(const Rule& held, const Rule& part) {
  return has_or_all(held.verbs, part.verbs) && has_or_all(held.groups, part.groups) &&
         std::all_of(part.resources.begin(), part.resources.end(),
                     [&](const auto& item) { return covers_resource(held.resources, item); }) &&
         covers_names(held, part) &&
         std::all_of(part.paths.begin(), part.paths.end(),
                     [&](const auto& path) { return covers_path(held.paths, path); });
}

void add_resource_parts(const Rule& rule, Rules& parts) {
  for (const auto& group : rule.groups) {
    for (const auto& resource : rule.resources) {
      for (const auto& verb : rule.verbs) {
        if (rule.names.empty()) parts.push_back({{verb}, {group}, {resource}, {}, {}});
        for (const auto& name : rule.names)
          parts.push_back({{verb}, {group}, {resource}, {name}, {}});
      }
    }
  }
}

Rules break_down(const Rules& rules) {
  Rules parts;
  for (const auto& rule : rules) {
    add_resource_parts(rule, parts);
    for (const auto& path : rule.paths)
      for (const auto& verb : rule.verbs) parts.push_back({{verb}, {}, {}, {}, {path}});
  }
  return parts;
}

// Parts about the same resource as one rule.
Rules compact(const Rules& parts) {
  Rules out;
  std::map<std::tuple<List, List, List>, std::size_t> places;
  for (const auto& part : parts) {
    if (!part.paths.empty()) {
      out.push_back(part);
      continue;
    }
    const auto [place, fresh] =
        places.try_emplace({part.groups, part.resources, part.names}, out.size());
    if (fresh)
      out.push_back(part);
    else
      out[place->second].verbs.insert(out[place->second].verbs.end(), part.verbs.begin(),
                                      part.verbs.end());
  }
  return out;
}

std::string line_of(const Rule& rule) {
  std::string text;
  const auto add = [&](const char* name, const List& items) {
    if (!items.empty()) text += (text.empty() ? "" : ", ") + (name + quoted_list(items));
  };
  add("APIGroups:", rule.groups);
  add("Resources:", rule.resources);
  add("NonResourceURLs:", rule.paths);
  add("ResourceNames:", rule.names);
  add("Verbs:", rule.verbs);
  return "{" + text + "}";
}

}  // namespace

Rules uncovered(const Rules& held, const Rules& wanted) {
  Rules parts = break_down(wanted);
  std::erase_if(parts, [&](const Rule& part) {
    return std::any_of(held.begin(), held.end(),
                       [&](const Rule& rule) { return covers(rule, part); });
  });
  return parts;
}

std::string describe(const Rules& parts) {
  std::set<std::string> lines;
  for (const auto& rule : compact(parts)) lines.insert(line_of(rule));
  std::string text;
  for (const auto& line : lines) text += (text.empty() ? "" : "\n") + line;
  return text;
}

std::string quoted_list(const std::vector<std::string>& items) {
  std::string text = "[";
  for (const auto& item : items) text += (text.size() > 1 ? " " : "") + quoted(item);
  return text + "]";
}

}  // namespace kubus::apiserver::rbac
