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
#include "kubus/function.h"
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

struct Decision {
  Verdict verdict = Verdict::kNoOpinion;
  std::string reason;
  Status error;  // somebody could not be asked
};

// One that has to ask another server, and so takes its time.
class RemoteAuthorizer {
 public:
  using Done = UniqueFunction<void(Decision)>;
  virtual ~RemoteAuthorizer() = default;
  // `done` on any thread, also before this returns.
  virtual void decide(const Identity& identity, const RequestInfo& info, Done done) = 0;
};

// All of them, in the order in which they are asked; the remote one, if any, is the last.
class Authorizers {
 public:
  void add(std::unique_ptr<Authorizer> authorizer) { local_.push_back(std::move(authorizer)); }
  void set_remote(std::unique_ptr<RemoteAuthorizer> remote) { remote_ = std::move(remote); }
  const std::vector<std::unique_ptr<Authorizer>>& local() const { return local_; }
  RemoteAuthorizer* remote() const { return remote_.get(); }

 private:
  std::vector<std::unique_ptr<Authorizer>> local_;
  std::unique_ptr<RemoteAuthorizer> remote_;
};

// What the local ones say.
Decision decide(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// The same without a reason, which costs less.
bool allowed(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// kForbidden, in the words clients know, when it is not allowed.
Status authorize(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// What all of them say; the remote one is asked only where the local ones have no opinion.
void decide_with_remote(const Authorizers& authorizers, const Identity& identity,
                        const RequestInfo& info, RemoteAuthorizer::Done done);
// What the local ones allow.
RuleList list_rules(const Authorizers& authorizers, const Identity& identity, std::string_view ns);

}  // namespace kubus::apiserver
