#include "podsecurity/configuration.h"

#include <boost/algorithm/string/join.hpp>
#include <vector>

#include "config/document.h"
#include "validation/names.h"

namespace kubus::apiserver::podsecurity {
namespace {

struct Mode {
  const char* level;
  const char* version;
  LevelVersion Policy::*of;
};
// In the order in which their mistakes are told.
constexpr Mode kModes[] = {{"enforce", "enforce-version", &Policy::enforce},
                           {"warn", "warn-version", &Policy::warn},
                           {"audit", "audit-version", &Policy::audit}};

Status read_defaults(const config::json::object& written, Policy& policy, ErrorList& errors) {
  const Path path("defaults");
  for (const auto& mode : kModes) {
    std::string level, version;
    KUBUS_TRY(config::read_member(written, mode.level, path.str(), level));
    KUBUS_TRY(config::read_member(written, mode.version, path.str(), version));
    auto& out = policy.*mode.of;
    if (const auto known = parse_level(level))
      out.level = *known;
    else if (!level.empty())
      errors.invalid(path.child(mode.level), level, kLevelsThereAre);
    if (const auto known = parse_version(version))
      out.minor = *known;
    else if (!version.empty())
      errors.invalid(path.child(mode.version), version, kVersionsThereAre);
  }
  return {};
}

Messages check_user(std::string_view name) {
  return name.empty() ? Messages{"username must not be empty"} : Messages{};
}

Status read_exempt(const config::json::object& written, const char* member,
                   Messages (*check)(std::string_view), std::set<std::string, std::less<>>& out,
                   ErrorList& errors) {
  const auto path = Path("exemptions").child(member);
  std::vector<std::string> names;
  KUBUS_TRY(config::read_member(written, member, "exemptions", names));
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto wrong = check(names[i]);
    if (!wrong.empty())
      errors.invalid(path.index(i), names[i], boost::algorithm::join(wrong, ", "));
    else if (!out.insert(names[i]).second)
      errors.duplicate(path.index(i), names[i]);
  }
  return {};
}

}  // namespace

Result<Configuration> read_configuration(std::string_view text) {
  Configuration all;
  if (text.empty()) return all;
  const auto document = config::parse(text,
                                      {"pod-security.admission.config.k8s.io/v1",
                                       "pod-security.admission.config.k8s.io/v1beta1",
                                       "pod-security.admission.config.k8s.io/v1alpha1"},
                                      "PodSecurityConfiguration");
  if (!document.ok()) return document.status();
  KUBUS_TRY(config::check_members(*document, "PodSecurityConfiguration",
                                  {"apiVersion", "kind", "defaults", "exemptions"}));
  const auto defaults = config::read_object(
      *document, "defaults", "",
      {"enforce", "enforce-version", "audit", "audit-version", "warn", "warn-version"});
  if (!defaults.ok()) return defaults.status();
  const auto exempt = config::read_object(*document, "exemptions", "",
                                          {"usernames", "namespaces", "runtimeClasses"});
  if (!exempt.ok()) return exempt.status();
  ErrorList errors;
  if (*defaults) KUBUS_TRY(read_defaults(**defaults, all.defaults, errors));
  if (*exempt) {
    KUBUS_TRY(read_exempt(**exempt, "namespaces", check_dns1123_label, all.namespaces, errors));
    KUBUS_TRY(read_exempt(**exempt, "runtimeClasses", check_dns1123_subdomain,
                          all.runtime_classes, errors));
    KUBUS_TRY(read_exempt(**exempt, "usernames", check_user, all.users, errors));
  }
  if (!errors.empty()) return Status(Code::kInvalid, join_errors(errors));
  return all;
}

}  // namespace kubus::apiserver::podsecurity
