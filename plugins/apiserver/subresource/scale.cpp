#include "custom/scale.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <k8s/autoscaling/v1/scale.pb.h>
#include <k8s/meta/v1/label_selector.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>
#include <map>

#include "apply/check.h"
#include "kubus/api/json_value.h"
#include "registry/apply.h"
#include "registry/change_rules.h"
#include "registry/lens.h"
#include "registry/metadata.h"
#include "registry/patched.h"
#include "registry/reflect.h"
#include "registry/write_options.h"
#include "subresource/subresources.h"

namespace kubus::apiserver {
namespace {

using autoscaling_v1::Scale;
using google::protobuf::FieldDescriptor;

// "spec.replicas" of any workload; null when the kind has none.
const FieldDescriptor* number_field(const Message& part) {
  return part.GetDescriptor()->FindFieldByName("replicas");
}

const Message* part_of(const Message& object, const char* name) {
  const auto* field = object.GetDescriptor()->FindFieldByName(name);
  return field ? &object.GetReflection()->GetMessage(object, field) : nullptr;
}

std::int32_t replicas_of(const Message& object, const char* part_name) {
  const auto* part = part_of(object, part_name);
  const auto* field = part ? number_field(*part) : nullptr;
  return field ? part->GetReflection()->GetInt32(*part, field) : 0;
}

// "a=b,c in (d)": a query as text, keys sorted.
std::string query_text(const meta_v1::LabelSelector& selector) {
  std::string text;
  const auto add = [&](const std::string& term) { text += (text.empty() ? "" : ",") + term; };
  std::map<std::string, std::string> labels(selector.matchlabels().begin(),
                                            selector.matchlabels().end());
  for (const auto& [key, value] : labels) add(key + "=" + value);
  for (const auto& term : selector.matchexpressions()) {
    std::string values;
    for (const auto& value : term.values()) values += (values.empty() ? "" : ",") + value;
    if (term.operator_() == "Exists") add(term.key());
    if (term.operator_() == "DoesNotExist") add("!" + term.key());
    if (term.operator_() == "In") add(term.key() + " in (" + values + ")");
    if (term.operator_() == "NotIn") add(term.key() + " notin (" + values + ")");
  }
  return text;
}

std::string selector_of(const Message& object) {
  const auto* spec = part_of(object, "spec");
  const auto* field = spec ? spec->GetDescriptor()->FindFieldByName("selector") : nullptr;
  if (!field) return {};
  if (!field->is_map())
    return query_text(static_cast<const meta_v1::LabelSelector&>(
        spec->GetReflection()->GetMessage(*spec, field)));
  // A replication controller's selector is a plain map.
  meta_v1::LabelSelector selector;
  for (int i = 0; i < spec->GetReflection()->FieldSize(*spec, field); ++i) {
    const auto& entry = spec->GetReflection()->GetRepeatedMessage(*spec, field, i);
    const auto* type = entry.GetDescriptor();
    (*selector.mutable_matchlabels())[entry.GetReflection()->GetString(entry, type->field(0))] =
        entry.GetReflection()->GetString(entry, type->field(1));
  }
  return query_text(selector);
}

std::shared_ptr<Scale> scale_of(const Message& object, const ResourceInfo& resource,
                                std::int64_t revision) {
  auto scale = std::make_shared<Scale>();
  const auto& metadata = *metadata_of(object);
  auto& own = *scale->mutable_metadata();
  own.set_name(metadata.name());
  own.set_namespace_(metadata.namespace_());
  own.set_uid(metadata.uid());
  own.set_resourceversion(std::to_string(revision));
  *own.mutable_creationtimestamp() = metadata.creationtimestamp();
  if (const auto* kind = custom_kind(resource)) {
    read_custom_scale(static_cast<const CustomObject&>(object), *kind, *scale);
    return scale;
  }
  scale->mutable_spec()->set_replicas(replicas_of(object, "spec"));
  scale->mutable_status()->set_replicas(replicas_of(object, "status"));
  if (auto selector = selector_of(object); !selector.empty())
    scale->mutable_status()->set_selector(selector);
  return scale;
}

// A scale of a custom kind is checked where the number goes.
Status below_zero(std::int32_t replicas, const Call& call) {
  const auto number = "Invalid value: " + std::to_string(replicas) + ": ";
  if (const auto* kind = custom_kind(*call.resource))
    return errors::invalid({kind->group, kind->kind, call.info.name},
                           {{"FieldValueInvalid", number + "should be a non-negative integer",
                             path_text(kind->details().scale->replicas)}});
  return errors::invalid({"autoscaling", "Scale", call.info.name},
                         {{"FieldValueInvalid", number + "must be greater than or equal to 0",
                           "spec.replicas"}});
}

Status set_replicas(const Scale& scale, const Call& call, Message& object) {
  if (scale.spec().replicas() < 0) return below_zero(scale.spec().replicas(), call);
  if (const auto* kind = custom_kind(*call.resource)) {
    set_custom_replicas(static_cast<CustomObject&>(object), *kind, scale.spec().replicas());
    return {};
  }
  const auto* field = object.GetDescriptor()->FindFieldByName("spec");
  auto* spec = object.GetReflection()->MutableMessage(&object, field);
  spec->GetReflection()->SetInt32(spec, number_field(*spec), scale.spec().replicas());
  return {};
}

Result<MessagePtr> scaled(const Scale& scale, const Call& call, const Object& stored,
                          const Message& current) {
  const auto& version = scale.metadata().resourceversion();
  if (!version.empty() && version != "0" && version != std::to_string(stored.revision()))
    return errors::modified(call.subject());
  auto object = clone(current);
  KUBUS_TRY(set_replicas(scale, call, *object));
  return object;
}

// Admission is about the Scale, and may change it.
constexpr Lens kLens{
    [](const Message& object, const Call& call, std::int64_t revision) {
      return clone(*scale_of(object, *call.resource, revision));
    },
    [](const Message& shown, const Call& call, Message& object) {
      return set_replicas(static_cast<const Scale&>(shown), call, object);
    }};

// Runs the change and answers with the scale of what came of it.
void change_scale(Registry& registry, CallPtr call, Owners owners, Registry::Transform transform,
                  Done done) {
  call->lens = &kLens;
  registry.change(call, Part::kMain, owners, std::move(transform),
                  [call, done = std::move(done)](Result<Answer> result) mutable {
                    if (!result.ok() || !result->object) return done(std::move(result));
                    const auto object = result->object->decode();
                    done(Answer::of(std::shared_ptr<const Message>(
                        scale_of(*object, *call->resource, result->object->revision()))));
                  });
}

void get_scale(Registry& registry, CallPtr call, Done done) {
  registry.get(call, [call, done = std::move(done)](Result<Answer> result) mutable {
    if (!result.ok()) return done(std::move(result));
    const auto object = result->object->decode();
    if (const auto* kind = custom_kind(*call->resource))
      if (auto status = check_has_replicas(static_cast<const CustomObject&>(*object), *kind);
          !status.ok())
        return done(status);
    done(Answer::of(std::shared_ptr<const Message>(
        scale_of(*object, *call->resource, result->object->revision()))));
  });
}

void update_scale(Registry& registry, CallPtr call, Done done) {
  auto body = read_body(*call, *Scale::descriptor());
  if (!body.ok()) return done(body.status());
  std::shared_ptr<Message> scale = std::move(*body);
  if (auto status = check_name(*metadata_of(*scale), call->info.name); !status.ok())
    return done(status);
  change_scale(
      registry, call, Owners::kRecorded,
      [scale, call](const Object& stored, const Message& current) {
        return scaled(static_cast<const Scale&>(*scale), *call, stored, current);
      },
      std::move(done));
}

Result<MessagePtr> patched_scale(Call& call, PatchType type, const Object& stored,
                                 const Message& current) {
  boost::json::value tree;
  KUBUS_TRY(to_json_value(*scale_of(current, *call.resource, stored.revision()), tree));
  auto scale = read_patched(call, type, std::move(tree), *Scale::descriptor());
  if (!scale.ok()) return scale.status();
  return scaled(static_cast<const Scale&>(**scale), call, stored, current);
}

// What a configuration of the scale is to the object that is scaled.
Result<boost::json::value> scaled_configuration(Call& call) {
  auto config = read_configuration(call);
  if (!config.ok()) return config;
  auto& scale = config->get_object();
  const auto text = [&](const char* name) {
    const auto* value = scale.if_contains(name);
    return value && value->is_string() ? std::string(value->get_string()) : std::string();
  };
  if (text("apiVersion") != "autoscaling/v1" || text("kind") != "Scale")
    return errors::bad_request("invalid object type: " + text("apiVersion") +
                               ", Kind=" + text("kind"));
  if (auto status = check_typed(atom_of(*Scale::descriptor()), *config, false); !status.ok())
    return status.annotate("failed to create typed patch object");
  boost::json::object object;
  const auto* spec = scale.if_contains("spec");
  const auto* kind = custom_kind(*call.resource);
  if (kind && spec && spec->is_object() && spec->get_object().contains("replicas"))
    object = at_replicas(*kind, spec->get_object().at("replicas"));
  else if (!kind && spec)
    object["spec"] = *spec;
  object["apiVersion"] = call.resource->api_version();
  object["kind"] = call.resource->kind;
  if (const auto* metadata = scale.if_contains("metadata")) object["metadata"] = *metadata;
  return boost::json::value(std::move(object));
}

void apply_scale(Registry& registry, CallPtr call, Done done) {
  auto config = scaled_configuration(*call);
  if (!config.ok()) return done(config.status());
  change_scale(
      registry, call, Owners::kSettled,
      [call, config = std::move(*config)](const Object& stored,
                                          const Message&) -> Result<MessagePtr> {
        auto object = apply_configuration(*call, config, &stored);
        if (object.ok()) KUBUS_TRY(settle_version(**object, stored, *call));
        return object;
      },
      std::move(done));
}

void patch_scale(Registry& registry, CallPtr call, Done done) {
  if (call->patch_type == kApplyPatch)
    return apply_scale(registry, std::move(call), std::move(done));
  const auto type = patch_type(call->patch_type, *call->resource);
  if (!type.ok()) return done(type.status());
  change_scale(
      registry, call, Owners::kRecorded,
      [call, type = *type](const Object& stored, const Message& current) {
        return patched_scale(*call, type, stored, current);
      },
      std::move(done));
}

}  // namespace

void add_scale(Api& api, Registry& registry) {
  for (const char* name : {"apps/deployments/scale", "apps/replicasets/scale",
                           "apps/statefulsets/scale", "/replicationcontrollers/scale", "*/scale"}) {
    api.add(name, "get", [&registry](CallPtr call, Done done) {
      get_scale(registry, std::move(call), std::move(done));
    });
    api.add(name, "update", [&registry](CallPtr call, Done done) {
      update_scale(registry, std::move(call), std::move(done));
    });
    api.add(name, "patch", [&registry](CallPtr call, Done done) {
      patch_scale(registry, std::move(call), std::move(done));
    });
  }
}

}  // namespace kubus::apiserver
