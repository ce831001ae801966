// A disk that fills up: clear errors, what runs goes on, and all is well again once there is room.
#include <gmock/gmock.h>
#include <sys/mount.h>

#include <filesystem>
#include <fstream>

#include "cluster_test.h"
#include "pods.h"
#include "service_load.h"

namespace kubus::integration {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DiskTest : public ClusterTest {
 protected:
  // The plugin whose state gets a small file system of its own. `kubus down` takes that away.
  virtual std::string plugin() = 0;
  std::string place() { return cluster().state_dir() + "/plugins/" + plugin(); }

  void prepare() override {
    std::filesystem::create_directories(place());
    ASSERT_EQ(::mount("small", place().c_str(), "tmpfs", 0, "size=32m"), 0);
  }

  void fill() {
    std::ofstream ballast(place() + "/ballast", std::ios::binary | std::ios::app);
    for (const auto size : {1 << 16, 1 << 12, 1}) {
      const std::string block(static_cast<std::size_t>(size), 'x');
      ballast.clear();
      while (ballast.write(block.data(), size).flush()) continue;
    }
  }
  void clear() { std::filesystem::remove(place() + "/ballast"); }
};

class StorageDiskTest : public DiskTest {
 protected:
  std::string plugin() override { return "storage-sqlite"; }
  bool create_config() {
    last_ = cluster().kubectl({"create", "configmap", "c" + std::to_string(++count_),
                               "--from-literal=a=" + std::string(100'000, 'b')});
    return last_.ok();
  }

  CommandResult last_;
  int count_ = 0;
};

TEST_F(StorageDiskTest, WithoutRoomNothingIsWrittenAndWhatRunsGoesOn) {
  cluster().load_demo_image();
  cluster().apply(web_manifest("web", 2));
  const auto before = wait_for_pods(cluster(), "web", 2);
  ServiceLoad load(cluster(), cluster_ip(cluster(), "web"), 80);
  const auto daemon = cluster().daemon();

  fill();
  EXPECT_TRUE(eventually([&] { return !create_config(); }));
  EXPECT_THAT(last_.out, HasSubstr("no space left"));
  EXPECT_EQ(wait_for_pods(cluster(), "web", 2), before);

  clear();
  EXPECT_TRUE(eventually([&] { return create_config(); })) << last_.out;
  ASSERT_TRUE(cluster().kubectl({"scale", "deployment/web", "--replicas=3"}).ok());
  wait_for_pods(cluster(), "web", 3);
  EXPECT_THAT(load.stop().failures, IsEmpty());
  EXPECT_EQ(cluster().daemon(), daemon);
  EXPECT_EQ(cluster().unwell(), "");
}

class RuntimeDiskTest : public DiskTest {
 protected:
  std::string plugin() override { return "runtime-oci"; }
};

TEST_F(RuntimeDiskTest, PodsWaitForRoomAndThenRun) {
  cluster().load_demo_image();
  fill();
  cluster().apply(web_manifest("web", 1));
  EXPECT_TRUE(eventually([&] {
    return cluster().kubectl({"get", "events"}).out.find("No space left on device") !=
           std::string::npos;
  })) << cluster().kubectl({"get", "events"}).out;
  clear();
  wait_for_pods(cluster(), "web", 1);
  EXPECT_EQ(cluster().unwell(), "");
}

}  // namespace
}  // namespace kubus::integration
