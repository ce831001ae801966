#include "oidc/identity_claims.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

#include "oidc/expressions.h"

namespace kubus::apiserver::oidc {
namespace {

namespace json = boost::json;

constexpr std::int64_t kNotBeforeLeeway = 60;  // seconds

Status refused(std::string why) { return Status(Code::kUnauthorized, "oidc: " + std::move(why)); }

std::string in_quotes(std::string_view text) { return "\"" + std::string(text) + "\""; }

// Null where the claim is missing, or null.
const json::value* claim(const json::object& claims, std::string_view name) {
  const auto* value = claims.if_contains(name);
  return value && !value->is_null() ? value : nullptr;
}

// One text or a list of them; false for anything else.
bool read_texts(const json::value& value, std::vector<std::string>& out) {
  if (value.is_string()) {
    out.emplace_back(value.get_string());
    return true;
  }
  if (!value.is_array()) return false;
  for (const auto& item : value.get_array()) {
    if (!item.is_string()) return false;
    out.emplace_back(item.get_string());
  }
  return true;
}

std::string quoted_list(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& one : texts) out += (out.empty() ? "" : " ") + in_quotes(one);
  return "[" + out + "]";
}

Status check_audience(const json::object& claims, std::vector<std::string> wanted) {
  std::vector<std::string> audiences;
  const auto* value = claim(claims, "aud");
  if (value && !read_texts(*value, audiences))
    return refused("verify token: oidc: failed to unmarshal claims");
  std::sort(wanted.begin(), wanted.end());
  for (const auto& one : audiences)
    if (std::binary_search(wanted.begin(), wanted.end(), one)) return {};
  return refused("verify token: oidc: expected audience in " + quoted_list(wanted) + " got " +
                 quoted_list(audiences));
}

// Seconds since 1970, perhaps with a fraction.
Result<std::optional<std::int64_t>> read_seconds(const json::object& claims,
                                                 std::string_view name) {
  constexpr double kMost = 1e11;
  const auto* value = claim(claims, name);
  if (!value) return std::optional<std::int64_t>();
  const double seconds = value->is_number() ? value->to_number<double>() : NAN;
  if (!(std::abs(seconds) <= kMost))
    return refused("verify token: oidc: failed to unmarshal claims");
  return std::optional<std::int64_t>(static_cast<std::int64_t>(seconds));
}

std::string text_of_time(std::int64_t seconds) {
  return format_time(SystemTime(std::chrono::seconds(seconds)));
}

Status check_mail(const json::object& claims) {
  const auto* verified = claim(claims, "email_verified");
  if (verified && !verified->is_bool())
    return refused("parse 'email_verified' claim: the claim is no boolean");
  if (verified && !verified->get_bool()) return refused("email not verified");
  return {};
}

Status read_username(const json::value& claims, const Mapping& mapping, std::string& out) {
  if (!mapping.expression.text.empty()) {
    auto name = evaluate_text(mapping.expression, claims, "username");
    if (!name.ok()) return name.status();
    out = std::move(*name);
    if (out.empty()) return refused("empty username via CEL expression is not allowed");
    return {};
  }
  const auto& name = mapping.claim;
  const auto* value = claim(claims.get_object(), name);
  if (!value) return refused("parse username claims " + in_quotes(name) + ": claim not present");
  if (!value->is_string())
    return refused("parse username claims " + in_quotes(name) + ": the claim is no string");
  if (name == "email") KUBUS_TRY(check_mail(claims.get_object()));
  out = mapping.prefix + std::string(value->get_string());
  return {};
}

Status read_groups(const json::value& claims, const Mapping& mapping,
                   std::vector<std::string>& out) {
  if (!mapping.expression.text.empty()) {
    auto groups = evaluate_texts(mapping.expression, claims, "group claim expression");
    if (!groups.ok()) return groups.status();
    out = std::move(*groups);
    return {};
  }
  const auto& name = mapping.claim;
  const auto* value = name.empty() ? nullptr : claim(claims.get_object(), name);
  if (!value) return {};
  if (!read_texts(*value, out))
    return refused("parse groups claim " + in_quotes(name) +
                   ": neither a string nor a list of them");
  for (auto& group : out) group = mapping.prefix + group;
  return {};
}

Status read_uid(const json::value& claims, const Mapping& mapping, std::string& out) {
  if (!mapping.expression.text.empty()) {
    auto uid = evaluate_text(mapping.expression, claims, "uid");
    if (!uid.ok()) return uid.status();
    out = std::move(*uid);
    return {};
  }
  if (mapping.claim.empty()) return {};
  const auto* value = claim(claims.get_object(), mapping.claim);
  if (!value || !value->is_string())
    return refused("parse uid claim " + in_quotes(mapping.claim) +
                   (value ? ": the claim is no string" : ": claim not present"));
  out = value->get_string();
  return {};
}

Status read_extra(const json::value& claims, const std::vector<ExtraMapping>& mappings,
                  Identity& identity) {
  for (const auto& mapping : mappings) {
    auto values = evaluate_texts(mapping.expression, claims,
                                 "extra claim expression: " + mapping.expression.text);
    if (!values.ok()) return values.status();
    if (!values->empty()) identity.extra[mapping.key] = std::move(*values);
  }
  return {};
}

Status check_required(const json::object& claims, const Settings& settings) {
  for (const auto& [name, wanted] : settings.required_claims) {
    const auto* value = claim(claims, name);
    if (!value) return refused("required claim " + name + " not present in ID token");
    if (!value->is_string()) return refused("parse claim " + name + ": the claim is no string");
    if (value->get_string() != wanted)
      return refused("required claim " + name + " value does not match. Got = " +
                     std::string(value->get_string()) + ", want = " + wanted);
  }
  return {};
}

}  // namespace

Status check_times(const json::object& claims, SystemTime at) {
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(at.time_since_epoch()).count();
  const auto expires = read_seconds(claims, "exp");
  if (!expires.ok()) return expires.status();
  // A token that never ends is taken for one that ended in 1970.
  if (const auto end = expires->value_or(0); end < now)
    return refused("verify token: oidc: token is expired (Token Expiry: " + text_of_time(end) +
                   ")");
  const auto begins = read_seconds(claims, "nbf");
  if (!begins.ok()) return begins.status();
  if (*begins && now + kNotBeforeLeeway < **begins)
    return refused("verify token: oidc: current time " + text_of_time(now) +
                   " before the nbf (not before) time: " + text_of_time(**begins));
  return {};
}

Result<Identity> identity_of(const json::value& claims, const Settings& settings) {
  KUBUS_TRY(check_audience(claims.get_object(), settings.audiences));
  Identity identity;
  KUBUS_TRY(read_username(claims, settings.username, identity.name));
  KUBUS_TRY(read_groups(claims, settings.groups, identity.groups));
  KUBUS_TRY(read_uid(claims, settings.uid, identity.uid));
  KUBUS_TRY(read_extra(claims, settings.extra, identity));
  KUBUS_TRY(check_required(claims.get_object(), settings));
  KUBUS_TRY(check_rules(settings.claim_rules, claims, "claim validation expression"));
  if (!settings.user_rules.empty())
    KUBUS_TRY(check_rules(settings.user_rules, user_document(identity),
                          "user info validation rule"));
  return identity;
}

}  // namespace kubus::apiserver::oidc
