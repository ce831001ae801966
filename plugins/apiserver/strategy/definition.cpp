#include <k8s/apiextensions/v1/custom_resource_definition.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "apply/managed_fields.h"
#include "kubus/api/types.h"
#include "strategy/kinds.h"

namespace kubus::apiserver {
namespace {

using apiextensions_v1::CustomResourceDefinition;

// In whichever versions objects have been stored, they may be there still.
void remember_stored_version(CustomResourceDefinition& definition) {
  auto& known = *definition.mutable_status()->mutable_storedversions();
  for (const auto& version : definition.spec().versions()) {
    if (!version.storage()) continue;
    if (std::find(known.begin(), known.end(), version.name()) == known.end())
      *known.Add() = version.name();
    return;
  }
}

void prepare(CustomResourceDefinition& definition) {
  remember_stored_version(definition);
  if (!definition.spec().has_conversion()) return;
  // A webhook of which nothing is said is none.
  auto& conversion = *definition.mutable_spec()->mutable_conversion();
  const auto& webhook = conversion.webhook();
  if (!webhook.has_clientconfig() && webhook.conversionreviewversions().empty())
    conversion.clear_webhook();
}

void create_definition(Message& object) {
  prepare(static_cast<CustomResourceDefinition&>(object));
}

void update_definition(Message& object, const Message&) {
  prepare(static_cast<CustomResourceDefinition&>(object));
}

// A client of the status changes nothing else; who owns it has been settled already.
void keep_metadata(Message& object, const Message& old) {
  auto& metadata = *metadata_of(object);
  EncodedManagers managers;
  managers.Swap(metadata.mutable_managedfields());
  metadata = *metadata_of(old);
  managers.Swap(metadata.mutable_managedfields());
}

}  // namespace

Strategy custom_rules() {
  Strategy strategy;
  strategy.counts_generations = true;
  strategy.unconditional_update = false;
  strategy.prepare_status = keep_metadata;
  return strategy;
}

void definition_rules(Strategy& strategy) {
  strategy.prepare_create = create_definition;
  strategy.prepare_update = update_definition;
}

}  // namespace kubus::apiserver
