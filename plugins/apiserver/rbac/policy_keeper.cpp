#include "rbac/policy_keeper.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include "rbac/policy_text.h"
#include "registry/reflect.h"

namespace kubus::apiserver::rbac {

PolicyKeeper::PolicyKeeper(Registry& registry) : registry_(registry) {
  for (const auto& row : default_roles()) add(to_cluster_role(row));
  for (const auto& row : controller_roles()) {
    add(to_controller_role(row));
    add(to_controller_binding(row));
  }
  for (const auto& row : namespace_roles()) add(to_role(row));
  for (const auto& row : default_bindings()) {
    if (row.ns.empty())
      add(to_cluster_role_binding(row));
    else
      add(to_role_binding(row));
  }
}

void PolicyKeeper::add(const Message& object) { wanted_.push_back(clone(object)); }

void PolicyKeeper::run(UniqueFunction<void(Status)> done) {
  done_ = std::move(done);
  left_ = wanted_.size();
  // All at once: storage writes what is waiting together.
  for (std::size_t i = 0; i < wanted_.size(); ++i) settle(*wanted_[i]);
}

void PolicyKeeper::settle(const Message& wanted) {
  const auto call = make_call(wanted, "get");
  const auto stored = call->cache->get(call->key());
  if (!stored) return create(wanted);
  const auto object = stored->decode();
  if (refers_elsewhere(*object, wanted)) return replace(wanted);
  if (rbac::complete(*object, wanted)) return complete(wanted);
  finish(wanted, {});
}

CallPtr PolicyKeeper::make_call(const Message& wanted, const char* verb) const {
  const auto& metadata = *metadata_of(wanted);
  return own_call(registry_.cache(), *resource_of(*wanted.GetDescriptor()), metadata.namespace_(),
                  metadata.name(), verb);
}

void PolicyKeeper::create(const Message& wanted) {
  registry_.create_object(make_call(wanted, "create"), clone(wanted),
                          [self = shared_from_this(), &wanted](const Result<Answer>& result) {
                            const bool there = result.code() == Code::kAlreadyExists;
                            self->finish(wanted, there ? Status() : result.status());
                          });
}

void PolicyKeeper::replace(const Message& wanted) {
  registry_.remove(make_call(wanted, "delete"), Deletion(),
                   [self = shared_from_this(), &wanted](const Result<Answer>& result) {
                     const bool gone = result.ok() || result.code() == Code::kNotFound;
                     gone ? self->create(wanted) : self->finish(wanted, result.status());
                   });
}

void PolicyKeeper::complete(const Message& wanted) {
  registry_.change(
      make_call(wanted, "update"), Part::kMain,
      [&wanted](const Object& stored, const Message&) -> Result<MessagePtr> {
        auto next = stored.decode();
        rbac::complete(*next, wanted);
        return MessagePtr(std::move(next));
      },
      [self = shared_from_this(), &wanted](const Result<Answer>& result) {
        self->finish(wanted, result.status());
      });
}

void PolicyKeeper::finish(const Message& wanted, const Status& status) {
  if (!status.ok() && failure_.ok()) failure_ = status.annotate(metadata_of(wanted)->name());
  if (--left_ > 0) return;
  auto done = std::exchange(done_, nullptr);
  done(failure_);
}

}  // namespace kubus::apiserver::rbac
