#include "policy/status_keeper.h"

#include <k8s/admissionregistration/v1/admission_policy.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <vector>

#include "policy/type_check.h"
#include "registry/reflect.h"

namespace kubus::apiserver::policy {
namespace {

using admissionregistration_v1::ValidatingAdmissionPolicy;

constexpr const char* kPolicyGroup = "admissionregistration.k8s.io";
constexpr const char* kPlural = "validatingadmissionpolicies";
// Who owns what it writes.
constexpr const char* kManager = "validatingadmissionpolicy-status";

bool is_seen(const ValidatingAdmissionPolicy& policy) {
  return policy.metadata().generation() <= policy.status().observedgeneration();
}

}  // namespace

StatusKeeper::StatusKeeper(Registry& registry, const KindCatalog& kinds)
    : registry_(registry), kinds_(kinds), policies_(*registry.cache().find(kPolicyGroup, kPlural)) {}

void StatusKeeper::start() {
  running_ = true;
  wake();
}

void StatusKeeper::wake() {
  if (!running_ || policies_.revision() == seen_ || scheduled_.exchange(true)) return;
  registry_.context().loop().post([this] {
    scheduled_ = false;
    if (running_) pass();
  });
}

void StatusKeeper::pass() {
  seen_ = policies_.revision();
  std::vector<ObjectPtr> open;
  policies_.for_each([&](const ObjectPtr& object) {
    const auto& policy = static_cast<const ValidatingAdmissionPolicy&>(*object->decoded());
    if (!is_seen(policy) && !busy_.contains(policy.metadata().name())) open.push_back(object);
  });
  for (const auto& object : open) check(*object);
}

void StatusKeeper::check(const Object& object) {
  const std::string name(object.name());
  const auto& resource = *find_resource(kPolicyGroup, "v1", kPlural);
  auto call = own_call(registry_.cache(), resource, {}, name, "update");
  call->program = kManager;
  busy_.insert(name);
  registry_.change(
      std::move(call), Part::kStatus,
      [this](const Object&, const Message& current) -> Result<MessagePtr> {
        MessagePtr next = clone(current);
        auto& policy = static_cast<ValidatingAdmissionPolicy&>(*next);
        if (is_seen(policy)) return next;
        *policy.mutable_status()->mutable_typechecking() = check_types(policy, kinds_);
        policy.mutable_status()->set_observedgeneration(policy.metadata().generation());
        return next;
      },
      [this, name](const Result<Answer>& result) {
        if (!result.ok() && result.code() != Code::kNotFound)
          registry_.context().log().warn("the status of a policy cannot be written",
                                         {{"name", name}, {"error", result.status().to_string()}});
        registry_.context().loop().post([this, name] {
          busy_.erase(name);
          // It may have changed meanwhile.
          wake();
        });
      });
}

}  // namespace kubus::apiserver::policy
