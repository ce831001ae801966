#include <k8s/core/v1/namespace.pb.h>

#include <algorithm>

#include "kubus/api/types.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

using core_v1::Namespace;
constexpr const char* kFinalizer = "kubernetes";

void create(Message& object) {
  auto& ns = static_cast<Namespace&>(object);
  ns.mutable_status()->set_phase("Active");
  const auto& finalizers = ns.spec().finalizers();
  if (std::find(finalizers.begin(), finalizers.end(), kFinalizer) == finalizers.end())
    ns.mutable_spec()->add_finalizers(kFinalizer);
  (*ns.mutable_metadata()->mutable_labels())["kubernetes.io/metadata.name"] = ns.metadata().name();
}

// Finalizers change through the finalize subresource alone.
void update(Message& object, const Message& old) {
  auto& ns = static_cast<Namespace&>(object);
  const auto& before = static_cast<const Namespace&>(old);
  *ns.mutable_spec()->mutable_finalizers() = before.spec().finalizers();
  (*ns.mutable_metadata()->mutable_labels())["kubernetes.io/metadata.name"] = ns.metadata().name();
}

// Everything else may change as well, as on any other update.
void finalize(Message& object, const Message& old) {
  auto& ns = static_cast<Namespace&>(object);
  *ns.mutable_status() = static_cast<const Namespace&>(old).status();
  (*ns.mutable_metadata()->mutable_labels())["kubernetes.io/metadata.name"] = ns.metadata().name();
}

}  // namespace

void namespace_rules(Strategy& strategy) {
  strategy.prepare_create = create;
  strategy.prepare_update = update;
  strategy.parts = {{"finalize", finalize}};
}

}  // namespace kubus::apiserver
