#include "registry/list_query.h"

#include <k8s/meta/v1/list_meta.pb.h>
#include <k8s/meta/v1/status.pb.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <boost/json/value.hpp>
#include <vector>

#include "custom/kind.h"
#include "kubus/api/base64.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "patch/engines.h"
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
  if (match.empty() && !query.get("continue").empty())
    forbidden("resourceVersionMatch is forbidden when continue is provided");
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

// Where the text stops being base64; a single character at the end is none.
std::string first_strange(std::string_view text) {
  std::size_t at = 0;
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  };
  while (at < text.size() && plain(text[at])) ++at;
  if (at == text.size()) at -= at % 4;
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
  if (!tree.is_object())
    return bad(": " + cannot_unmarshal(tree, "storage.continueToken"));
  const auto& object = tree.get_object();
  const auto* version = object.if_contains("v");
  const auto* revision = object.if_contains("rv");
  const auto* start = object.if_contains("start");
  if (revision && !revision->is_int64())
    return bad(": " + boost::replace_first_copy(cannot_unmarshal(*revision, "int64"), "value",
                                                "struct field continueToken.rv"));
  const std::string named = version && version->is_string() ? version->get_string().c_str() : "";
  if (named != "meta.k8s.io/v1")
    return bad(": server does not recognize this encoded version " + named);
  if (!revision || revision->get_int64() == 0)
    return bad(": incorrect encoded start resourceVersion (version meta.k8s.io/v1)");
  if (!start || !start->is_string() || start->get_string().empty())
    return bad(": encoded start key empty (version meta.k8s.io/v1)");
  const std::string_view key(start->get_string());
  if (("/" + std::string(key) + "/").find("/../") != std::string::npos)
    return bad(": " + std::string(key));
  // A negative one stands for whatever there is now.
  query.exact = std::max<std::int64_t>(revision->get_int64(), 0);
  query.start = key;
  return {};
}

}  // namespace

Status check_page(const ListQuery& query, std::int64_t current) {
  if (query.start.empty() || query.exact <= current) return {};
  return errors::future_version(query.exact, current, 0);
}

std::shared_ptr<const meta_v1::Status> expired_page(const ListQuery& query) {
  auto status = std::make_shared<meta_v1::Status>();
  status->set_status("Failure");
  status->set_code(410);
  status->set_reason("Expired");
  status->set_message(
      "The provided continue parameter is too old to display a consistent list result. You can "
      "start a new list without the continue parameter, or use the continue token in this response "
      "to retrieve the remainder of the results. Continuing with the provided token results in an "
      "inconsistent list - objects that were created, modified, or deleted between the time the "
      "first chunk was returned and now may show up in the list.");
  status->mutable_metadata()->set_continue_(continue_token(-1, query.start));
  return status;
}

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
  if (kind && !kind->namespaced)
    for (const auto& term : fields->terms())
      if (term.field == "metadata.namespace")
        return errors::bad_request("field label not supported: metadata.namespace");
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
  // As the reference's watch cache, which has all of it.
  if (call.query.get("resourceVersion") == "0") query.limit = 0;
  if (const auto token = call.query.get("continue"); !token.empty()) {
    KUBUS_TRY(read_continue(token, query));
    if (*revision > 0)
      return errors::bad_request("specifying resource version is not allowed when using continue");
  } else if (match == "Exact" || (match.empty() && query.limit > 0)) {
    query.exact = *revision;
  }
  return query;
}

}  // namespace kubus::apiserver
