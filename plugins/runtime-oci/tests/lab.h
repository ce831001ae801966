// A runtime in temporary directories for integration tests, cleaned up whatever happens.
//
// Thread safety: the test's thread.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "image_builder.h"
#include "process.h"
#include "runtime.h"

namespace kubus::runtime_oci::test {

// What one life of the plugin has: threads and the runtime.
class Life {
 public:
  explicit Life(const Settings& settings);
  ~Life();
  Runtime& operator*() { return *runtime; }

  Loop loop{"oci-test"};
  Pool pool{"oci-test", 8};
  std::unique_ptr<Runtime> runtime;
  Status status;
};

class Lab : public ::testing::Test {
 protected:
  // Skips with a reason where containers cannot be run.
  void SetUp() override;
  void TearDown() override;

  Runtime& rt() { return *life->runtime; }
  // Ends the runtime's threads, leaving its containers, and begins anew.
  void restart();
  // Until `done` holds; fails the test after a generous time.
  void eventually(const std::function<bool()>& done, const std::string& what);

  runtime::SandboxConfig sandbox_config(const std::string& uid = "uid-1");
  runtime::ContainerConfig container_config(const std::string& script);
  std::string run_sandbox(const std::string& uid = "uid-1");
  // Created and started; its id.
  std::string run_container(const std::string& sandbox, const runtime::ContainerConfig& config);
  std::string run_script(const std::string& sandbox, const std::string& script) {
    return run_container(sandbox, container_config(script));
  }
  runtime::Container wait_exit(const std::string& id);
  runtime::Container status(const std::string& id);
  std::string log_of(const std::string& id);
  Status stop(const std::string& id, int timeout_ms);
  Status remove_container(const std::string& id);
  Status remove_sandbox(const std::string& id);
  Result<runtime::ExecSyncResponse> exec(const std::string& id,
                                         const std::vector<std::string>& command,
                                         int timeout_ms = 30'000);

  TempDir dir;
  Settings settings;
  std::string cgroup;
  std::unique_ptr<Life> life;
  static constexpr const char* kImage = "docker.io/library/demo:1";
};

// The mounts of this process at or below `path`.
std::vector<std::string> mounts_below(const std::string& path);

}  // namespace kubus::runtime_oci::test
