// Which flow schema a request belongs to, and which flow within it.
//
// Thread safety: a Matcher is immutable.
#pragma once

#include <k8s/flowcontrol/v1/flow_schema.pb.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "auth/identity.h"
#include "kubus/api/types.h"
#include "request/request_info.h"

namespace kubus::apiserver::fairness {

// Whether a request is one of those that have no natural end.
bool is_long_running(const RequestInfo& info);

// One FlowSchema: its rules, and what tells its flows apart.
class Matcher {
 public:
  explicit Matcher(const flowcontrol_v1::FlowSchemaSpec& spec);
  bool matches(const Identity& identity, const RequestInfo& info) const;
  // The user, the namespace, or nothing where all requests are one flow. Borrowed from the two.
  std::string_view distinguisher(const Identity& identity, const RequestInfo& info) const;

 private:
  enum class Method : std::uint8_t { kNone, kUser, kNamespace };

  const flowcontrol_v1::FlowSchemaSpec spec_;
  Method method_ = Method::kNone;
};

}  // namespace kubus::apiserver::fairness
