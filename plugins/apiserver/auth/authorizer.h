// Authorization: may this identity do this? Authorizers are asked in turn; the first that has an
// opinion ends the matter.
//
// Thread safety: all members of an Authorizer and the free functions from any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/identity.h"
#include "kubus/status.h"
#include "rbac/rule.h"
#include "request/request_info.h"

namespace kubus::apiserver {

enum class Verdict : std::uint8_t { kNoOpinion, kAllow, kDeny };

// What an identity may do as far as it can be listed.
struct RuleList {
  std::vector<rbac::Rule> rules;
  bool incomplete = false;
  std::vector<std::string> errors;  // what could not be looked up
};

class Authorizer {
 public:
  virtual ~Authorizer() = default;
  // `reason`, unless null, gets why, where there is more to say than the verdict.
  virtual Verdict decide(const Identity& identity, const RequestInfo& info,
                         std::string* reason) = 0;
  // Adds what it allows the identity in the namespace, and in the whole cluster.
  virtual void list_rules(const Identity& /*identity*/, std::string_view /*ns*/,
                          RuleList& /*list*/) {}
};

// Members of system:masters may do everything.
std::unique_ptr<Authorizer> make_masters_authorizer();

using Authorizers = std::vector<std::unique_ptr<Authorizer>>;

struct Decision {
  Verdict verdict = Verdict::kNoOpinion;
  std::string reason;
};
Decision decide(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// The same without a reason, which costs less.
bool allowed(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// kForbidden, in the words clients know, when it is not allowed.
Status authorize(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
RuleList list_rules(const Authorizers& authorizers, const Identity& identity, std::string_view ns);

}  // namespace kubus::apiserver
