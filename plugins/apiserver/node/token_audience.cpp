#include "node/token_audience.h"

#include <k8s/meta/v1/object_meta.pb.h>
#include <k8s/storage/v1/csi.pb.h>

#include <algorithm>

namespace kubus::apiserver::node {
namespace {

bool is_projected_for(const core_v1::ProjectedVolumeSource& projected,
                      const std::string& audience) {
  const auto& sources = projected.sources();
  return std::any_of(sources.begin(), sources.end(), [&](const auto& source) {
    return source.has_serviceaccounttoken() && source.serviceaccounttoken().audience() == audience;
  });
}

std::string driver_of_claim(const std::string& key, ClusterCache& cache) {
  const auto claim = cache.find("", "persistentvolumeclaims")->get(key);
  if (!claim) return {};
  const auto volume = cache.find("", "persistentvolumes")->get(claim->field("spec.volumeName"));
  return volume ? volume->field("spec.csi.driver") : std::string();
}

// Empty: no driver mounts it.
std::string driver_of(const core_v1::Pod& pod, const core_v1::Volume& volume,
                      ClusterCache& cache) {
  const auto& metadata = pod.metadata();
  const auto& source = volume.volumesource();
  const auto place = metadata.namespace_() + "/";
  if (source.has_csi()) return source.csi().driver();
  if (source.has_persistentvolumeclaim())
    return driver_of_claim(place + source.persistentvolumeclaim().claimname(), cache);
  if (source.has_ephemeral())
    return driver_of_claim(place + metadata.name() + "-" + volume.name(), cache);
  return {};
}

bool is_asked_for(const std::string& driver, const std::string& audience, ClusterCache& cache) {
  const auto object = cache.find("storage.k8s.io", "csidrivers")->get(driver);
  if (!object) return false;
  const auto message = object->decode();
  const auto& asked = static_cast<const storage_v1::CSIDriver&>(*message).spec().tokenrequests();
  return std::any_of(asked.begin(), asked.end(),
                     [&](const auto& one) { return one.audience() == audience; });
}

}  // namespace

bool needs_token_for(const core_v1::Pod& pod, const std::string& audience, ClusterCache& cache) {
  const auto& volumes = pod.spec().volumes();
  return std::any_of(volumes.begin(), volumes.end(), [&](const auto& volume) {
    if (is_projected_for(volume.volumesource().projected(), audience)) return true;
    const auto driver = driver_of(pod, volume, cache);
    return !driver.empty() && is_asked_for(driver, audience, cache);
  });
}

}  // namespace kubus::apiserver::node
