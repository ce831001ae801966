#include "respond/api_errors.h"

#include <k8s/meta/v1/status.pb.h>

namespace kubus::apiserver::errors {
namespace {

using Details = k8s::io::apimachinery::pkg::apis::meta::v1::StatusDetails;

Details details_of(const Subject& subject) {
  Details details;
  if (!subject.name.empty()) details.set_name(subject.name);
  if (!subject.group.empty()) details.set_group(subject.group);
  if (!subject.resource.empty()) details.set_kind(subject.resource);
  return details;
}

Status make(Code code, std::string message, const Details& details) {
  Status status(code, std::move(message));
  status.with_details(details.SerializeAsString());
  return status;
}

std::string quoted(std::string_view text) { return '"' + std::string(text) + '"'; }

// What somebody asked for is shown to them, perhaps by a browser.
std::string without_markup(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace

Status not_found(const Subject& subject) {
  return make(Code::kNotFound, subject.qualified() + " " + quoted(subject.name) + " not found",
              details_of(subject));
}

Status already_exists(const Subject& subject, bool deleting) {
  const std::string why = deleting ? "object is being deleted: " : "";
  return make(Code::kAlreadyExists,
              why + subject.qualified() + " " + quoted(subject.name) + " already exists",
              details_of(subject));
}

Status conflict(const Subject& subject, std::string_view why) {
  return make(Code::kConflict,
              "Operation cannot be fulfilled on " + subject.qualified() + " " +
                  quoted(subject.name) + ": " + std::string(why),
              details_of(subject));
}

Status modified(const Subject& subject) {
  return conflict(subject,
                  "the object has been modified; please apply your changes to the latest version "
                  "and try again");
}

Status invalid(const Subject& subject, const std::vector<Cause>& causes) {
  auto details = details_of(subject);
  std::string list;
  for (const auto& cause : causes) {
    auto* entry = details.add_causes();
    entry->set_reason(cause.reason);
    entry->set_message(cause.message);
    entry->set_field(cause.field);
    if (!list.empty()) list += ", ";
    list += cause.field + ": " + cause.message;
  }
  std::string message = subject.qualified() + " " + quoted(subject.name) + " is invalid";
  if (causes.size() == 1) message += ": " + list;
  if (causes.size() > 1) message += ": [" + list + "]";
  return make(Code::kInvalid, std::move(message), details);
}

Status forbidden(const Subject& subject, std::string_view why) {
  std::string message = subject.qualified();
  if (!subject.name.empty() || !message.empty()) message += " " + quoted(subject.name);
  return make(Code::kForbidden, message + " is forbidden: " + std::string(why),
              details_of(subject));
}

Status forbidden(std::string_view user, const RequestInfo& info, std::string_view reason) {
  std::string why = "User " + quoted(user) + " cannot " + info.verb;
  if (info.is_resource) {
    std::string resource = info.resource;
    if (!info.subresource.empty()) resource += "/" + info.subresource;
    why += " resource " + quoted(resource) + " in API group " + quoted(info.group);
    why += info.ns.empty() ? " at the cluster scope" : " in the namespace " + quoted(info.ns);
  } else {
    why += " path " + quoted(info.path);
  }
  why = without_markup(why);
  if (!reason.empty()) why += ": " + std::string(reason);
  if (!info.is_resource) return make(Code::kForbidden, "forbidden: " + why, Details());
  Subject subject{info.group, info.resource, info.name};
  std::string message = subject.qualified();
  if (!info.name.empty()) message += " " + quoted(info.name);
  return make(Code::kForbidden, message + " is forbidden: " + why, details_of(subject));
}

Status bad_request(std::string message) { return Status(Code::kBadRequest, std::move(message)); }

Status method_not_allowed() {
  return Status(Code::kMethodNotAllowed,
                "the server does not allow this method on the requested resource");
}

Status method_not_allowed(const Subject& subject, std::string_view action) {
  auto details = details_of(subject);
  details.clear_name();  // whichever it is
  return make(
      Code::kMethodNotAllowed,
      std::string(action) + " is not supported on resources of kind " + quoted(subject.qualified()),
      details);
}

Status no_such_path() {
  return Status(Code::kNotFound, "the server could not find the requested resource");
}

Status gone(std::string message) { return Status(Code::kGone, std::move(message)); }
Status expired(std::string message) { return Status(Code::kExpired, std::move(message)); }

Status future_version(std::int64_t asked, std::int64_t current, int retry_after_seconds) {
  Details details;
  if (retry_after_seconds > 0) details.set_retryafterseconds(retry_after_seconds);
  auto* cause = details.add_causes();
  cause->set_reason("ResourceVersionTooLarge");
  cause->set_message("Too large resource version");
  return make(Code::kTimeout,
              "Timeout: Too large resource version: " + std::to_string(asked) +
                  ", current: " + std::to_string(current),
              details);
}

Status too_many_requests(std::string message, int retry_after_seconds) {
  Details details;
  details.set_retryafterseconds(retry_after_seconds);
  return make(Code::kTooManyRequests, std::move(message), details);
}

Status internal(std::string_view why) {
  Details details;
  details.add_causes()->set_message(std::string(why));
  return make(Code::kInternalError, "Internal error occurred: " + std::string(why), details);
}

}  // namespace kubus::apiserver::errors
