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
#include "auth/replaceable.h"
#include "auth/resumption.h"
#include "kubus/function.h"
#include "kubus/http/asker.h"
#include "kubus/status.h"
#include "metrics/decision_series.h"
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
// Allows everything, and nothing.
std::unique_ptr<Authorizer> make_allowing_authorizer();
std::unique_ptr<Authorizer> make_denying_authorizer();

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
  // `done` on any thread, also before this returns. kDeny with an error when `asker` leaves.
  virtual void decide(const Identity& identity, const RequestInfo& info,
                      const http::AskerPtr& asker, Done done) = 0;
  // Whoever waits is told that there is no answer; so is whoever asks from now on. Not called on a
  // thread that brings answers.
  virtual void close() = 0;
};

// In the order in which they are asked. Each step is one of the two.
struct AuthorizerStep {
  std::shared_ptr<Authorizer> local;
  std::shared_ptr<RemoteAuthorizer> remote;
  DecisionSeries decisions = {};

  void count(Verdict verdict) const {
    if (verdict == Verdict::kAllow) decisions.allowed();
    if (verdict == Verdict::kDeny) decisions.denied();
  }
};
using AuthorizerChain = std::vector<AuthorizerStep>;

// All of them; they may be replaced while requests are under way.
class Authorizers {
 public:
  Authorizers() : chain_(std::make_shared<AuthorizerChain>()) {}
  // Behind those that are there; while the server is set up.
  void add(std::shared_ptr<Authorizer> authorizer);
  void add(std::shared_ptr<RemoteAuthorizer> authorizer);
  // Questions under way end as they began.
  void replace(AuthorizerChain chain) {
    chain_.replace(std::make_shared<AuthorizerChain>(std::move(chain)));
  }
  // Ends those that were replaced and are in no use any more; true when some are left.
  bool sweep() { return chain_.sweep(); }
  // Nobody else is asked any more.
  void close();
  // Where a request goes on that waited for an answer.
  void resume_by(Resumption::Run run) { resume_.by(std::move(run)); }

  std::shared_ptr<const AuthorizerChain> chain() const { return chain_.get(); }
  bool asks_others() const;
  const Resumption& resume() const { return resume_; }

 private:
  Replaceable<AuthorizerChain> chain_;
  Resumption resume_;
};

// What the local ones say, as if there were no others.
Decision decide(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// kForbidden, in the words clients know, when the local ones do not allow it.
Status authorize(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// What the local ones say before the first that has to ask another server. `open`: then there is
// one, and its opinion counts.
Verdict decide_so_far(const Authorizers& authorizers, const Identity& identity,
                      const RequestInfo& info, bool& open);
// Whether that is a yes, or may become one. As the question will be asked again, the metrics do not
// count the answer.
bool may_be_allowed(const Authorizers& authorizers, const Identity& identity,
                    const RequestInfo& info);
// Whether that is a yes: a no is not counted, for then others are asked, or a reason is wanted.
bool allowed(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info);
// What all of them say; `done` before this returns where nobody else has to be asked on behalf of
// `asker`.
void decide_with_remote(const Authorizers& authorizers, const Identity& identity,
                        const RequestInfo& info, http::AskerPtr asker,
                        RemoteAuthorizer::Done done);
// What the local ones allow.
RuleList list_rules(const Authorizers& authorizers, const Identity& identity, std::string_view ns);

}  // namespace kubus::apiserver
