#include "openapi/references.h"

#include <boost/json.hpp>
#include <functional>
#include <string_view>
#include <vector>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kDefinitions = "#/definitions/";
constexpr std::string_view kParameters = "#/parameters/";

// All texts of "$ref", within `value`, which is nested no deeper than the parser allows.
void each_reference(json::value& value, const std::function<void(json::string&)>& visit) {
  if (auto* items = value.if_array()) {
    for (auto& item : *items) each_reference(item, visit);
    return;
  }
  auto* members = value.if_object();
  if (!members) return;
  for (auto& member : *members) {
    auto* text = member.value().if_string();
    if (text && member.key() == "$ref")
      visit(*text);
    else
      each_reference(member.value(), visit);
  }
}

std::string_view behind(std::string_view text, std::string_view prefix) {
  return text.starts_with(prefix) ? text.substr(prefix.size()) : std::string_view();
}

}  // namespace

void rename_references(json::value& value, const Reference& renames) {
  each_reference(value, [&](json::string& text) {
    for (const auto& [prefix, names] : {std::pair(kDefinitions, &renames.definitions),
                                        std::pair(kParameters, &renames.parameters)}) {
      const auto found = names->find(behind(text, prefix));
      if (found == names->end()) continue;
      text = std::string(prefix) + found->second;
      return;
    }
  });
}

void Closure::follow(const json::value& value) {
  std::vector<json::value> left{value};
  const auto take = [&](std::string_view name, const json::object& from, json::object& to) {
    const auto* found = name.empty() ? nullptr : from.if_contains(name);
    if (found && to.emplace(name, *found).second) left.push_back(*found);
  };
  while (!left.empty()) {
    auto next = std::move(left.back());
    left.pop_back();
    each_reference(next, [&](const json::string& text) {
      take(behind(text, kDefinitions), from_definitions_, definitions_);
      take(behind(text, kParameters), from_parameters_, parameters_);
    });
  }
}

}  // namespace kubus::apiserver
