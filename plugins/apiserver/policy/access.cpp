#include "policy/access.h"

#include <mutex>
#include <optional>

namespace kubus::apiserver::policy {
namespace {

RequestInfo info_of(const cel::AccessCheck& check) {
  RequestInfo out;
  out.is_resource = check.is_resource;
  out.path = check.path;
  out.verb = check.verb;
  if (!check.is_resource) return out;
  out.group = check.group;
  out.version = "*";
  out.ns = check.ns;
  out.resource = check.resource;
  out.name = check.name;
  out.subresource = check.subresource;
  out.field_selector = check.field_selector;
  out.label_selector = check.label_selector;
  return out;
}

Identity account_of(const cel::AccessCheck& check) {
  const std::string all = "system:serviceaccounts";
  return {"system:serviceaccount:" + check.account_namespace + ":" + check.account_name,
          {all, all + ":" + check.account_namespace},
          {}};
}

// What is told in time.
struct Slot {
  std::mutex mutex;
  std::optional<Decision> decision;
};

class Authority final : public cel::AccessAuthority {
 public:
  Authority(const Authorizers& authorizers, Identity client)
      : authorizers_(authorizers), client_(std::move(client)) {}

  cel::AccessDecision decide(const cel::AccessCheck& check) const override {
    auto slot = std::make_shared<Slot>();
    const auto who = check.account_name.empty() ? client_ : account_of(check);
    decide_with_remote(authorizers_, who, info_of(check), nullptr, [slot](Decision decision) {
      const std::lock_guard lock(slot->mutex);
      slot->decision = std::move(decision);
    });
    const std::lock_guard lock(slot->mutex);
    if (!slot->decision)
      return {false, {}, "the authorization webhook has not answered yet, and nobody waits for it"};
    auto& told = *slot->decision;
    return {told.verdict == Verdict::kAllow, std::move(told.reason),
            told.error.ok() ? std::string() : std::string(told.error.message())};
  }

 private:
  const Authorizers& authorizers_;
  const Identity client_;
};

}  // namespace

cel::AccessAuthorityPtr make_authority(const Authorizers& authorizers, const Identity& client) {
  return std::make_shared<Authority>(authorizers, client);
}

cel::AccessCheck check_of(const AdmissionCall& call) {
  const auto& resource = *call.call.resource;
  cel::AccessCheck out;
  out.is_resource = true;
  out.group = resource.group;
  out.resource = resource.plural;
  out.subresource = call.call.info.subresource;
  out.ns = call.ns();
  out.name = call.name();
  return out;
}

}  // namespace kubus::apiserver::policy
