#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pod_references.h"

namespace kubus::kubelet::test {
namespace {

using testing::ElementsAre;

TEST(References, OfVolumesAndEnvironments) {
  core_v1::Pod pod;
  auto& spec = *pod.mutable_spec();
  spec.add_volumes()
      ->mutable_volumesource()
      ->mutable_configmap()
      ->mutable_localobjectreference()
      ->set_name("volume-map");
  spec.add_volumes()->mutable_volumesource()->mutable_secret()->set_secretname("volume-secret");
  auto& projected = *spec.add_volumes()->mutable_volumesource()->mutable_projected();
  projected.add_sources()->mutable_configmap()->mutable_localobjectreference()->set_name(
      "part-map");
  projected.add_sources()->mutable_secret()->mutable_localobjectreference()->set_name(
      "part-secret");
  projected.add_sources()->mutable_downwardapi();
  auto& init = *spec.add_initcontainers();
  init.add_envfrom()->mutable_configmapref()->mutable_localobjectreference()->set_name("from-map");
  auto& container = *spec.add_containers();
  container.add_envfrom()->mutable_secretref()->mutable_localobjectreference()->set_name(
      "from-secret");
  container.add_env()
      ->mutable_valuefrom()
      ->mutable_configmapkeyref()
      ->mutable_localobjectreference()
      ->set_name("key-map");
  spec.add_ephemeralcontainers()
      ->mutable_ephemeralcontainercommon()
      ->add_env()
      ->mutable_valuefrom()
      ->mutable_secretkeyref()
      ->mutable_localobjectreference()
      ->set_name("key-secret");
  const PodReferences references = references_of(pod);
  EXPECT_THAT(references.config_maps, ElementsAre("from-map", "key-map", "part-map", "volume-map"));
  EXPECT_THAT(references.secrets,
              ElementsAre("from-secret", "key-secret", "part-secret", "volume-secret"));
}

TEST(References, NoneForAPodWithoutConfiguration) {
  core_v1::Pod pod;
  pod.mutable_spec()->add_volumes()->mutable_volumesource()->mutable_emptydir();
  pod.mutable_spec()->add_containers()->add_env()->set_value("x");
  EXPECT_THAT(references_of(pod).config_maps, testing::IsEmpty());
  EXPECT_THAT(references_of(pod).secrets, testing::IsEmpty());
}

}  // namespace
}  // namespace kubus::kubelet::test
