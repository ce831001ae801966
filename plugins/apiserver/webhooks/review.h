// What webhooks are asked and what they answer: AdmissionReview of admission.k8s.io, in v1 and
// v1beta1.
//
// Thread safety: pure functions.
#pragma once

#include <k8s/meta/v1/status.pb.h>

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "admission/seen_call.h"
#include "kubus/api/types.h"

namespace kubus::apiserver::webhooks {

// The question as JSON, in that version of admission.k8s.io. `uid` names it, and must come back.
std::string review_json(const std::string& uid, const SeenCall& seen, const std::string& version);

struct Verdict {
  bool allowed = false;
  meta_v1::Status status;  // why not
  std::string patch;       // a JSON patch, or empty
  std::map<std::string, std::string> annotations;
  std::vector<std::string> warnings;
};

// kServiceUnavailable: it is no answer to that question; why, as the reference words it.
Result<Verdict> read_verdict(std::string_view body, const std::string& uid,
                             const std::string& version, bool mutates);

// What the client is told of a refusal, in place of a Status of our own: webhooks choose code and
// reason themselves.
meta_v1::Status refusal_of(const Verdict& verdict, const std::string& webhook);

}  // namespace kubus::apiserver::webhooks
