#include "manifest.h"

#include <gtest/gtest.h>

namespace kubus::runtime_oci {
namespace {

const std::string kDigest = "sha256:" + std::string(64, 'b');

TEST(Manifest, ReadsLayersInOrder) {
  const auto manifest =
      parse_manifest(R"({"config":{"digest":")" + kDigest + R"(","size":7},"layers":[{"digest":")" +
                     kDigest + R"("},{"digest":")" + kDigest + R"(","size":3}]})");
  ASSERT_TRUE(manifest.ok()) << manifest.status().to_string();
  EXPECT_FALSE(manifest->is_index);
  EXPECT_EQ(manifest->config.size, 7u);
  ASSERT_EQ(manifest->layers.size(), 2u);
  EXPECT_EQ(manifest->layers[1].size, 3u);
}

TEST(Manifest, ChoosesThisMachineFromAnIndex) {
  const auto other = "sha256:" + std::string(64, 'c');
  const auto index =
      parse_manifest(R"({"manifests":[{"digest":")" + other +
                     R"(","platform":{"os":"linux","architecture":"vax"}},{"digest":")" + kDigest +
                     R"(","platform":{"os":"linux","architecture":")" +
                     std::string(machine_architecture()) + R"("}}]})");
  ASSERT_TRUE(index.ok());
  ASSERT_TRUE(index->is_index);
  EXPECT_EQ(choose_platform(index->manifests)->digest, kDigest);
  EXPECT_EQ(choose_platform({index->manifests[0]}).code(), Code::kNotFound);
}

TEST(Manifest, MalformedTextIsAnError) {
  for (const std::string text :
       {"", "[]", "{", "{}", R"({"config":{"digest":"../../etc"},"layers":[]})",
        R"({"config":{"digest":"sha256:xyz"},"layers":[]})", R"({"manifests":{}})",
        R"({"manifests":[7]})", R"({"config":{},"layers":7})"})
    EXPECT_FALSE(parse_manifest(text).ok()) << text;
  EXPECT_FALSE(parse_manifest(std::string(100'000, '[')).ok());
  EXPECT_FALSE(parse_docker_archive("{}").ok());
  EXPECT_FALSE(parse_image_config("7").ok());
  EXPECT_FALSE(parse_image_config(R"({"rootfs":{"diff_ids":["md5:1"]}})").ok());
}

TEST(ImageConfig, ATimeBeyondTheClockIsCutOff) {
  const auto config = parse_image_config(R"({"created":"9999-12-31T23:59:59Z"})");
  ASSERT_TRUE(config.ok()) << config.status().to_string();
  EXPECT_GT(config->created_ns, 9'000'000'000'000'000'000);
  EXPECT_EQ(parse_image_config(R"({"created":"long ago"})")->created_ns, 0);
}

TEST(ImageConfig, ReadsWhatContainersNeedAndToleratesNulls) {
  const auto config = parse_image_config(
      R"({"created":"2024-01-02T03:04:05.678Z","architecture":"amd64","os":"linux","config":{
          "User":"app:web","Env":["A=1"],"Entrypoint":["/init"],"Cmd":null,"WorkingDir":"/srv",
          "StopSignal":"SIGQUIT","Labels":{"k":"v"},"Volumes":{"/data":{}},
          "ExposedPorts":{"80/tcp":{}}},"rootfs":{"diff_ids":[")" +
      kDigest + R"("]}})");
  ASSERT_TRUE(config.ok()) << config.status().to_string();
  EXPECT_EQ(config->user, "app:web");
  EXPECT_EQ(config->entrypoint, std::vector<std::string>{"/init"});
  EXPECT_TRUE(config->command.empty());
  EXPECT_EQ(config->stop_signal, "SIGQUIT");
  EXPECT_EQ(config->volumes, std::vector<std::string>{"/data"});
  EXPECT_EQ(config->exposed_ports, std::vector<std::string>{"80/tcp"});
  EXPECT_EQ(config->created_ns, 1'704'164'645'678'000'000);
  EXPECT_EQ(config->diff_ids, std::vector<std::string>{kDigest});
}

}  // namespace
}  // namespace kubus::runtime_oci
