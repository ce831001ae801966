// What one request leaves in the audit log: an Event of audit.k8s.io/v1 at each stage it reaches.
//
// Thread safety: one request's; one thread at a time, but for its annotations.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/annotations.h"
#include "audit/policy.h"
#include "kubus/api/time.h"
#include "kubus/bytes.h"
#include "request/media_type.h"

namespace kubus::apiserver::audit {

// Where a request came from.
struct Origin {
  std::string uri;
  std::string user_agent;
  std::vector<std::string> addresses;
};

// A body as it is on the wire.
struct Body {
  std::string text;
  Format format = Format::kJson;
};

struct Record {
  std::string id;  // of all events of the request, and its answer's header Audit-Id
  Verdict verdict;
  Origin origin;
  Identity user;
  std::optional<Identity> impersonated;
  RequestInfo info;
  SystemTime received;
  Annotations annotations;
  std::optional<Body> request, response;
  int code = 0;  // 0: not known
  // Of a failure: the Status that was sent.
  std::string failure;

  bool wants(Stage stage) const {
    return verdict.level != Level::kNone && (verdict.omitted_stages & stage) == 0;
  }
  bool wants_request() const { return verdict.level >= Level::kRequest; }
  bool wants_response() const { return verdict.level >= Level::kRequestResponse; }
  // One line of JSON.
  std::string event(Stage stage, SystemTime now) const;
};

}  // namespace kubus::apiserver::audit
