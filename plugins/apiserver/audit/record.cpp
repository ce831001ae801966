#include "audit/record.h"

#include <google/protobuf/message.h>

#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "kubus/object.h"
#include "respond/json_members.h"
#include "yaml/yaml.h"

namespace kubus::apiserver::audit {
namespace {

namespace json = boost::json;

json::object user_info(const Identity& who) {
  json::object user;
  set_text(user, "username", who.name);
  set_text(user, "uid", who.uid);
  if (!who.groups.empty()) user["groups"] = strings(who.groups);
  json::object extra;
  for (const auto& [name, values] : who.extra) extra[name] = strings(values);
  if (!extra.empty()) user["extra"] = std::move(extra);
  return user;
}

json::object reference(const RequestInfo& info) {
  json::object object;
  set_text(object, "resource", info.resource);
  set_text(object, "namespace", info.ns);
  set_text(object, "name", info.name);
  set_text(object, "apiGroup", info.group);
  set_text(object, "apiVersion", info.version);
  set_text(object, "subresource", info.subresource);
  return object;
}

// The object in an envelope as JSON; empty for a kind that is not known.
std::string unpacked(std::string_view bytes) {
  const auto envelope = decode_envelope(bytes);
  if (!envelope.ok()) return {};
  const auto slash = envelope->api_version.find('/');
  const bool core = slash == std::string_view::npos;
  const auto* resource = find_kind(
      core ? "" : envelope->api_version.substr(0, slash),
      core ? envelope->api_version : envelope->api_version.substr(slash + 1), envelope->kind);
  if (!resource) return {};
  const auto message = new_message(*resource);
  return from_protobuf(bytes, *message).ok() ? to_json(*message) : std::string();
}

void strip_managers(json::value& object) {
  if (!object.is_object()) return;
  auto& members = object.get_object();
  if (auto* metadata = members.if_contains("metadata"); metadata && metadata->is_object())
    metadata->get_object().erase("managedFields");
  if (auto* items = members.if_contains("items"); items && items->is_array())
    for (auto& item : items->get_array()) strip_managers(item);
}

// A value for the event; null when the body is none.
json::value object_of(const Body& body, bool omit_managers) {
  std::string converted;
  if (body.format == Format::kProtobuf) converted = unpacked(body.text);
  if (body.format == Format::kYaml)
    if (auto text = yaml_to_json(body.text); text.ok()) converted = std::move(*text);
  const auto& text = body.format == Format::kJson ? body.text : converted;
  json::value value;
  if (text.empty() || !parse_json(text, value).ok()) return nullptr;
  if (omit_managers) strip_managers(value);
  return value;
}

json::object response_status(int code, const std::string& failure) {
  json::object status{{"metadata", json::object()}};
  json::value sent;
  if (!failure.empty() && parse_json(failure, sent).ok() && sent.is_object())
    for (const char* member : {"status", "message", "reason", "details"})
      if (const auto* found = sent.get_object().if_contains(member)) status[member] = *found;
  status["code"] = code;
  return status;
}

}  // namespace

std::string Record::event(Stage stage, SystemTime now) const {
  json::object event{
      {"kind", "Event"},   {"apiVersion", "audit.k8s.io/v1"}, {"level", level_name(verdict.level)},
      {"auditID", id},     {"stage", stage_name(stage)},      {"requestURI", origin.uri},
      {"verb", info.verb}, {"user", user_info(user)}};
  if (impersonated) event["impersonatedUser"] = user_info(*impersonated);
  if (!origin.addresses.empty()) event["sourceIPs"] = strings(origin.addresses);
  set_text(event, "userAgent", origin.user_agent);
  if (info.is_resource) event["objectRef"] = reference(info);
  if (stage != kRequestReceived) {
    if (code > 0) event["responseStatus"] = response_status(code, failure);
    const auto add = [&](const char* member, const std::optional<Body>& body) {
      if (!body || body->text.empty()) return;
      if (auto value = object_of(*body, verdict.omits_managed_fields); !value.is_null())
        event[member] = std::move(value);
    };
    add("requestObject", request);
    add("responseObject", response);
  }
  event["requestReceivedTimestamp"] = format_micro_time(received);
  event["stageTimestamp"] = format_micro_time(now);
  if (const auto remarks = annotations.all(); !remarks.empty() && stage != kRequestReceived) {
    json::object notes;
    for (const auto& [name, text] : remarks) notes[name] = text;
    event["annotations"] = std::move(notes);
  }
  // Not json::serialize(): what a client says of itself need not be UTF-8, a line of the log must.
  std::string line;
  append_json(event, line, false);
  return line;
}

}  // namespace kubus::apiserver::audit
