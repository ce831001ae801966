#include "auth/authorizer.h"

#include "respond/api_errors.h"

namespace kubus::apiserver {
namespace {

class MastersAuthorizer final : public Authorizer {
 public:
  Verdict decide(const Identity& identity, const RequestInfo&, std::string*) override {
    return identity.in_group("system:masters") ? Verdict::kAllow : Verdict::kNoOpinion;
  }
};

}  // namespace

std::unique_ptr<Authorizer> make_masters_authorizer() {
  return std::make_unique<MastersAuthorizer>();
}

Decision decide(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info) {
  Decision decision;
  for (const auto& authorizer : authorizers.local()) {
    std::string reason;
    decision.verdict = authorizer->decide(identity, info, &reason);
    if (decision.verdict == Verdict::kAllow) {
      decision.reason = std::move(reason);
      return decision;
    }
    if (!reason.empty()) decision.reason += (decision.reason.empty() ? "" : "\n") + reason;
    if (decision.verdict == Verdict::kDeny) return decision;
  }
  return decision;
}

bool allowed(const Authorizers& authorizers, const Identity& identity, const RequestInfo& info) {
  for (const auto& authorizer : authorizers.local()) {
    const auto verdict = authorizer->decide(identity, info, nullptr);
    if (verdict != Verdict::kNoOpinion) return verdict == Verdict::kAllow;
  }
  return false;
}

Status authorize(const Authorizers& authorizers, const Identity& identity,
                 const RequestInfo& info) {
  if (allowed(authorizers, identity, info)) return {};
  return errors::forbidden(identity.name, info, decide(authorizers, identity, info).reason);
}

void decide_with_remote(const Authorizers& authorizers, const Identity& identity,
                        const RequestInfo& info, RemoteAuthorizer::Done done) {
  auto local = decide(authorizers, identity, info);
  if (local.verdict != Verdict::kNoOpinion || !authorizers.remote()) return done(std::move(local));
  authorizers.remote()->decide(
      identity, info,
      [reason = std::move(local.reason), done = std::move(done)](Decision decision) mutable {
        if (decision.verdict != Verdict::kAllow && !reason.empty())
          decision.reason = reason + (decision.reason.empty() ? "" : "\n") + decision.reason;
        done(std::move(decision));
      });
}

RuleList list_rules(const Authorizers& authorizers, const Identity& identity, std::string_view ns) {
  RuleList list;
  for (const auto& authorizer : authorizers.local()) authorizer->list_rules(identity, ns, list);
  return list;
}

}  // namespace kubus::apiserver
