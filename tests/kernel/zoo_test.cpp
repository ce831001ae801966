// Bad plugins: each ends in a clear state with a clear message, and the good one goes on.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "cluster.h"

namespace kubus::testing {
namespace {

class ZooTest : public ::testing::Test {
 protected:
  void SetUp() override {
    // A crash ends a process as it does without a sanitizer.
    for (std::string name : {"ASAN_OPTIONS", "TSAN_OPTIONS"})
      if (const char* value = ::getenv(name.c_str()))
        ::setenv(name.c_str(), (std::string(value) + ":handle_segv=0").c_str(), 1);
    cluster_.install("zoo-good");
    cluster_.write("etc/plugins.d/zoo-allocates.yaml", "memory_limit: 128Mi\n");
    cluster_.start("drain_timeout: 300ms\nrestart: {initial: 1s, max: 2s}\n");
    cluster_.expect("zoo-good", "ready");
  }
  // The good plugin was neither restarted nor slowed down by what happened beside it.
  void TearDown() override {
    auto good = cluster_.plugin("zoo-good");
    EXPECT_EQ(Cluster::text(good, "state"), "ready");
    EXPECT_EQ(Cluster::number(good, "generation"), 1);
    EXPECT_EQ(Cluster::number(good, "restarts"), 0);
    auto client = cluster_.connect();
    ASSERT_TRUE(client);
    auto reply = client->self().context().bus().call_wait("zoo.good.v1", "Version", {});
    EXPECT_TRUE(reply.ok()) << reply.status().message();
  }
  Cluster cluster_;
};

TEST_F(ZooTest, NoEntry) {
  cluster_.install("zoo-no-entry");
  cluster_.expect("zoo-no-entry", "failed", "it does not export kubus_plugin_entry_v1");
}

TEST_F(ZooTest, ShortStruct) {
  cluster_.install("zoo-short-struct");
  cluster_.expect("zoo-short-struct", "failed", "its descriptor is too short: 8 of ");
}

TEST_F(ZooTest, ThrowsInCreate) {
  cluster_.install("zoo-throws-in-create");
  cluster_.expect("zoo-throws-in-create", "failed", "no instance of me");
}

TEST_F(ZooTest, FailsInStart) {
  cluster_.install("zoo-fails-in-start");
  cluster_.expect("zoo-fails-in-start", "failed", "the moon is not full");
  EXPECT_TRUE(eventually(
      [&] { return Cluster::number(cluster_.plugin("zoo-fails-in-start"), "restarts") >= 2; }));
}

TEST_F(ZooTest, Skips) {
  cluster_.install("zoo-skips");
  cluster_.expect("zoo-skips", "skipped", "this machine has no antenna");
  EXPECT_EQ(Cluster::number(cluster_.plugin("zoo-skips"), "restarts"), 0);
}

TEST_F(ZooTest, HangsInDrain) {
  cluster_.install("zoo-hangs-in-drain");
  cluster_.expect("zoo-hangs-in-drain", "ready");
  EXPECT_EQ(cluster_.kubus({"plugin", "unload", "zoo-hangs-in-drain"}).code, 1);
  cluster_.expect("zoo-hangs-in-drain", "zombie", "generation 1 did not end");
}

TEST_F(ZooTest, HangsInAProcessOfItsOwn) {
  cluster_.install("zoo-hangs-isolated");
  cluster_.expect("zoo-hangs-isolated", "ready");
  EXPECT_EQ(cluster_.kubus({"plugin", "unload", "zoo-hangs-isolated"}).code, 0);
  cluster_.expect("zoo-hangs-isolated", "stopped");
  EXPECT_TRUE(children_of(cluster_.pid()).empty());
}

TEST_F(ZooTest, LeaksThread) {
  cluster_.install("zoo-leaks-thread");
  cluster_.expect("zoo-leaks-thread", "ready");
  cluster_.kubus({"plugin", "unload", "zoo-leaks-thread"});
  cluster_.expect("zoo-leaks-thread", "zombie", "threads it started itself still run: 1");
}

TEST_F(ZooTest, LeaksSocket) {
  cluster_.install("zoo-leaks-socket");
  cluster_.expect("zoo-leaks-socket", "ready");
  EXPECT_EQ(cluster_.kubus({"plugin", "unload", "zoo-leaks-socket"}).code, 0);
  cluster_.expect("zoo-leaks-socket", "stopped");
}

TEST_F(ZooTest, Crashes) {
  cluster_.install("zoo-crashes");
  cluster_.expect("zoo-crashes", "failed", "its process was killed by signal 11");
  EXPECT_TRUE(
      eventually([&] { return Cluster::number(cluster_.plugin("zoo-crashes"), "restarts") >= 2; }));
}

TEST_F(ZooTest, AllocatesWithoutEnd) {
  if (kInstrumented) GTEST_SKIP() << "a sanitizer needs more address space than the limit";
  cluster_.install("zoo-allocates");
  cluster_.expect("zoo-allocates", "failed", "bad_alloc");
}

// The tag lies in a section of its own: another one of the same length stands in for another build.
TEST_F(ZooTest, AnotherAbiTagNeedsItsOwnRuntime) {
  std::ifstream in(Cluster::zoo("zoo-skips"), std::ios::binary);
  std::ostringstream bytes;
  bytes << in.rdbuf();
  auto file = bytes.str();
  auto tag = file.find("kubus-1-");
  ASSERT_NE(tag, std::string::npos);
  file.replace(tag, 8, "other-9-");
  cluster_.write("plugins/zoo-skips.so", file);
  cluster_.expect("zoo-skips", "failed", "built for ABI other-9-");
}

TEST_F(ZooTest, WaitsForWhatNobodyProvides) {
  cluster_.install("zoo-waits");
  cluster_.expect("zoo-waits", "waiting", "no plugin provides zoo.never.v1");
}

TEST_F(ZooTest, ACycleIsPrinted) {
  cluster_.install("zoo-cycle-a");
  cluster_.install("zoo-cycle-b");
  cluster_.expect("zoo-cycle-a", "waiting", "zoo-cycle-a -> zoo-cycle-b -> zoo-cycle-a");
}

TEST_F(ZooTest, GarbledFilesAreRefused) {
  cluster_.write("plugins/empty.so", "");
  cluster_.write("plugins/script.so", "#!/bin/sh\nexit 1\n");
  std::ifstream in(Cluster::zoo("zoo-skips"), std::ios::binary);
  std::string half(4096, '\0');
  in.read(half.data(), 4096);
  cluster_.write("plugins/half.so", half);
  cluster_.expect("empty", "refused", "not an ELF file");
  cluster_.expect("script", "refused", "not an ELF file");
  cluster_.expect("half", "refused", "garbled file");
  std::filesystem::copy_file("/bin/true", cluster_.plugin_dir() + "/true.so");
  cluster_.expect("true", "refused", "no manifest");
  cluster_.remove("half");
  EXPECT_TRUE(eventually([&] { return cluster_.plugin("half").empty(); }));
}

}  // namespace
}  // namespace kubus::testing
