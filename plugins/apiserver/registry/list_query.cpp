#include "registry/list_query.h"

#include <openssl/evp.h>

#include <boost/json/value.hpp>
#include <charconv>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"

namespace kubus::apiserver {
namespace {

std::string base64url(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  while (!out.empty() && out.back() == '=') out.pop_back();
  for (auto& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  return out;
}

std::string from_base64url(std::string_view text) {
  std::string in(text);
  for (auto& c : in) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - in.size() % 4) % 4;
  in.append(padding, '=');
  std::string out(in.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(in.data()),
                                   static_cast<int>(in.size()));
  if (size < 0 || static_cast<std::size_t>(size) < padding) return {};
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

bool parse_revision(std::string_view text, std::int64_t& revision) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), revision);
  return error == std::errc() && end == text.data() + text.size() && revision >= 0;
}

Status bad_version(const Call& call, std::string_view version) {
  return errors::invalid(
      {call.resource->group, "ListOptions", ""},
      {{"FieldValueInvalid",
        "Invalid value: \"" + std::string(version) + "\": strconv.ParseUint: parsing \"" +
            std::string(version) + "\": invalid syntax",
        "resourceVersion"}});
}

// The token has been in the client's hands: it is anything.
Status read_continue(std::string_view token, ListQuery& query) {
  const Status bad = errors::bad_request("continue key is not valid: " + std::string(token));
  boost::json::value tree;
  if (!parse_json(from_base64url(token), tree).ok() || !tree.is_object()) return bad;
  const auto& object = tree.get_object();
  const auto* version = object.if_contains("v");
  const auto* revision = object.if_contains("rv");
  const auto* start = object.if_contains("start");
  if (!version || *version != "meta.k8s.io/v1" || !revision || !revision->is_int64() ||
      revision->get_int64() < 0 || !start || !start->is_string() || start->get_string().empty())
    return bad;
  query.exact = revision->get_int64();
  query.start = start->get_string();
  return {};
}

}  // namespace

std::string continue_token(std::int64_t revision, const std::string& next) {
  std::string json = R"({"v":"meta.k8s.io/v1","rv":)" + std::to_string(revision) + ",\"start\":";
  append_json_string(next, json);
  return base64url(json + "}");
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
  KUBUS_TRY(fields->check(call.resource->group, call.resource->kind));
  filter.fields = std::move(*fields);
  return filter;
}

Result<std::int64_t> wanted_revision(const Call& call) {
  std::int64_t revision = 0;
  const auto version = call.query.get("resourceVersion");
  if (!version.empty() && !parse_revision(version, revision)) return bad_version(call, version);
  return revision;
}

Result<ListQuery> list_query(const Call& call) {
  ListQuery query;
  auto filter = read_filter(call);
  if (!filter.ok()) return filter.status();
  query.filter = std::move(*filter);
  query.limit =
      static_cast<std::size_t>(std::max<std::int64_t>(0, call.query.number("limit").value_or(0)));
  const auto revision = wanted_revision(call);
  if (!revision.ok()) return revision.status();
  const auto match = call.query.get("resourceVersionMatch");
  const auto token = call.query.get("continue");
  const auto forbidden = [&](const std::string& why) {
    return errors::invalid({call.resource->group, "ListOptions", ""},
                           {{"FieldValueForbidden", "Forbidden: " + why, "resourceVersionMatch"}});
  };
  if (!match.empty() && call.query.get("resourceVersion").empty())
    return forbidden("resourceVersionMatch is forbidden unless resourceVersion is provided");
  if (!match.empty() && !token.empty())
    return forbidden("resourceVersionMatch is forbidden when continue is provided");
  if (match == "Exact" && *revision == 0)
    return forbidden("resourceVersionMatch \"Exact\" is forbidden for resourceVersion \"0\"");
  if (!token.empty()) {
    if (*revision > 0)
      return errors::bad_request("specifying resource version is not allowed when using continue");
    KUBUS_TRY(read_continue(token, query));
  } else if (match == "Exact" || (match.empty() && query.limit > 0)) {
    query.exact = *revision;
  }
  return query;
}

}  // namespace kubus::apiserver
