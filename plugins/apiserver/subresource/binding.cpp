#include <google/protobuf/message.h>
#include <k8s/core/v1/binding.pb.h>
#include <k8s/core/v1/pod.pb.h>

#include "registry/reflect.h"
#include "subresource/pod_actions.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {
namespace {

using core_v1::Binding;
using core_v1::Pod;

Result<MessagePtr> bound(const Binding& binding, const Call& call, const Message& current) {
  auto object = clone(current);
  auto& pod = static_cast<Pod&>(*object);
  const Subject subject{"", "pods/binding", call.info.name};
  if (pod.metadata().has_deletiontimestamp())
    return errors::conflict(
        subject, "pod " + call.info.name + " is being deleted, cannot be assigned to a host");
  if (!pod.spec().nodename().empty())
    return errors::conflict(subject, "pod " + call.info.name + " is already assigned to node \"" +
                                         pod.spec().nodename() + "\"");
  const auto& uid = binding.metadata().uid();
  if (!uid.empty() && uid != pod.metadata().uid())
    return errors::conflict(subject, "Precondition failed: UID in precondition: " + uid +
                                         ", UID in object meta: " + pod.metadata().uid());
  pod.mutable_spec()->set_nodename(binding.target().name());
  for (const auto& [key, value] : binding.metadata().annotations())
    (*pod.mutable_metadata()->mutable_annotations())[key] = value;
  for (const auto& [key, value] : binding.metadata().labels())
    (*pod.mutable_metadata()->mutable_labels())[key] = value;
  set_pod_condition(pod, {"PodScheduled", "True", "", ""});
  return object;
}

Status check_target(const Message& posted, const Call& call) {
  const auto& binding = static_cast<const Binding&>(posted);
  if (!binding.target().name().empty()) return {};
  const auto& name = call.info.name.empty() ? binding.metadata().name() : call.info.name;
  return errors::invalid({"", "Binding", name},
                         {{"FieldValueRequired", "Required value", "target.name"}});
}

// A binding may come as an object of its own; what it changes is the pod.
void assign(Registry& registry, const CallPtr& call, MessagePtr posted, Done done) {
  std::shared_ptr<const Message> binding = std::move(posted);
  if (call->info.name.empty())
    call->info.name = static_cast<const Binding&>(*binding).metadata().name();
  call->resource = find_resource("", "v1", "pods");
  call->cache = registry.cache().find(*call->resource);
  call->info.subresource = "binding";
  registry.change(
      call, Part::kWhole,
      [binding, call](const Object&, const Message& current) {
        return bound(static_cast<const Binding&>(*binding), *call, current);
      },
      [done = std::move(done)](Result<Answer> result) mutable {
        done(result.ok() ? Result<Answer>(acknowledged()) : std::move(result));
      });
}

void bind(Registry& registry, CallPtr call, Done done) {
  auto body = read_body(*call, *Binding::descriptor());
  if (!body.ok()) return done(body.status());
  registry.post(
      call, std::move(*body), [call](Message& posted) { return check_target(posted, *call); },
      [&registry, call, done = std::move(done)](Result<MessagePtr> posted) mutable {
        if (!posted.ok()) return done(posted.status());
        assign(registry, call, std::move(*posted), std::move(done));
      });
}

}  // namespace

void add_binding(Api& api, Registry& registry) {
  const auto handler = [&registry](CallPtr call, Done done) {
    bind(registry, std::move(call), std::move(done));
  };
  api.add("/pods/binding", "create", handler);
  api.add("/bindings", "create", handler);
}

}  // namespace kubus::apiserver
