#include "registry/list_query.h"

#include <boost/json/value.hpp>
#include <vector>

#include "custom/kind.h"
#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "request/number.h"
#include "versions/version.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kMatch = "resourceVersionMatch";

void check_list_options(const Query& query, std::vector<Cause>& causes) {
  const auto forbidden = [&](const std::string& why, const char* field) {
    causes.push_back({"FieldValueForbidden", "Forbidden: " + why, field});
  };
  const auto match = query.get(kMatch);
  if (!match.empty()) {
    if (query.get("resourceVersion").empty())
      forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided", kMatch);
    if (!query.get("continue").empty())
      forbidden("resourceVersionMatch is forbidden when continue is provided", kMatch);
    if (match != "Exact" && match != "NotOlderThan")
      causes.push_back({"FieldValueNotSupported",
                        "Unsupported value: \"" + std::string(match) +
                            "\": supported values: \"Exact\", \"NotOlderThan\", \"\"",
                        kMatch});
    if (match == "Exact" && query.get("resourceVersion") == "0")
      forbidden("resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"", kMatch);
  }
  if (query.has("sendInitialEvents"))
    forbidden("sendInitialEvents is forbidden for list", "sendInitialEvents");
}

void check_watch_options(const Query& query, std::vector<Cause>& causes) {
  const auto forbidden = [&](const std::string& why) {
    causes.push_back({"FieldValueForbidden", "Forbidden: " + why, kMatch});
  };
  const auto match = query.get(kMatch);
  const bool initial = query.has("sendInitialEvents");
  if (initial && match != "NotOlderThan")
    forbidden("sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
  if (match.empty()) return;
  if (!initial)
    forbidden("resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided");
  if (match != "NotOlderThan")
    causes.push_back({"FieldValueNotSupported",
                      "Unsupported value: \"" + std::string(match) +
                          "\": supported values: \"NotOlderThan\"",
                      kMatch});
  if (!query.get("continue").empty())
    forbidden("resourceVersionMatch is forbidden when continue is provided");
}

// Where the text stops being base64.
std::string first_strange(std::string_view text) {
  std::size_t at = 0;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  while (at < text.size() && plain(text[at])) ++at;
  return std::to_string(at);
}

// The token has been in the client's hands: it is anything.
Status read_continue(std::string_view token, ListQuery& query) {
  const auto bad = [](std::string_view why) {
    return errors::bad_request("invalid continue token: continue key is not valid" +
                               std::string(why));
  };
  boost::json::value tree;
  const auto json = decode_base64url(token);
  if (!json.ok()) return bad(": illegal base64 data at input byte " + first_strange(token));
  if (const auto status = parse_json(*json, tree); !status.ok())
    return bad(": " + std::string(status.message()));
  if (!tree.is_object()) return bad("");
  const auto& object = tree.get_object();
  const auto* version = object.if_contains("v");
  const auto* revision = object.if_contains("rv");
  const auto* start = object.if_contains("start");
  if (!version || *version != "meta.k8s.io/v1")
    return bad(": server does not recognize this encoded version");
  if (!revision || !revision->is_int64() || revision->get_int64() < 0)
    return bad(": incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  if (!start || !start->is_string() || start->get_string().empty())
    return bad(": encoded start key empty (version meta.k8s.io/v1)");
  query.exact = revision->get_int64();
  query.start = start->get_string();
  return {};
}

}  // namespace

std::string continue_token(std::int64_t revision, const std::string& next) {
  std::string json = R"({"v":"meta.k8s.io/v1","rv":)" + std::to_string(revision) + ",\"start\":";
  append_json_string(next, json);
  return encode_base64url(json + "}");
}

Result<Filter> read_filter(const Call& call) {
  Filter filter;
  if (call.resource->namespaced) filter.ns = call.info.ns;
  filter.name = call.info.name;
  auto labels = LabelSelector::parse(call.query.get("labelSelector"));
  if (!labels.ok()) return labels.status();
  filter.labels = std::move(*labels);
  auto fields = FieldSelector::parse(call.query.get("fieldSelector"));
  if (!fields.ok()) return fields.status();
  const auto* kind = fields->empty() ? nullptr : custom_kind(*call.resource);
  const auto& seen = call.seen_resource();
  KUBUS_TRY(fields->check(seen.group, seen.kind, kind ? &kind->details().selectable : nullptr));
  const auto* version = version_of(seen);
  if (version && version->stored_field) fields->rename(version->stored_field);
  filter.fields = std::move(*fields);
  return filter;
}

Status check_options(const Query& query, bool watch) {
  std::vector<Cause> causes;
  watch ? check_watch_options(query, causes) : check_list_options(query, causes);
  if (causes.empty()) return {};
  return errors::invalid({"meta.k8s.io", "ListOptions", ""}, causes);
}

Result<std::int64_t> wanted_revision(const Call& call) {
  const auto version = call.query.get("resourceVersion");
  if (version.empty()) return std::int64_t{0};
  const auto revision = parse_version(version);
  if (revision.ok()) return revision;
  // The reference has no reason for this one.
  return Status(Code::kUnknown, "resourceVersion: Invalid value: \"" + std::string(version) +
                                    "\": " + std::string(revision.status().message()));
}

Result<ListQuery> list_query(const Call& call) {
  ListQuery query;
  auto filter = read_filter(call);
  if (!filter.ok()) return filter.status();
  query.filter = std::move(*filter);
  if (const auto seconds = read_number(call.query, "timeoutSeconds"); !seconds.ok())
    return seconds.status();
  const auto limit = read_number(call.query, "limit");
  if (!limit.ok()) return limit.status();
  query.limit = static_cast<std::size_t>(std::max<std::int64_t>(0, limit->value_or(0)));
  KUBUS_TRY(check_options(call.query, false));
  const auto revision = wanted_revision(call);
  if (!revision.ok())
    return errors::bad_request("invalid resource version: " +
                               std::string(revision.status().message()));
  const auto match = call.query.get(kMatch);
  if (const auto token = call.query.get("continue"); !token.empty()) {
    if (*revision > 0)
      return errors::bad_request("specifying resource version is not allowed when using continue");
    KUBUS_TRY(read_continue(token, query));
  } else if (match == "Exact" || (match.empty() && query.limit > 0)) {
    query.exact = *revision;
  }
  return query;
}

}  // namespace kubus::apiserver
