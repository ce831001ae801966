#include "auth/authorization_config.h"

#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/join.hpp>
#include <filesystem>
#include <set>

#include "config/document.h"
#include "kubus/api/time.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds kLongestTimeout{30};

// A webhook as it is written.
struct WrittenWebhook {
  std::chrono::nanoseconds timeout{}, allowed_ttl{}, denied_ttl{};
  bool caches_allowed = true, caches_denied = true;
  std::string version, condition_version, failure_policy, connection, kubeconfig;
  bool has_kubeconfig = false;
  std::vector<std::string> conditions;
};

Status read_connection(const json::object& webhook, const std::string& path,
                       WrittenWebhook& out) {
  const auto connection =
      config::read_object(webhook, "connectionInfo", path, {"type", "kubeConfigFile"});
  if (!connection.ok()) return connection.status();
  if (!*connection) return {};
  const auto place = path + ".connectionInfo";
  KUBUS_TRY(config::read_member(**connection, "type", place, out.connection));
  out.has_kubeconfig = (*connection)->contains("kubeConfigFile");
  return config::read_member(**connection, "kubeConfigFile", place, out.kubeconfig);
}

Status read_conditions(const json::object& webhook, const std::string& path,
                       WrittenWebhook& out) {
  const auto conditions = config::read_objects(webhook, "matchConditions", path, {"expression"});
  if (!conditions.ok()) return conditions.status();
  for (const auto* one : *conditions)
    KUBUS_TRY(config::read_member(*one, "expression",
                                  config::at(path + ".matchConditions", out.conditions.size()),
                                  out.conditions.emplace_back()));
  return {};
}

Result<WrittenWebhook> read_webhook(const json::object& webhook, const std::string& path) {
  WrittenWebhook out;
  const auto read = [&](std::string_view member, auto& into) {
    return config::read_member(webhook, member, path, into);
  };
  KUBUS_TRY(read("timeout", out.timeout));
  KUBUS_TRY(read("authorizedTTL", out.allowed_ttl));
  KUBUS_TRY(read("unauthorizedTTL", out.denied_ttl));
  KUBUS_TRY(read("cacheAuthorizedRequests", out.caches_allowed));
  KUBUS_TRY(read("cacheUnauthorizedRequests", out.caches_denied));
  KUBUS_TRY(read("subjectAccessReviewVersion", out.version));
  KUBUS_TRY(read("matchConditionSubjectAccessReviewVersion", out.condition_version));
  KUBUS_TRY(read("failurePolicy", out.failure_policy));
  KUBUS_TRY(read_connection(webhook, path, out));
  KUBUS_TRY(read_conditions(webhook, path, out));
  // The defaults of the reference.
  const WebhookAuthorizerOptions standard;
  if (out.allowed_ttl.count() == 0) out.allowed_ttl = standard.allowed_ttl;
  if (out.denied_ttl.count() == 0) out.denied_ttl = standard.denied_ttl;
  return out;
}

void check_choice(const std::string& value, std::initializer_list<std::string_view> choices,
                  const Path& path, ErrorList& errors) {
  if (value.empty())
    errors.required(path);
  else if (std::find(choices.begin(), choices.end(), value) == choices.end())
    errors.not_supported(path, value, choices);
}

void check_connection(const WrittenWebhook& webhook, const Path& path, ErrorList& errors) {
  const auto type = path.child("type"), file = path.child("kubeConfigFile");
  const auto& name = webhook.kubeconfig;
  if (webhook.connection == "InClusterConfig") {
    if (webhook.has_kubeconfig)
      errors.invalid(file, name, "can only be set when type=KubeConfigFile");
  } else if (webhook.connection != "KubeConfigFile") {
    check_choice(webhook.connection, {"InClusterConfig", "KubeConfigFile"}, type, errors);
  } else if (name.empty()) {
    errors.required(file);
  } else if (!name.starts_with('/')) {
    errors.invalid(file, name, "must be an absolute path");
  } else {
    std::error_code error;
    const auto status = std::filesystem::status(name, error);
    if (!std::filesystem::exists(status))
      errors.invalid(file, name,
                     "error loading file: stat " + name + ": no such file or directory");
    else if (!std::filesystem::is_regular_file(status))
      errors.invalid(file, name, "must be a regular file");
  }
}

void check_ttl(std::chrono::nanoseconds ttl, const Path& path, ErrorList& errors) {
  if (ttl.count() < 0) errors.invalid(path, format_duration(ttl), "must be > 0s");
}

// Returns what the webhook comes to, if nothing is wrong with it.
WebhookAuthorizerOptions check_webhook(const WrittenWebhook& webhook, const Path& path,
                                       ErrorList& errors) {
  if (webhook.timeout.count() == 0)
    errors.required(path.child("timeout"));
  else if (webhook.timeout > kLongestTimeout || webhook.timeout.count() < 0)
    errors.invalid(path.child("timeout"), format_duration(webhook.timeout),
                   "must be > 0s and <= 30s");
  check_ttl(webhook.allowed_ttl, path.child("authorizedTTL"), errors);
  check_ttl(webhook.denied_ttl, path.child("unauthorizedTTL"), errors);
  check_choice(webhook.version, {"v1", "v1beta1"}, path.child("subjectAccessReviewVersion"),
               errors);
  check_choice(webhook.condition_version, {"v1"},
               path.child("matchConditionSubjectAccessReviewVersion"), errors);
  check_choice(webhook.failure_policy, {"NoOpinion", "Deny"}, path.child("failurePolicy"), errors);
  check_connection(webhook, path.child("connectionInfo"), errors);
  WebhookAuthorizerOptions out;
  out.config_file = webhook.kubeconfig;
  out.version = webhook.version;
  out.timeout = webhook.timeout;
  if (webhook.caches_allowed)
    out.allowed_ttl = webhook.allowed_ttl;
  else
    out.allowed_ttl = {};
  out.denied_ttl = webhook.caches_denied ? webhook.denied_ttl : std::chrono::nanoseconds();
  out.on_error = webhook.failure_policy == "Deny" ? Verdict::kDeny : Verdict::kNoOpinion;
  out.conditions =
      MatchConditions::compile(webhook.conditions, path.child("matchConditions"), errors);
  return out;
}

struct Written {
  std::string type, name;
  std::optional<WrittenWebhook> webhook;
};

Result<std::vector<Written>> read_all(const json::object& document) {
  KUBUS_TRY(config::check_members(document, "", {"apiVersion", "kind", "authorizers"}));
  const auto listed =
      config::read_objects(document, "authorizers", "", {"type", "name", "webhook"});
  if (!listed.ok()) return listed.status();
  std::vector<Written> all;
  for (const auto* one : *listed) {
    const auto path = config::at("authorizers", all.size());
    auto& out = all.emplace_back();
    KUBUS_TRY(config::read_member(*one, "type", path, out.type));
    KUBUS_TRY(config::read_member(*one, "name", path, out.name));
    const auto webhook = config::read_object(
        *one, "webhook", path,
        {"timeout", "authorizedTTL", "unauthorizedTTL", "cacheAuthorizedRequests",
         "cacheUnauthorizedRequests", "subjectAccessReviewVersion",
         "matchConditionSubjectAccessReviewVersion", "failurePolicy", "connectionInfo",
         "matchConditions"});
    if (!webhook.ok()) return webhook.status();
    if (!*webhook) continue;
    auto read = read_webhook(**webhook, path + ".webhook");
    if (!read.ok()) return read.status();
    out.webhook = std::move(*read);
  }
  return all;
}

void check_name(const std::string& name, const std::set<std::string>& seen, const Path& path,
                ErrorList& errors) {
  if (name.empty()) return errors.required(path);
  if (seen.count(name) > 0) return errors.duplicate(path, name);
  const auto wrong = check_dns1123_subdomain(name);
  if (!wrong.empty())
    errors.invalid(path, name,
                   "authorizer name is invalid: " + boost::algorithm::join(wrong, ", "));
}

std::vector<AuthorizerSettings> check_all(const std::vector<Written>& written,
                                          ErrorList& errors) {
  static const std::vector<std::string_view> kTypes = {"ABAC", "AlwaysAllow", "AlwaysDeny",
                                                       "Node", "RBAC",        "Webhook"};
  std::vector<AuthorizerSettings> all;
  std::set<std::string> types, names;
  if (written.empty())
    errors.required(Path("authorizers"), "at least one authorization mode must be defined");
  for (const auto& one : written) {
    const auto path = Path("authorizers").index(static_cast<std::size_t>(&one - written.data()));
    if (one.type.empty()) {
      errors.required(path.child("type"));
      continue;
    }
    if (std::find(kTypes.begin(), kTypes.end(), one.type) == kTypes.end()) {
      errors.not_supported(path.child("type"), one.type, kTypes);
      continue;
    }
    if (!types.insert(one.type).second && one.type != "Webhook") {
      errors.duplicate(path.child("type"), one.type);
      continue;
    }
    check_name(one.name, names, path.child("name"), errors);
    names.insert(one.name);
    auto& out = all.emplace_back();
    out.type = one.type;
    out.name = one.name;
    if (one.type == "Webhook" && !one.webhook)
      errors.required(path.child("webhook"), "required when type=Webhook");
    else if (one.type == "Webhook")
      out.webhook = check_webhook(*one.webhook, path, errors);
    else if (one.webhook)
      errors.invalid(path.child("webhook"), "non-null", "may only be specified when type=Webhook");
  }
  return all;
}

// What the reference asks of its own configuration beyond that.
std::vector<std::string> further_errors(const std::vector<AuthorizerSettings>& all,
                                        const std::vector<std::string>& needed) {
  std::vector<std::string> wrong;
  std::set<std::string> missing(needed.begin(), needed.end());
  for (const auto& one : all) {
    missing.erase(one.type);
    const auto expected = boost::algorithm::to_lower_copy(one.type);
    if (one.type != "Webhook" && one.name != expected)
      wrong.push_back("expected name " + expected + " for authorizer " + one.type +
                      " instead of " + one.name);
    if (one.type == "ABAC") wrong.emplace_back("authorizers of type ABAC are not supported");
    if (one.type == "Webhook" && one.webhook.config_file.empty())
      wrong.emplace_back("unknown webhook connection info type \"InClusterConfig\"");
  }
  if (!missing.empty())
    wrong.push_back("missing required types: [" + boost::algorithm::join(missing, " ") + "]");
  return wrong;
}

}  // namespace

Result<std::vector<AuthorizerSettings>> read_authorization_config(
    std::string_view text, const std::vector<std::string>& needed) {
  const auto document = config::parse(
      text,
      {"apiserver.config.k8s.io/v1", "apiserver.config.k8s.io/v1beta1",
       "apiserver.config.k8s.io/v1alpha1"},
      "AuthorizationConfiguration");
  if (!document.ok()) return document.status();
  const auto written = read_all(*document);
  if (!written.ok()) return written.status();
  ErrorList errors;
  auto all = check_all(*written, errors);
  if (!errors.empty()) return Status(Code::kInvalid, join_errors(errors.errors()));
  const auto wrong = further_errors(all, needed);
  if (wrong.size() == 1) return Status(Code::kInvalid, wrong.front());
  if (!wrong.empty())
    return Status(Code::kInvalid, "[" + boost::algorithm::join(wrong, ", ") + "]");
  return all;
}

}  // namespace kubus::apiserver
