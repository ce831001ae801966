// Errors in the words clients of Kubernetes know: the reason, the message and the details.
//
// Thread safety: free functions.
//
// The resource in a message is qualified with its group ("deployments.apps"); the details have
// them apart.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "kubus/status.h"
#include "request/request_info.h"

namespace kubus::apiserver {

// What an error is about.
struct Subject {
  std::string group;
  std::string resource;  // plural; for Invalid the kind
  std::string name;

  std::string qualified() const { return group.empty() ? resource : resource + "." + group; }
};

struct Cause {
  std::string reason;  // FieldValueRequired and the like
  std::string message;
  std::string field;
};

namespace errors {

Status not_found(const Subject& subject);
Status already_exists(const Subject& subject, bool deleting = false);
// `why` is the whole text behind the colon.
Status conflict(const Subject& subject, std::string_view why);
// The object was changed since the version the client has.
Status modified(const Subject& subject);
// `subject.resource` is the kind.
Status invalid(const Subject& subject, const std::vector<Cause>& causes);
Status forbidden(const Subject& subject, std::string_view why);
// `reason`, unless empty, says more.
Status forbidden(std::string_view user, const RequestInfo& info, std::string_view reason = {});
Status bad_request(std::string message);
Status method_not_allowed(const Subject& subject, std::string_view action);
// A path that is not there for this method.
Status method_not_allowed();
// A path this server does not have.
Status no_such_path();
Status gone(std::string message);
Status expired(std::string message);
// The client asks for a version this server has not seen yet.
// 0: coming again is of no use.
Status future_version(std::int64_t asked, std::int64_t current, int retry_after_seconds = 1);
Status too_many_requests(std::string message, int retry_after_seconds);
Status internal(std::string_view why);

}  // namespace errors

}  // namespace kubus::apiserver
