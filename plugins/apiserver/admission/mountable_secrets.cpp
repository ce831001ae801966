#include "admission/mountable_secrets.h"

#include <k8s/core/v1/container.pb.h>
#include <k8s/core/v1/env.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <set>

namespace kubus::apiserver {
namespace {

using Names = std::set<std::string>;

constexpr const char* kEnforced = "kubernetes.io/enforce-mountable-secrets";

template <class References>
Names names_of(const References& references) {
  Names out;
  for (const auto& one : references) out.insert(one.name());
  return out;
}

// `kind`: how the reference calls such containers.
template <class Container>
std::string beyond_in(const Container& container, const std::string& name, const char* kind,
                      const Names& allowed, const std::string& account) {
  for (const auto& variable : container.env()) {
    if (!variable.valuefrom().has_secretkeyref()) continue;
    const auto& secret = variable.valuefrom().secretkeyref().localobjectreference().name();
    if (!allowed.contains(secret))
      return std::string(kind) + " " + name + " with envVar " + variable.name() +
             " referencing secret.secretName=\"" + secret +
             "\" is not allowed because service account " + account +
             " does not reference that secret";
  }
  return {};
}

std::string beyond_in_volumes(const core_v1::PodSpec& spec, const Names& allowed,
                              const std::string& account) {
  for (const auto& volume : spec.volumes()) {
    if (!volume.volumesource().has_secret()) continue;
    const auto& secret = volume.volumesource().secret().secretname();
    if (!allowed.contains(secret))
      return "volume with secret.secretName=\"" + secret +
             "\" is not allowed because service account " + account +
             " does not reference that secret";
  }
  return {};
}

}  // namespace

bool limits_secrets(const core_v1::ServiceAccount& account) {
  const auto found = account.metadata().annotations().find(kEnforced);
  if (found == account.metadata().annotations().end()) return false;
  constexpr std::string_view kYes[] = {"1", "t", "T", "TRUE", "true", "True"};
  return std::find(std::begin(kYes), std::end(kYes), found->second) != std::end(kYes);
}

std::string beyond_account(const core_v1::ServiceAccount& account, const core_v1::PodSpec& spec,
                           bool added) {
  const auto allowed = names_of(account.secrets());
  const auto& name = account.metadata().name();
  if (added) {
    for (const auto& one : spec.ephemeralcontainers()) {
      const auto& container = one.ephemeralcontainercommon();
      auto why = beyond_in(container, container.name(), "ephemeral container", allowed, name);
      if (!why.empty()) return why;
    }
    return {};
  }
  if (auto why = beyond_in_volumes(spec, allowed, name); !why.empty()) return why;
  for (const auto& one : spec.initcontainers())
    if (auto why = beyond_in(one, one.name(), "init container", allowed, name); !why.empty())
      return why;
  for (const auto& one : spec.containers())
    if (auto why = beyond_in(one, one.name(), "container", allowed, name); !why.empty()) return why;
  const auto pulled = names_of(account.imagepullsecrets());
  for (int i = 0; i < spec.imagepullsecrets_size(); ++i)
    if (const auto& secret = spec.imagepullsecrets(i).name(); !pulled.contains(secret))
      return "imagePullSecrets[" + std::to_string(i) + "].name=\"" + secret +
             "\" is not allowed because service account " + name +
             " does not reference that imagePullSecret";
  return {};
}

}  // namespace kubus::apiserver
