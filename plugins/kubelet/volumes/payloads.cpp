#include <k8s/core/v1/config_map.pb.h>
#include <k8s/core/v1/secret.pb.h>

#include "../pod_model.h"
#include "volumes.h"

namespace kubus::kubelet {
namespace {

constexpr std::uint32_t kDefaultMode = 0644;

// All keys under their own names, or those that `items` name under the paths given there.
template <class Items>
Status add_keys(const std::map<std::string, std::string>& data, const Items& items,
                std::uint32_t mode, bool optional, const std::string& what, Payload& out) {
  if (items.empty()) {
    for (const auto& [key, value] : data) out[key] = {value, mode};
    return {};
  }
  for (const auto& item : items) {
    auto it = data.find(item.key());
    if (it == data.end()) {
      if (optional) continue;
      return Status(Code::kInvalid, what + " references non-existent key: " + item.key());
    }
    out[item.path()] = {it->second,
                        item.has_mode() ? static_cast<std::uint32_t>(item.mode()) : mode};
  }
  return {};
}

template <class Volume>
Status add_config_map(const core_v1::Pod& pod, const std::string& name, const Volume& volume,
                      std::uint32_t mode, const ObjectSource& source, Payload& out) {
  auto map = source.config_map(pod.metadata().namespace_(), name);
  if (map.code() == Code::kNotFound && volume.optional()) return {};
  if (!map.ok()) return map.status();
  std::map<std::string, std::string> data((*map)->data().begin(), (*map)->data().end());
  data.insert((*map)->binarydata().begin(), (*map)->binarydata().end());
  return add_keys(data, volume.items(), mode, volume.optional(), "configmap", out);
}

template <class Volume>
Status add_secret(const core_v1::Pod& pod, const std::string& name, const Volume& volume,
                  std::uint32_t mode, const ObjectSource& source, Payload& out) {
  auto secret = source.secret(pod.metadata().namespace_(), name);
  if (secret.code() == Code::kNotFound && volume.optional()) return {};
  if (!secret.ok()) return secret.status();
  return add_keys({(*secret)->data().begin(), (*secret)->data().end()}, volume.items(), mode,
                  volume.optional(), "secret", out);
}

template <class Items>
Status add_downward(const core_v1::Pod& pod, const Items& items, std::uint32_t mode,
                    const NodeFacts& facts, Payload& out) {
  for (const auto& item : items) {
    Result<std::string> value =
        item.has_fieldref()
            ? field_value(pod, item.fieldref().fieldpath(), facts)
            : resource_value(pod, pod.spec().containers(0), item.resourcefieldref(), facts);
    if (!value.ok()) return value.status();
    out[item.path()] = {std::move(*value),
                        item.has_mode() ? static_cast<std::uint32_t>(item.mode()) : mode};
  }
  return {};
}

// The user that all containers run as; -1 when one does not say, or says another.
std::int64_t common_user(const core_v1::Pod& pod) {
  const auto& own = pod.spec().securitycontext();
  std::int64_t common = -1;
  for (const ContainerRef& container : containers_of(pod)) {
    const auto& security = container.spec->securitycontext();
    const std::int64_t user = security.has_runasuser() ? security.runasuser()
                              : own.has_runasuser()    ? own.runasuser()
                                                       : -1;
    if (user < 0 || (common >= 0 && user != common)) return -1;
    common = user;
  }
  return common;
}

// A token is for nobody but those whom the pod runs as, where that is known.
Status add_token(const core_v1::Pod& pod, const core_v1::ServiceAccountTokenProjection& token,
                 std::uint32_t mode, const ObjectSource& source, Payload& out) {
  constexpr std::uint32_t kOwner = 0600, kOwnerAndGroup = 0640;
  auto text = source.token(pod, token);
  if (!text.ok()) return text.status();
  const auto user = common_user(pod);
  const bool group = pod.spec().securitycontext().has_fsgroup();
  if (group)
    mode = kOwnerAndGroup;
  else if (user >= 0)
    mode = kOwner;
  out[token.path()] = {std::move(*text), mode, user};
  return {};
}

template <class Volume>
std::uint32_t mode_of(const Volume& volume) {
  return volume.has_defaultmode() ? static_cast<std::uint32_t>(volume.defaultmode()) : kDefaultMode;
}

}  // namespace

Result<Payload> config_map_payload(const core_v1::Pod& pod,
                                   const core_v1::ConfigMapVolumeSource& volume,
                                   const ObjectSource& source) {
  Payload out;
  KUBUS_TRY(add_config_map(pod, volume.localobjectreference().name(), volume, mode_of(volume),
                           source, out));
  return out;
}

Result<Payload> secret_payload(const core_v1::Pod& pod, const core_v1::SecretVolumeSource& volume,
                               const ObjectSource& source) {
  Payload out;
  KUBUS_TRY(add_secret(pod, volume.secretname(), volume, mode_of(volume), source, out));
  return out;
}

Result<Payload> downward_payload(const core_v1::Pod& pod,
                                 const core_v1::DownwardAPIVolumeSource& volume,
                                 const NodeFacts& facts) {
  Payload out;
  KUBUS_TRY(add_downward(pod, volume.items(), mode_of(volume), facts, out));
  return out;
}

Result<Payload> projected_payload(const core_v1::Pod& pod,
                                  const core_v1::ProjectedVolumeSource& volume,
                                  const ObjectSource& source, const NodeFacts& facts) {
  Payload out;
  const std::uint32_t mode = mode_of(volume);
  for (const auto& part : volume.sources()) {
    if (part.has_configmap())
      KUBUS_TRY(add_config_map(pod, part.configmap().localobjectreference().name(),
                               part.configmap(), mode, source, out));
    else if (part.has_secret())
      KUBUS_TRY(add_secret(pod, part.secret().localobjectreference().name(), part.secret(), mode,
                           source, out));
    else if (part.has_downwardapi())
      KUBUS_TRY(add_downward(pod, part.downwardapi().items(), mode, facts, out));
    else if (part.has_serviceaccounttoken())
      KUBUS_TRY(add_token(pod, part.serviceaccounttoken(), mode, source, out));
    else
      return Status(Code::kInvalid,
                    "this source of projected volumes is not supported by this node");
  }
  return out;
}

}  // namespace kubus::kubelet
