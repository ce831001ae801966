// Files that come, change and go; the verbs of the command; configuration at run time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <thread>

#include "cluster.h"

namespace kubus::testing {
namespace {

using ::testing::HasSubstr;

std::string call(Host& client, const std::string& method, const std::string& body = "") {
  auto reply = client.self().context().bus().call_wait("zoo.good.v1", method, Bytes::copy(body));
  return reply.ok() ? reply->str() : reply.status().to_string();
}

TEST(Lifecycle, ADroppedFileIsLoadedAReplacedOneUpgradedARemovedOneStopped) {
  Cluster cluster;
  cluster.start();
  cluster.install("zoo-good");
  cluster.expect("zoo-good", "ready");
  auto client = cluster.connect();
  EXPECT_EQ(call(*client, "Version"), "1.0.0");
  cluster.install("zoo-good-2", "zoo-good");
  EXPECT_TRUE(eventually([&] { return call(*client, "Version") == "2.0.0"; }));
  EXPECT_EQ(Cluster::number(cluster.plugin("zoo-good"), "generation"), 2);
  cluster.remove("zoo-good");
  EXPECT_TRUE(eventually([&] { return cluster.plugins().empty(); }));
  if (!kInstrumented) {
    EXPECT_EQ(usage_of(cluster.pid()).plugin_mappings, 0U);
  }
}

// Callers from several threads while generations change: every call is answered.
TEST(Lifecycle, AnUpgradeLosesNoCall) {
  for (const std::string isolation : {"in-process", "process"}) {
    SCOPED_TRACE(isolation);
    Cluster cluster;
    cluster.install("zoo-good");
    cluster.start("zoo-good: {isolation: " + isolation + "}\n");
    cluster.expect("zoo-good", "ready");
    auto client = cluster.connect();
    std::atomic<bool> stop = false;
    std::atomic<int> calls = 0;
    std::atomic<int> lost = 0;
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i)
      callers.emplace_back([&, i] {
        for (int n = 0; !stop; ++n) {
          auto body = std::to_string(i) + "/" + std::to_string(n);
          auto answer = call(*client, "Slow", body);
          ++calls;
          if (answer != body) {
            ++lost;
            ADD_FAILURE() << answer;
          }
        }
      });
    for (int round = 0; round < 10; ++round) {
      auto result = cluster.kubus({"plugin", "upgrade", "zoo-good"});
      EXPECT_EQ(result.code, 0) << result.out;
    }
    stop = true;
    for (auto& caller : callers) caller.join();
    EXPECT_GT(calls, 0);
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(Cluster::number(cluster.plugin("zoo-good"), "generation"), 11);
  }
}

TEST(Lifecycle, AFailedUpgradeLeavesTheOldGenerationInPlace) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.start();
  cluster.expect("zoo-good", "ready");
  cluster.install("zoo-good-3", "zoo-good");
  cluster.expect("zoo-good", "ready", "upgrade to 3.0.0 failed: the moon is not full");
  cluster.write("plugins/zoo-good.so.tmp", "garbage");
  std::filesystem::rename(cluster.plugin_dir() + "/zoo-good.so.tmp",
                          cluster.plugin_dir() + "/zoo-good.so");
  cluster.expect("zoo-good", "ready", "new file refused: not an ELF file");
  EXPECT_EQ(call(*cluster.connect(), "Version"), "1.0.0");
}

TEST(Lifecycle, AConflictMeansThatThePredecessorMustGoFirst) {
  Cluster cluster;
  cluster.install("zoo-exclusive");
  cluster.start();
  cluster.expect("zoo-exclusive", "ready");
  auto result = cluster.kubus({"plugin", "upgrade", "zoo-exclusive"});
  EXPECT_EQ(result.code, 0) << result.out;
  cluster.expect("zoo-exclusive", "ready");
  EXPECT_EQ(Cluster::number(cluster.plugin("zoo-exclusive"), "generation"), 3);
}

TEST(Lifecycle, UnloadLoadAndRestart) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.start();
  cluster.expect("zoo-good", "ready");
  EXPECT_EQ(cluster.kubus({"plugin", "unload", "zoo-good"}).code, 0);
  cluster.expect("zoo-good", "stopped");
  if (!kInstrumented) {
    EXPECT_EQ(usage_of(cluster.pid()).plugin_mappings, 0U);
  }
  EXPECT_EQ(cluster.kubus({"plugin", "load", "zoo-good"}).code, 0);
  cluster.expect("zoo-good", "ready");
  auto result = cluster.kubus({"plugin", "restart", "zoo-good"});
  EXPECT_EQ(result.out, "plugin zoo-good generation 3: ready\n");
  // From a file anywhere.
  EXPECT_EQ(cluster.kubus({"plugin", "load", Cluster::zoo("zoo-skips")}).code, 0);
  cluster.expect("zoo-skips", "skipped");
  EXPECT_THAT(cluster.kubus({"plugin", "restart", "nobody"}).out,
              HasSubstr("no plugin is called \"nobody\""));
}

TEST(Lifecycle, ConfigurationIsReloadedAndTold) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.write("etc/plugins.d/zoo-good.yaml", "word: first\nfixed: 1\n");
  cluster.start();
  cluster.expect("zoo-good", "ready");
  auto client = cluster.connect();
  EXPECT_EQ(call(*client, "Word"), "first");
  cluster.write("etc/plugins.d/zoo-good.yaml", "word: second\nfixed: 2\n");
  cluster.signal(SIGHUP);
  EXPECT_TRUE(eventually([&] { return call(*client, "Word") == "second"; }));
  EXPECT_TRUE(
      eventually([&] { return cluster.log().find("key=zoo-good.fixed") != std::string::npos; }));
  // A mistake anywhere changes nothing.
  cluster.write("etc/plugins.d/zoo-good.yaml", "word: third\nfixde: 2\nfixed: x\n");
  auto result = cluster.kubus({"config", "reload"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out,
              HasSubstr("zoo-good.yaml:2: zoo-good.fixde: unknown key, did you mean fixed?"));
  EXPECT_THAT(result.out, HasSubstr("zoo-good.yaml:3: zoo-good.fixed: expected a whole number"));
  EXPECT_EQ(call(*client, "Word"), "second");
  auto shown = cluster.kubus({"config", "show", "zoo-good"}).out;
  EXPECT_THAT(shown, HasSubstr("zoo-good.word"));
  EXPECT_THAT(shown, HasSubstr("etc/plugins.d/zoo-good.yaml:1"));
}

TEST(Lifecycle, AWrongConfigurationFailsItsPluginAlone) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.install("zoo-skips");
  cluster.write("etc/plugins.d/zoo-good.ini", "wrod = x\n");
  cluster.start("zoo-skips: {enabled: false}\n");
  cluster.expect("zoo-good", "failed",
                 "zoo-good.ini:1: zoo-good.wrod: unknown key, did you mean word?");
  cluster.expect("zoo-skips", "disabled", "kubus.yaml:4");
  cluster.write("etc/plugins.d/zoo-good.ini", "word = x\n");
  EXPECT_EQ(cluster.kubus({"config", "reload"}).code, 0);
  cluster.expect("zoo-good", "ready");
}

TEST(Lifecycle, WithoutARequiredPluginItDoesNotStart) {
  Cluster cluster;
  cluster.install("zoo-fails-in-start");
  cluster.start("required: [zoo-fails-in-start]\n");
  EXPECT_EQ(cluster.wait_exit(), 1);
  EXPECT_THAT(cluster.log(), HasSubstr("required plugin zoo-fails-in-start cannot start"));
}

TEST(Lifecycle, AWrongKernelKeyStopsItWithEveryMistake) {
  Cluster cluster;
  cluster.start("runn_dir: x\nwatch: perhaps\n");
  EXPECT_EQ(cluster.wait_exit(), 0);  // collected by start()
  EXPECT_THAT(cluster.log(),
              HasSubstr("kubus.yaml:4: runn_dir: unknown key, did you mean run_dir?"));
  EXPECT_THAT(cluster.log(), HasSubstr("kubus.yaml:5: watch: expected true or false"));
}

TEST(Lifecycle, TheCommandSaysWhenThereIsNoKubusd) {
  Cluster cluster;
  auto result = cluster.kubus({"status"});
  EXPECT_EQ(result.code, 2);
  EXPECT_THAT(result.out, HasSubstr("kubusd is not running at " + cluster.dir()));
}

TEST(Lifecycle, EveryPluginEndsWithKubusd) {
  Cluster cluster;
  cluster.install("zoo-good");
  cluster.install("zoo-exclusive");
  cluster.start("zoo-exclusive: {isolation: process}\n");
  cluster.expect("zoo-good", "ready");
  cluster.expect("zoo-exclusive", "ready");
  auto children = children_of(cluster.pid());
  ASSERT_EQ(children.size(), 1U);
  EXPECT_EQ(cluster.stop(), 0);
  EXPECT_NE(::kill(children[0], 0), 0);
}

}  // namespace
}  // namespace kubus::testing
