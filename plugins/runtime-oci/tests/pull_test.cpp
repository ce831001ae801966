#include <signal.h>

#include <fstream>

#include "lab.h"
#include "pause_process.h"

namespace kubus::runtime_oci::test {
namespace {

constexpr const char* kRegistry = "127.0.0.1:5000";

// A registry in a network namespace of its own, which only its loopback is in.
class PullTest : public Lab {
 protected:
  void SetUp() override {
    for (const char* program : {"skopeo", "docker-registry"})
      if (!find_program(program).ok()) GTEST_SKIP() << program << " is not installed";
    settings.insecure_registries = {kRegistry};
    Lab::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto holder = rt().sandboxes().run(sandbox_config("registry"));
    ASSERT_TRUE(holder.ok()) << holder.status().to_string();
    settings.pull_netns = holder->netns();
    restart();
    start_registry();
  }
  void TearDown() override {
    if (registry_ > 0) {
      ::kill(registry_, SIGKILL);
      runtime_oci::wait_exit(registry_);
    }
    Lab::TearDown();
  }

  std::vector<std::string> inside(const std::string& program) {
    return {settings.helper_dir + "/oci-enter", "-n", settings.pull_netns, *find_program(program)};
  }
  void start_registry() {
    write_text(dir / "registry.yml",
               "version: 0.1\nlog: {level: error}\nstorage:\n  filesystem: {rootdirectory: " +
                   (dir / "registry") + "}\n  delete: {enabled: true}\nhttp: {addr: '" + kRegistry +
                   "'}\n");
    SpawnOptions options;
    options.argv = inside("docker-registry");
    options.argv.insert(options.argv.end(), {"serve", dir / "registry.yml"});
    options.env = minimal_env();
    const auto pid = spawn(options);
    ASSERT_TRUE(pid.ok()) << pid.status().to_string();
    registry_ = *pid;
  }
  void push(const std::string& name) {
    SpawnOptions options;
    options.argv = inside("skopeo");
    options.argv.insert(options.argv.end(), {"--insecure-policy", "copy", "--dest-tls-verify=false",
                                             "oci-archive:" + (dir / "demo.tar"),
                                             "docker://" + std::string(kRegistry) + "/" + name});
    options.env = minimal_env();
    options.env.push_back("HOME=" + dir.path());
    std::string error;
    eventually(
        [&] {
          const auto pushed = run(options, std::chrono::seconds(60));
          return pushed.ok() && pushed->exit_code == 0;
        },
        "the registry takes the image");
  }
  Result<runtime::Image> pull(const std::string& name) {
    return rt().puller().pull(name, {}, [&](const auto& item) { stages_.push_back(item.stage()); });
  }

  std::vector<std::string> stages_;
  pid_t registry_ = 0;
};

TEST_F(PullTest, AnImageIsFetchedVerifiedAndRunnable) {
  push("team/app:v1");
  ASSERT_TRUE(rt().remove_image(kImage).ok());
  const auto name = std::string(kRegistry) + "/team/app:v1";
  const auto image = pull(name);
  ASSERT_TRUE(image.ok()) << image.status().to_string();
  EXPECT_EQ(image->repo_tags(0), name);
  ASSERT_EQ(image->repo_digests_size(), 1);
  EXPECT_TRUE(image->repo_digests(0).starts_with(std::string(kRegistry) + "/team/app@sha256:"));
  EXPECT_EQ(stages_, (std::vector<std::string>{"resolving", "downloading", "unpacking"}));
  const auto again = pull(image->repo_digests(0));
  ASSERT_TRUE(again.ok()) << again.status().to_string();
  EXPECT_EQ(again->id(), image->id());
  auto config = container_config("echo pulled");
  config.set_image(name);
  const auto id = run_container(run_sandbox(), config);
  EXPECT_EQ(wait_exit(id).exit_code(), 0);
  EXPECT_EQ(status(id).image_ref(), image->repo_digests(0));
}

TEST_F(PullTest, WhatTheRegistryLacksIsNotFound) {
  push("team/app:v1");
  const auto missing = pull(std::string(kRegistry) + "/team/app:v2");
  EXPECT_EQ(missing.code(), Code::kNotFound) << missing.status().to_string();
  EXPECT_EQ(pull("Not A Name").code(), Code::kInvalid);
  EXPECT_TRUE(std::filesystem::is_empty(settings.images() + "/ingest"));
}

TEST_F(PullTest, ARegistryThatIsNotThereIsUnavailable) {
  const auto nothing = pull("127.0.0.1:1/app:v1");
  EXPECT_EQ(nothing.code(), Code::kInternalError) << nothing.status().to_string();
}

}  // namespace
}  // namespace kubus::runtime_oci::test
