// Annotations of pods that mean something to the API.
#include <k8s/core/v1/pod.pb.h>
#include <k8s/meta/v1/object_meta.pb.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "validation/checks.h"
#include "validation/pod_spec.h"

namespace kubus::apiserver {
namespace {

constexpr const char* kMirror = "kubernetes.io/config.mirror";
constexpr const char* kDeletionCost = "controller.kubernetes.io/pod-deletion-cost";
constexpr const char* kSeccomp = "seccomp.security.alpha.kubernetes.io/pod";
constexpr std::string_view kSeccompOf = "container.seccomp.security.alpha.kubernetes.io/";
constexpr std::string_view kAppArmorOf = "container.apparmor.security.beta.kubernetes.io/";

// In an order that does not change.
using Sorted = std::map<std::string, std::string>;

void check_deletion_cost(const std::string& text, const Path& path, ErrorList& errors) {
  const char* end = text.data() + text.size();
  std::int32_t cost = 0;
  const auto [rest, error] = std::from_chars(text.data(), end, cost);
  const bool plain = text == "0" || (text.starts_with('-') ? text[1] != '0' : text[0] != '0');
  if (error != std::errc() || rest != end || !plain) {
    errors.invalid(path, text, "must be a 32bit integer");
  }
}

void check_seccomp_profile(const std::string& profile, const Path& path, ErrorList& errors) {
  constexpr std::string_view kLocal = "localhost/";
  if (profile == "runtime/default" || profile == "docker/default" || profile == "unconfined")
    return;
  if (profile.starts_with(kLocal)) {
    return check_descending_path(profile.substr(kLocal.size()), path, errors);
  }
  errors.invalid(path, profile, "must be a valid seccomp profile");
}

bool has_container(const core_v1::PodSpec& spec, std::string_view name) {
  const auto named = [&](const auto& container) { return container.name() == name; };
  const auto ephemeral = [&](const auto& container) {
    return container.ephemeralcontainercommon().name() == name;
  };
  return std::any_of(spec.initcontainers().begin(), spec.initcontainers().end(), named) ||
         std::any_of(spec.containers().begin(), spec.containers().end(), named) ||
         std::any_of(spec.ephemeralcontainers().begin(), spec.ephemeralcontainers().end(),
                     ephemeral);
}

void check_app_armor(const std::string& container, const std::string& profile,
                     const core_v1::PodSpec& spec, const Path& path, ErrorList& errors) {
  if (!has_container(spec, container)) errors.invalid(path, container, "container not found");
  if (!profile.empty() && profile != "runtime/default" && profile != "unconfined" &&
      !profile.starts_with("localhost/")) {
    errors.invalid(path, profile, "invalid AppArmor profile name: " + quoted(profile));
  }
}

}  // namespace

void check_pod_annotations(const meta_v1::ObjectMeta& metadata, const core_v1::PodSpec& spec,
                           const Path& path, ErrorList& errors) {
  if (metadata.annotations().empty()) return;
  const Sorted annotations(metadata.annotations().begin(), metadata.annotations().end());
  if (const auto mirror = annotations.find(kMirror);
      mirror != annotations.end() && spec.nodename().empty()) {
    errors.invalid(path.key(kMirror), mirror->second,
                   "must set spec.nodeName if mirror pod annotation is set");
  }
  if (const auto cost = annotations.find(kDeletionCost); cost != annotations.end()) {
    check_deletion_cost(cost->second, path.key(kDeletionCost), errors);
  }
  for (const auto& [key, profile] : annotations) {
    if (key == kSeccomp || key.starts_with(kSeccompOf)) {
      check_seccomp_profile(profile, path.child(key), errors);
    }
  }
  for (const auto& [key, profile] : annotations) {
    if (!key.starts_with(kAppArmorOf)) continue;
    check_app_armor(key.substr(kAppArmorOf.size()), profile, spec, path.key(key), errors);
  }
}

void check_pod_annotations_update(const core_v1::Pod& pod, const core_v1::Pod& old,
                                  ErrorList& errors) {
  const Path path = Path("metadata").child("annotations");
  const auto& now = pod.metadata().annotations();
  const auto& before = old.metadata().annotations();
  for (const auto& [key, value] : Sorted(before.begin(), before.end())) {
    const auto found = now.find(key);
    if (found != now.end() && found->second == value) continue;
    if (key.starts_with(kAppArmorOf))
      errors.forbidden(path.key(key), "may not remove or update AppArmor annotations");
    if (key == kMirror)
      errors.forbidden(path.key(key), "may not remove or update mirror pod annotation");
  }
  for (const auto& [key, value] : Sorted(now.begin(), now.end())) {
    if (before.contains(key)) continue;
    if (key.starts_with(kAppArmorOf))
      errors.forbidden(path.key(key), "may not add AppArmor annotations");
    if (key == kMirror) errors.forbidden(path.key(key), "may not add mirror pod annotation");
  }
  check_pod_annotations(pod.metadata(), pod.spec(), path, errors);
}

}  // namespace kubus::apiserver
