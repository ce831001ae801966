#include <google/protobuf/message.h>
#include <k8s/core/v1/namespace.pb.h>

#include "registry/reflect.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {

void add_finalize(Api& api, Registry& registry, Arrivals& arrivals) {
  api.add("/namespaces/finalize", "update", [&registry, &arrivals](CallPtr call, Done done) {
    auto body = read_body(*call, *core_v1::Namespace::descriptor());
    if (!body.ok()) return done(body.status());
    std::shared_ptr<Message> sent = std::move(*body);
    registry.change(
        call, Part::kWhole,
        [sent, call, &arrivals](const Object& stored,
                                const Message& current) -> Result<MessagePtr> {
          const auto& wanted = static_cast<const core_v1::Namespace&>(*sent);
          const auto& version = wanted.metadata().resourceversion();
          if (!version.empty() && version != std::to_string(stored.revision()))
            return errors::modified(call->subject());
          // It goes for good; what has just come is to be looked for first.
          const bool goes = stored.deleting() && wanted.spec().finalizers().empty();
          if (goes && !arrivals.settled(call->info.name)) return errors::modified(call->subject());
          auto object = clone(current);
          *static_cast<core_v1::Namespace&>(*object).mutable_spec()->mutable_finalizers() =
              wanted.spec().finalizers();
          return object;
        },
        std::move(done));
  });
}

}  // namespace kubus::apiserver
