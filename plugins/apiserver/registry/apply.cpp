#include "registry/apply.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <boost/json.hpp>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "kubus/api/time.h"
#include "registry/body_parts.h"
#include "registry/change_rules.h"
#include "registry/owner_versions.h"
#include "registry/owners.h"
#include "registry/registry.h"
#include "respond/go_values.h"
#include "versions/version.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

constexpr int kApplyAttempts = 8;

Status check_identity(const Call& call, meta_v1::ObjectMeta& metadata, bool exists) {
  if (!exists && !metadata.uid().empty())
    return errors::conflict(call.subject(), "uid mismatch: the provided object specified uid " +
                                                metadata.uid() +
                                                ", and no existing object was found");
  if (!call.resource->namespaced) metadata.clear_namespace_();
  if (call.resource->namespaced && !metadata.namespace_().empty() &&
      metadata.namespace_() != call.info.ns)
    return errors::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  if (metadata.name().empty())
    return errors::bad_request("the name of the object (" + call.info.name +
                               " based on URL) was undeterminable: name must be provided");
  if (metadata.name() != call.info.name)
    return errors::bad_request("the name of the object (" + metadata.name() +
                               ") does not match the name on the URL (" + call.info.name + ")");
  return {};
}

}  // namespace

Result<boost::json::value> read_configuration(Call& call) {
  const auto validation = field_validation(call);
  if (!validation.ok()) return validation.status();
  std::vector<std::string> repeated;
  auto json = yaml_to_json(call.body.view(), &repeated);
  if (json.code() == Code::kRequestEntityTooLarge) return json.status();
  if (!json.ok())
    return errors::bad_request("error decoding YAML: error converting YAML to JSON: " +
                               json.status().message());
  KUBUS_TRY(check_parts(*json));
  boost::json::value config;
  if (auto status = parse_json(*json, config); !status.ok())
    return errors::bad_request("error decoding YAML: " + status.message());
  if (config.is_null()) config = boost::json::object();
  if (!config.is_object())
    return errors::bad_request(
        "error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot "
        "unmarshal " +
        std::string(go_kind(config)) + " into Go value of type map[string]interface {}");
  if (*validation == FieldValidation::kStrict && !repeated.empty())
    return errors::bad_request("error strict decoding YAML: error converting YAML to JSON: " +
                               yaml_errors(repeated));
  if (*validation != FieldValidation::kIgnore)
    call.warnings.insert(call.warnings.end(), repeated.begin(), repeated.end());
  return config;
}

Result<MessagePtr> apply_configuration(const Call& call, const boost::json::value& config,
                                       const Object* stored) {
  const auto& manager = field_manager_of(call.seen_resource(), call.info.subresource);
  MessagePtr old;
  if (stored) old = stored->decode();
  std::string served;
  if (old && call.version) served = to_json(*call.version->to_served(*old));
  std::string_view before = old ? stored->json().view() : manager.kind().empty_json;
  if (!served.empty()) before = served;
  const OwnerVersions versions(call);
  const FieldManager::Live live{
      before, old ? *metadata_of(std::as_const(*old)) : meta_v1::ObjectMeta::default_instance(),
      stored != nullptr, stored ? versions.get() : nullptr};
  meta_v1::Time now;
  set_now(now);
  auto applied = manager.apply(live, {config, call.manager(), call.query.flag("force")}, now);
  if (!applied.ok()) return applied.status();
  auto object = new_message(*call.seen_resource().message);
  if (auto status = from_json(applied->json, *object); !status.ok())
    return Status(Code::kUnknown, status.message());
  KUBUS_TRY(admit_custom(call, *object, nullptr));
  if (call.version) object = call.version->to_stored(*object);
  auto& metadata = *metadata_of(*object);
  *metadata.mutable_managedfields() = std::move(applied->managed);
  KUBUS_TRY(check_identity(call, metadata, stored != nullptr));
  return object;
}

struct Registry::ApplyJob {
  CallPtr call;
  Part part = Part::kMain;
  boost::json::value config;
  Done done;
  int attempts = 0;
};

void Registry::apply(CallPtr call, Part part, Done done) {
  auto config = read_configuration(*call);
  if (!config.ok()) return done(config.status());
  auto job = std::make_shared<ApplyJob>();
  job->call = std::move(call);
  job->part = part;
  job->config = std::move(*config);
  job->done = std::move(done);
  try_apply(std::move(job));
}

void Registry::try_apply(std::shared_ptr<ApplyJob> job) {
  auto call = job->call;
  // Somebody may make or remove the object meanwhile.
  const auto again = [this, job](Code other_way, Result<Answer> result) {
    if (!result.ok() && result.code() == other_way && ++job->attempts < kApplyAttempts)
      return proceed(job->call, [this, job] { try_apply(job); });
    job->done(std::move(result));
  };
  if (job->part == Part::kMain && !call->cache->get(call->key())) {
    auto object = apply_configuration(*call, job->config, nullptr);
    if (!object.ok()) return job->done(object.status());
    if (auto status = may_create_(*call); !status.ok()) return job->done(status);
    return create_object(
        std::move(call), std::move(*object), Owners::kSettled,
        [again](Result<Answer> result) { again(Code::kAlreadyExists, std::move(result)); });
  }
  change(
      call, job->part, Owners::kSettled,
      [job, call](const Object& stored, const Message&) -> Result<MessagePtr> {
        auto object = apply_configuration(*call, job->config, &stored);
        if (object.ok()) KUBUS_TRY(settle_version(**object, stored, *call));
        return object;
      },
      [job, again](Result<Answer> result) {
        if (job->part != Part::kMain) return job->done(std::move(result));
        again(Code::kNotFound, std::move(result));
      });
}

}  // namespace kubus::apiserver
