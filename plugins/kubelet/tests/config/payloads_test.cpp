#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kubus/api/quantity.h"
#include "objects.h"
#include "volumes/volumes.h"

namespace kubus::kubelet::test {
namespace {

using testing::ElementsAre;

// "path=data mode" of each file.
std::vector<std::string> files(const Result<Payload>& payload) {
  if (!payload.ok()) return {"error: " + payload.status().message()};
  std::vector<std::string> out;
  for (const auto& [path, content] : *payload) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%o", content.mode);
    out.push_back(path + "=" + content.data + " " + mode);
  }
  return out;
}

core_v1::Pod pod() {
  core_v1::Pod pod;
  pod.mutable_metadata()->set_name("web");
  pod.mutable_metadata()->set_namespace_("default");
  (*pod.mutable_metadata()->mutable_labels())["b"] = "2";
  (*pod.mutable_metadata()->mutable_labels())["a"] = "say \"1\"\n";
  auto& container = *pod.mutable_spec()->add_containers();
  container.set_name("c");
  QuantityValue::parse("250m")->store((*container.mutable_resources()->mutable_limits())["cpu"]);
  return pod;
}

template <class Volume>
void add_item(Volume& volume, const std::string& key, const std::string& path, int mode = -1) {
  auto& item = *volume.add_items();
  item.set_key(key);
  item.set_path(path);
  if (mode >= 0) item.set_mode(mode);
}

TEST(Payloads, ConfigMap) {
  Objects objects;
  objects.config_maps["m"] = {{"a", "1"}, {"b", "2"}};
  objects.binary["m"] = {{"c", std::string("\0x", 2)}};
  core_v1::ConfigMapVolumeSource volume;
  volume.mutable_localobjectreference()->set_name("m");
  EXPECT_THAT(files(config_map_payload(pod(), volume, objects.source())),
              ElementsAre("a=1 644", "b=2 644", std::string("c=\0x 644", 8)));
  volume.set_defaultmode(0400);
  add_item(volume, "b", "deep/b");
  add_item(volume, "a", "a", 0600);
  EXPECT_THAT(files(config_map_payload(pod(), volume, objects.source())),
              ElementsAre("a=1 600", "deep/b=2 400"));
}

TEST(Payloads, WhatIsMissing) {
  Objects objects;
  objects.config_maps["m"] = {};
  core_v1::ConfigMapVolumeSource volume;
  volume.mutable_localobjectreference()->set_name("none");
  EXPECT_THAT(files(config_map_payload(pod(), volume, objects.source())),
              ElementsAre("error: configmap \"none\" not found"));
  volume.set_optional(true);
  EXPECT_THAT(files(config_map_payload(pod(), volume, objects.source())), ElementsAre());
  volume.mutable_localobjectreference()->set_name("m");
  add_item(volume, "k", "k");
  EXPECT_THAT(files(config_map_payload(pod(), volume, objects.source())), ElementsAre());
  volume.set_optional(false);
  EXPECT_THAT(files(config_map_payload(pod(), volume, objects.source())),
              ElementsAre("error: configmap references non-existent key: k"));
}

TEST(Payloads, Secret) {
  Objects objects;
  objects.secrets["s"] = {{"user", "root"}, {"password", "p"}};
  core_v1::SecretVolumeSource volume;
  volume.set_secretname("s");
  volume.set_defaultmode(0440);
  EXPECT_THAT(files(secret_payload(pod(), volume, objects.source())),
              ElementsAre("password=p 440", "user=root 440"));
  volume.set_secretname("none");
  EXPECT_THAT(files(secret_payload(pod(), volume, objects.source())),
              ElementsAre("error: secret \"none\" not found"));
}

TEST(Payloads, DownwardApi) {
  core_v1::DownwardAPIVolumeSource volume;
  auto& labels = *volume.add_items();
  labels.set_path("labels");
  labels.mutable_fieldref()->set_fieldpath("metadata.labels");
  auto& cpu = *volume.add_items();
  cpu.set_path("cpu");
  cpu.set_mode(0400);
  cpu.mutable_resourcefieldref()->set_containername("c");
  cpu.mutable_resourcefieldref()->set_resource("limits.cpu");
  QuantityValue::parse("1m")->store(*cpu.mutable_resourcefieldref()->mutable_divisor());
  EXPECT_THAT(files(downward_payload(pod(), volume, {})),
              ElementsAre("cpu=250 400", "labels=a=\"say \\\"1\\\"\\n\"\nb=\"2\" 644"));
}

TEST(Payloads, ProjectedMergesItsSources) {
  Objects objects;
  objects.config_maps["m"] = {{"a", "map"}, {"b", "map"}};
  objects.secrets["s"] = {{"b", "secret"}};
  core_v1::ProjectedVolumeSource volume;
  volume.set_defaultmode(0600);
  volume.add_sources()->mutable_configmap()->mutable_localobjectreference()->set_name("m");
  volume.add_sources()->mutable_secret()->mutable_localobjectreference()->set_name("s");
  auto& name = *volume.add_sources()->mutable_downwardapi()->add_items();
  name.set_path("name");
  name.mutable_fieldref()->set_fieldpath("metadata.name");
  EXPECT_THAT(files(projected_payload(pod(), volume, objects.source(), {})),
              ElementsAre("a=map 600", "b=secret 600", "name=web 600"));
}

TEST(Payloads, TokensAreForTheUserOfThePod) {
  Objects objects;
  core_v1::ProjectedVolumeSource volume;
  auto& token = *volume.add_sources()->mutable_serviceaccounttoken();
  token.set_path("token");
  token.set_audience("vault");
  auto web = pod();
  const auto shown = [&] { return projected_payload(web, volume, objects.source(), {}); };
  EXPECT_THAT(files(shown()), ElementsAre("token=token of web for vault 644"));
  EXPECT_EQ(shown()->at("token").owner, -1);
  web.mutable_spec()->mutable_securitycontext()->set_runasuser(1000);
  EXPECT_THAT(files(shown()), ElementsAre("token=token of web for vault 600"));
  EXPECT_EQ(shown()->at("token").owner, 1000);
  // Another container runs as somebody else.
  web.mutable_spec()->add_initcontainers()->mutable_securitycontext()->set_runasuser(7);
  EXPECT_THAT(files(shown()), ElementsAre("token=token of web for vault 644"));
  web.mutable_spec()->mutable_securitycontext()->set_fsgroup(2000);
  EXPECT_THAT(files(shown()), ElementsAre("token=token of web for vault 640"));
}

}  // namespace
}  // namespace kubus::kubelet::test
