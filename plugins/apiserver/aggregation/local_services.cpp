#include "aggregation/local_services.h"

#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>

#include "discovery/rank.h"
#include "registry/reflect.h"

namespace kubus::apiserver::aggregation {
namespace {

constexpr const char* kManaged = "kube-aggregator.kubernetes.io/automanaged";
constexpr const char* kAlways = "true";
constexpr const char* kOnStart = "onstart";

APIService local_service(const std::string& group, const std::string& version, bool custom) {
  APIService out;
  auto& metadata = *out.mutable_metadata();
  metadata.set_name(service_name(group, version));
  (*metadata.mutable_labels())[kManaged] = custom ? kAlways : kOnStart;
  auto& spec = *out.mutable_spec();
  if (!group.empty()) spec.set_group(group);
  spec.set_version(version);
  const auto rank = default_rank(group, version);
  spec.set_grouppriorityminimum(rank.group);
  spec.set_versionpriority(rank.version);
  set_availability(out, {true, "Local", "Local APIServices are always available"});
  return out;
}

std::string managed_by(const APIService& service) {
  const auto& labels = service.metadata().labels();
  const auto found = labels.find(kManaged);
  return found == labels.end() ? std::string() : found->second;
}

}  // namespace

void LocalServices::start() {
  running_ = true;
  for (const auto* resource : kinds_.served()->built_in)
    if (resource->group != kGroup)
      starting_.insert(service_name(resource->group, resource->version));
  pass();
}

void LocalServices::wake() {
  if (!running_ || std::exchange(scheduled_, true)) return;
  registry_.context().loop().post([this] {
    scheduled_ = false;
    if (running_) pass();
  });
}

void LocalServices::pass() {
  const auto served = kinds_.served();
  std::map<std::string, APIService> wanted;
  for (const auto* resource : served->built_in)
    if (resource->group != kGroup)
      wanted.try_emplace(service_name(resource->group, resource->version),
                         local_service(resource->group, resource->version, false));
  for (const auto& [path, custom] : served->custom) {
    const auto& kind = custom.kind();
    wanted.try_emplace(service_name(kind.group, kind.version),
                       local_service(kind.group, kind.version, true));
  }
  std::set<std::string> names;
  for (const auto& [name, service] : wanted) {
    names.insert(name);
    if (managed_by(service) == kAlways || starting_.contains(name)) keep(service);
  }
  remove_others(names);
}

CallPtr LocalServices::call_for(const std::string& name, const char* verb) const {
  return own_call(registry_.cache(), *find_resource(kGroup, "v1", kPlural), {}, name, verb);
}

Done LocalServices::ended(const std::string& name) {
  busy_.insert(name);
  return [this, name](const Result<Answer>& result) {
    const bool failed =
        !result.ok() && result.code() != Code::kNotFound && result.code() != Code::kAlreadyExists;
    if (failed)
      registry_.context().log().warn("an API service cannot be written",
                                     {{"name", name}, {"error", result.status().to_string()}});
    // A write may end at once, within the pass.
    registry_.context().loop().post([this, name, failed] {
      busy_.erase(name);
      if (failed)
        starting_.erase(name);
      else
        wake();
    });
  };
}

void LocalServices::keep(const APIService& wanted) {
  const auto& name = wanted.metadata().name();
  if (busy_.contains(name)) return;
  const auto call = call_for(name, "get");
  const auto stored = call->cache->get(name);
  if (!stored) return create(wanted);
  const auto& present = static_cast<const APIService&>(*stored->decoded());
  // A server of its user's own answers, or the user wants it otherwise.
  if (is_remote(present) || managed_by(present).empty() || is_available(present)) {
    starting_.erase(name);
    return;
  }
  complete(wanted);
}

void LocalServices::create(const APIService& wanted) {
  const auto& name = wanted.metadata().name();
  registry_.create_object(call_for(name, "create"), clone(wanted), ended(name));
}

// A creation leaves out the status.
void LocalServices::complete(const APIService& wanted) {
  const auto& name = wanted.metadata().name();
  registry_.change(
      call_for(name, "update"), Part::kWhole,
      [wanted](const Object&, const Message& current) -> Result<MessagePtr> {
        MessagePtr next = clone(current);
        *static_cast<APIService&>(*next).mutable_status() = wanted.status();
        return next;
      },
      ended(name));
}

void LocalServices::remove_others(const std::set<std::string>& wanted) {
  std::vector<std::string> gone;
  registry_.cache().find(kGroup, kPlural)->for_each([&](const ObjectPtr& object) {
    const std::string name(object->name());
    const auto& service = static_cast<const APIService&>(*object->decoded());
    if (managed_by(service) == kAlways && !wanted.contains(name) && !busy_.contains(name))
      gone.push_back(name);
  });
  for (const auto& name : gone) registry_.remove(call_for(name, "delete"), Deletion(), ended(name));
}

}  // namespace kubus::apiserver::aggregation
