#include <google/protobuf/message.h>
#include <k8s/core/v1/namespace.pb.h>

#include "registry/change_rules.h"
#include "registry/reflect.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {

void add_finalize(Api& api, Registry& registry, Arrivals& arrivals) {
  api.add("/namespaces/finalize", "update", [&registry, &arrivals](CallPtr call, Done done) {
    auto body = read_body(*call, *core_v1::Namespace::descriptor());
    if (!body.ok()) return done(body.status());
    std::shared_ptr<Message> sent = std::move(*body);
    registry.change(
        call, Part::kSubresource,
        [sent, call, &arrivals](const Object& stored, const Message&) -> Result<MessagePtr> {
          auto object = clone(*sent);
          KUBUS_TRY(settle_version(*object, stored, *call));
          // It goes for good; what has just come is to be looked for first.
          const auto& wanted = static_cast<const core_v1::Namespace&>(*sent);
          const bool goes = stored.deleting() && wanted.spec().finalizers().empty();
          if (goes && !arrivals.settled(call->info.name)) return errors::modified(call->subject());
          return object;
        },
        std::move(done));
  });
}

}  // namespace kubus::apiserver
