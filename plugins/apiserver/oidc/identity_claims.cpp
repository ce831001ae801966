#include "oidc/identity_claims.h"

#include <boost/json.hpp>
#include <cmath>

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

Status check_audience(const json::object& claims, const std::string& client_id) {
  std::vector<std::string> audiences;
  const auto* value = claim(claims, "aud");
  if (value && !read_texts(*value, audiences))
    return refused("verify token: oidc: failed to unmarshal claims");
  std::string got;
  for (const auto& one : audiences) {
    if (one == client_id) return {};
    got += (got.empty() ? "" : " ") + in_quotes(one);
  }
  return refused("verify token: oidc: expected audience in [" + in_quotes(client_id) + "] got [" +
                 got + "]");
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

Result<std::string> read_username(const json::object& claims, const Settings& settings) {
  const auto& name = settings.username_claim;
  const auto* value = claim(claims, name);
  if (!value) return refused("parse username claims " + in_quotes(name) + ": claim not present");
  if (!value->is_string())
    return refused("parse username claims " + in_quotes(name) + ": the claim is no string");
  if (name == "email") {
    const auto* verified = claim(claims, "email_verified");
    if (verified && !verified->is_bool())
      return refused("parse 'email_verified' claim: the claim is no boolean");
    if (verified && !verified->get_bool()) return refused("email not verified");
  }
  return settings.username_prefix + std::string(value->get_string());
}

Status read_groups(const json::object& claims, const Settings& settings, Identity& identity) {
  const auto& name = settings.groups_claim;
  const auto* value = name.empty() ? nullptr : claim(claims, name);
  if (!value) return {};
  if (!read_texts(*value, identity.groups))
    return refused("parse groups claim " + in_quotes(name) +
                   ": neither a string nor a list of them");
  for (auto& group : identity.groups) group = settings.groups_prefix + group;
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

Result<Identity> identity_of(const json::object& claims, const Settings& settings) {
  KUBUS_TRY(check_audience(claims, settings.client_id));
  auto name = read_username(claims, settings);
  if (!name.ok()) return name.status();
  Identity identity;
  identity.name = std::move(*name);
  KUBUS_TRY(read_groups(claims, settings, identity));
  KUBUS_TRY(check_required(claims, settings));
  return identity;
}

}  // namespace kubus::apiserver::oidc
