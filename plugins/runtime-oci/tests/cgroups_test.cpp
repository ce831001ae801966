#include "cgroups.h"

#include <gtest/gtest.h>

#include "image_builder.h"
#include "kubus/runtime.pb.h"

namespace kubus::runtime_oci {
namespace {

using test::read_text;
using test::TempDir;
using test::write_text;

// A directory tree that looks like a mounted hierarchy.
class CgroupsTest : public ::testing::Test {
 protected:
  void v1(const std::string& controller, const std::string& path) {
    std::filesystem::create_directories(dir_ / (controller + path));
  }
  void put(const std::string& file, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(dir_ / file).parent_path());
    write_text(dir_ / file, text);
  }
  TempDir dir_;
};

TEST_F(CgroupsTest, ReadsAndWritesVersionOne) {
  for (const char* controller : {"memory", "cpu", "cpuacct", "pids", "cpuset"})
    v1(controller, "/pod/c");
  put("cpuset/cpuset.cpus", "0-1\n");
  put("cpuset/new/cpuset.cpus", "\n");
  put("memory/pod/c/memory.usage_in_bytes", "5000\n");
  put("memory/pod/c/memory.limit_in_bytes", "9223372036854771712\n");
  put("memory/pod/c/memory.stat",
      "rss 1\ntotal_rss 300\ntotal_inactive_file 2000\ntotal_pgfault 9\n");
  put("memory/pod/c/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  put("cpuacct/pod/c/cpuacct.usage", "123456\n");
  put("pids/pod/c/pids.current", "4\n");
  for (const char* file : {"cpu/pod/c/cpu.shares", "cpu/pod/c/cpu.cfs_quota_us",
                           "cpu/pod/c/cpu.cfs_period_us", "pids/pod/c/pids.max"})
    put(file, "");
  const auto cgroups = Cgroups::detect(dir_.path());
  EXPECT_FALSE(cgroups.v2());
  const auto usage = cgroups.usage("/pod/c");
  EXPECT_EQ(usage.memory, 5000u);
  EXPECT_EQ(usage.memory_limit, 0u) << "the largest number is no limit";
  EXPECT_EQ(usage.rss, 300u);
  EXPECT_EQ(usage.inactive_file, 2000u);
  EXPECT_EQ(usage.cpu_ns, 123456u);
  EXPECT_EQ(usage.processes, 4u);
  EXPECT_EQ(cgroups.oom_kills("/pod/c"), 2u);
  runtime::Resources limits;
  limits.set_cpu_shares(256);
  limits.set_cpu_quota(20'000);
  limits.set_memory_limit(1'000'000);
  limits.set_pids_limit(9);
  ASSERT_TRUE(cgroups.apply("/pod/c", limits).ok());
  EXPECT_EQ(read_text(dir_ / "cpu/pod/c/cpu.shares"), "256");
  EXPECT_EQ(read_text(dir_ / "cpu/pod/c/cpu.cfs_period_us"), "100000");
  EXPECT_EQ(read_text(dir_ / "cpu/pod/c/cpu.cfs_quota_us"), "20000");
  EXPECT_TRUE(read_text(dir_ / "memory/pod/c/memory.limit_in_bytes").starts_with("1000000"));
  ASSERT_TRUE(cgroups.create("/new/child").ok());
  EXPECT_TRUE(read_text(dir_ / "cpuset/new/cpuset.cpus").starts_with("0-1"));
  EXPECT_FALSE(cgroups.create("relative").ok());
  EXPECT_FALSE(cgroups.create("/a/../b").ok());
}

TEST_F(CgroupsTest, ReadsAndWritesVersionTwo) {
  put("cgroup.controllers", "cpu memory pids\n");
  put("cgroup.subtree_control", "");
  put("pod/memory.current", "7000\n");
  put("pod/memory.max", "max\n");
  put("pod/memory.stat", "anon 10\ninactive_file 20\npgfault 30\npgmajfault 40\n");
  put("pod/memory.events", "low 0\noom 1\noom_kill 1\n");
  put("pod/cpu.stat", "usage_usec 5\nuser_usec 3\n");
  for (const char* file : {"pod/cpu.weight", "pod/cpu.max", "pod/memory.swap.max", "pod/pids.max"})
    put(file, "");
  const auto cgroups = Cgroups::detect(dir_.path());
  EXPECT_TRUE(cgroups.v2());
  const auto usage = cgroups.usage("/pod");
  EXPECT_EQ(usage.memory, 7000u);
  EXPECT_EQ(usage.memory_limit, 0u);
  EXPECT_EQ(usage.cpu_ns, 5000u);
  EXPECT_EQ(usage.major_page_faults, 40u);
  EXPECT_EQ(cgroups.oom_kills("/pod"), 1u);
  runtime::Resources limits;
  limits.set_cpu_shares(1024);
  limits.set_cpu_quota(50'000);
  limits.set_memory_limit(4096);
  ASSERT_TRUE(cgroups.apply("/pod", limits).ok());
  EXPECT_EQ(read_text(dir_ / "pod/cpu.weight"), "39");
  EXPECT_EQ(read_text(dir_ / "pod/cpu.max"), "50000 100000");
  EXPECT_EQ(read_text(dir_ / "pod/memory.max"), "4096");
  EXPECT_EQ(read_text(dir_ / "pod/memory.swap.max"), "0");
}

TEST(Weight, SpansTheWholeScale) {
  EXPECT_EQ(weight_of_shares(2), 1u);
  EXPECT_EQ(weight_of_shares(262'144), 10'000u);
  EXPECT_EQ(weight_of_shares(0), 1u);
  EXPECT_EQ(weight_of_shares(1'000'000), 10'000u);
}

}  // namespace
}  // namespace kubus::runtime_oci
