#include <boost/json/value.hpp>

#include "audit/policy.h"
#include "config/document.h"
#include "validation/names.h"

namespace kubus::apiserver::audit {

namespace {

using namespace config;

constexpr const char* kVersion = "audit.k8s.io/v1";
constexpr const char* kKind = "Policy";

Result<Level> read_level(const json::object& rule, const std::string& path) {
  const auto name = text_of(rule, "level");
  for (const auto level :
       {Level::kNone, Level::kMetadata, Level::kRequest, Level::kRequestResponse})
    if (name == level_name(level)) return level;
  if (name.empty()) return wrong(path + ".level", "Required value");
  return wrong(path + ".level", "Unsupported value: \"" + name +
                                    "\": supported values: \"None\", \"Metadata\", \"Request\", "
                                    "\"RequestResponse\"");
}

Result<std::uint8_t> read_stages(const json::object& object, const std::string& path) {
  const auto names = texts_of(object, "omitStages", path);
  if (!names.ok()) return names.status();
  std::uint8_t stages = 0;
  for (std::size_t i = 0; i < names->size(); ++i) {
    std::uint8_t found = 0;
    for (const auto stage : {kRequestReceived, kResponseStarted, kResponseComplete})
      if ((*names)[i] == stage_name(stage)) found = stage;
    // A server that panics is not survived here, so there is nothing of it to be omitted.
    if (found == 0 && (*names)[i] != "Panic")
      return wrong(at(path + ".omitStages", i),
                   "Invalid value: \"" + (*names)[i] +
                       "\": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,"
                       "Panic");
    stages |= found;
  }
  return stages;
}

Status read_texts(const json::object& object, std::string_view member, const std::string& path,
                  std::vector<std::string>& out) {
  auto texts = texts_of(object, member, path);
  if (texts.ok()) out = std::move(*texts);
  return texts.status();
}

Result<GroupResources> read_group(const json::value& value, const std::string& path) {
  KUBUS_TRY(check_members(value, path, {"group", "resources", "resourceNames"}));
  const auto& object = value.get_object();
  GroupResources group;
  group.group = text_of(object, "group");
  // One that says a version, or everything, would never match anything.
  if (const auto faults = check_dns1123_subdomain(group.group);
      !group.group.empty() && !faults.empty())
    return wrong(path + ".group",
                 "Invalid value: \"" + group.group + "\": " + faults.front());
  KUBUS_TRY(read_texts(object, "resources", path, group.resources));
  KUBUS_TRY(read_texts(object, "resourceNames", path, group.names));
  if (!group.names.empty() && group.resources.empty())
    return wrong(path + ".resourceNames",
                 "Invalid value: using resourceNames requires at least one resource");
  return group;
}

}  // namespace

class PolicyReader {
 public:
  static Result<Policy> read(const json::object& document) {
    KUBUS_TRY(check_members(
        document, kKind,
        {"apiVersion", "kind", "metadata", "rules", "omitStages", "omitManagedFields"}));
    const auto omitted = read_stages(document, kKind);
    if (!omitted.ok()) return omitted.status();
    const bool no_managers = flag(document, "omitManagedFields", false);
    Policy policy;
    const auto& rules = list_of(document, "rules");
    if (rules.empty()) return wrong("rules", "Required value: at least one rule");
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto rule = read_rule(rules[i], at("rules", i), no_managers);
      if (!rule.ok()) return rule.status();
      rule->omitted_stages |= *omitted;
      policy.rules_.push_back(std::move(*rule));
    }
    return policy;
  }

 private:
  static bool flag(const json::object& object, std::string_view member, bool otherwise) {
    const auto* found = object.if_contains(member);
    return found && found->is_bool() ? found->get_bool() : otherwise;
  }

  static Result<Rule> read_rule(const json::value& value, const std::string& path,
                                bool no_managers) {
    KUBUS_TRY(check_members(value, path,
                            {"level", "users", "userGroups", "verbs", "resources", "namespaces",
                             "nonResourceURLs", "omitStages", "omitManagedFields"}));
    const auto& object = value.get_object();
    Rule rule;
    auto level = read_level(object, path);
    if (!level.ok()) return level.status();
    rule.level = *level;
    KUBUS_TRY(read_texts(object, "users", path, rule.users));
    KUBUS_TRY(read_texts(object, "userGroups", path, rule.groups));
    KUBUS_TRY(read_texts(object, "verbs", path, rule.verbs));
    KUBUS_TRY(read_texts(object, "namespaces", path, rule.namespaces));
    KUBUS_TRY(read_texts(object, "nonResourceURLs", path, rule.paths));
    const auto& groups = list_of(object, "resources");
    for (std::size_t i = 0; i < groups.size(); ++i) {
      auto group = read_group(groups[i], at(path + ".resources", i));
      if (!group.ok()) return group.status();
      rule.resources.push_back(std::move(*group));
    }
    if (!rule.paths.empty() && (!rule.resources.empty() || !rule.namespaces.empty()))
      return wrong(path + ".nonResourceURLs",
                   "Invalid value: rules cannot apply to both regular resources and non-resource "
                   "URLs");
    KUBUS_TRY(check_paths(rule.paths, path + ".nonResourceURLs"));
    const auto stages = read_stages(object, path);
    if (!stages.ok()) return stages.status();
    rule.omitted_stages = *stages;
    rule.omits_managed_fields = flag(object, "omitManagedFields", no_managers);
    return rule;
  }

  static Status check_paths(const std::vector<std::string>& paths, const std::string& path) {
    for (std::size_t i = 0; i < paths.size(); ++i) {
      const auto& text = paths[i];
      if (text == "*") continue;
      if (!text.starts_with('/'))
        return wrong(at(path, i), "Invalid value: \"" + text +
                                      "\": non-resource URL rules must begin with a '/' character");
      if (text.find('*') < text.size() - 1)
        return wrong(at(path, i), "Invalid value: \"" + text +
                                      "\": non-resource URL wildcards '*' must be the final "
                                      "character of the rule");
    }
    return {};
  }
};

Result<Policy> Policy::parse(std::string_view yaml) {
  const auto document = config::parse(yaml, kVersion, kKind);
  return document.ok() ? PolicyReader::read(*document) : document.status();
}

Result<Policy> Policy::read(const std::string& file) {
  const auto document = config::read(file, kVersion, kKind);
  if (!document.ok()) return document.status();
  auto policy = PolicyReader::read(*document);
  if (!policy.ok()) return policy.status().annotate(file);
  return policy;
}

}  // namespace kubus::apiserver::audit
