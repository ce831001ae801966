// What the kubus command shows of a running kubusd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <sstream>
#include <thread>

#include "cluster.h"

namespace kubus::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Command : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.install("zoo-good");
    cluster_.start();
    cluster_.expect("zoo-good", "ready");
  }

  void call_good(Host& client) {
    auto reply = client.self().context().bus().call_wait("zoo.good.v1", "Version", Bytes::copy(""));
    EXPECT_TRUE(reply.ok()) << reply.status().to_string();
  }

  Cluster cluster_;
};

TEST_F(Command, BusTopCountsTheCallsOfEachMethod) {
  auto client = cluster_.connect();
  for (int i = 0; i < 3; ++i) call_good(*client);
  const auto result = cluster_.kubus({"bus", "top", "-n", "1"});
  ASSERT_EQ(result.code, 0) << result.out;
  std::istringstream lines(result.out);
  std::string line, plugin, service, method, calls;
  bool found = false;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    words >> plugin >> service >> method >> calls;
    if (service == "zoo.good.v1" && method == "Version") {
      found = true;
      EXPECT_EQ(plugin, "zoo-good");
      EXPECT_EQ(calls, "3");
    }
  }
  EXPECT_TRUE(found) << result.out;
}

TEST_F(Command, BusTraceShowsMessagesAsTheyPass) {
  auto client = cluster_.connect();
  std::atomic<bool> stop = false;
  std::thread caller([&] {
    while (!stop) call_good(*client);
  });
  const auto result = cluster_.kubus({"bus", "trace", "--plugin", "zoo-good", "--service",
                                      "zoo.good.v1", "-n", "4", "-o", "json"});
  stop = true;
  caller.join();
  ASSERT_EQ(result.code, 0) << result.out;
  std::istringstream lines(result.out);
  std::string line;
  int seen = 0;
  for (; std::getline(lines, line); ++seen) {
    const auto item = boost::json::parse(line).as_object();
    EXPECT_EQ(item.at("service").as_string(), "zoo.good.v1") << line;
    EXPECT_EQ(item.at("instance").as_string(), "zoo-good") << line;
  }
  EXPECT_EQ(seen, 4) << result.out;
}

TEST_F(Command, BusTraceSaysThatItListens) {
  auto client = cluster_.connect();
  std::atomic<bool> stop = false;
  std::thread caller([&] {
    while (!stop) call_good(*client);
  });
  const auto result = cluster_.kubus({"bus", "trace", "--plugin", "zoo-good", "-n", "1"});
  stop = true;
  caller.join();
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out.find("kubus: listening to the bus; Ctrl-C ends this\n"), 0U) << result.out;
}

TEST_F(Command, APluginIsInspectedByItsNameToo) {
  const auto by_name = cluster_.kubus({"plugin", "inspect", "zoo-good"});
  EXPECT_EQ(by_name.code, 0) << by_name.out;
  EXPECT_THAT(by_name.out, HasSubstr("name          zoo-good\n"));
  EXPECT_EQ(by_name.out, cluster_.kubus({"plugin", "inspect", Cluster::zoo("zoo-good")}).out);
}

TEST_F(Command, WhatIsNoPluginIsNotKept) {
  const auto result = cluster_.kubus({"plugin", "load", "/bin/true"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, HasSubstr("kubus: /bin/true: no manifest: not built with"));
  EXPECT_THAT(cluster_.plugin("true"), IsEmpty());
  EXPECT_EQ(cluster_.kubus({"plugin", "load", "/nonexist.so"}).out,
            "kubus: /nonexist.so: cannot be opened: No such file or directory\n");
  // In a directory of plugins it stays on the list.
  cluster_.write("plugins/script.so", "#!/bin/sh\n");
  cluster_.expect("script", "refused", "not an ELF file");
  EXPECT_EQ(cluster_.kubus({"plugin", "load", cluster_.plugin_dir() + "/script.so"}).code, 1);
  cluster_.expect("script", "refused", "not an ELF file");
}

TEST_F(Command, StatusTellsWhatIsWrongWithAPlugin) {
  cluster_.write("etc/plugins.d/zoo-skips.yaml", "wrod: x\nfixed: y\n");
  ASSERT_EQ(cluster_.kubus({"config", "reload"}).code, 0) << "there is no such plugin yet";
  cluster_.install("zoo-skips");
  cluster_.expect("zoo-skips", "failed");
  cluster_.write("plugins/script.so", "#!/bin/sh\n");
  cluster_.expect("script", "refused");
  const auto file = cluster_.dir() + "/etc/plugins.d/zoo-skips.yaml";
  EXPECT_THAT(cluster_.kubus({"status"}).out,
              HasSubstr("\n  script refused: not an ELF file\n  zoo-skips failed: " + file +
                        ":1: zoo-skips.wrod: unknown key, did you mean word?, " + file +
                        ":2: zoo-skips.fixed: expected a whole number, found \"y\"\n"));
}

TEST_F(Command, StatusNamesEachPluginThatIsNotReady) {
  EXPECT_THAT(cluster_.kubus({"status"}).out, Not(HasSubstr("\n  zoo-good ")));
  ASSERT_EQ(cluster_.kubus({"plugin", "unload", "zoo-good"}).code, 0);
  EXPECT_THAT(cluster_.kubus({"status"}).out,
              HasSubstr("plugins           1 stopped\n  zoo-good stopped\n"));
}

// A kubusd in /run/kubus itself, else the only cluster there: what `kubus` talks to unless told.
class RunDirs : public Command {
 protected:
  // `links` are made in a /run/kubus that nobody else sees.
  CommandResult status(const std::string& links) const {
    return run_command(
        {"unshare", "--mount", "sh", "-c",
         "set -e; unset KUBUS_RUN_DIR; mount -t tmpfs tmpfs /run; mkdir /run/kubus; " + links +
             "exec " + Cluster::binary("kubus") + " status"});
  }
  std::string link(const std::string& name, const std::string& to = "") const {
    return "ln -s " + cluster_.dir() + "/run" + to + " /run/kubus/" + name + "; ";
  }
};

TEST_F(RunDirs, TheOnlyOneIsFound) {
  if (!run_command({"unshare", "--mount", "true"}).ok()) GTEST_SKIP() << "needs mount namespaces";
  const auto one = status(link("one") + "mkdir /run/kubus/other; ");
  EXPECT_EQ(one.code, 0) << one.out;
  EXPECT_THAT(one.out, HasSubstr("run directory     " + cluster_.dir() + "/run\n"));
  const auto several = status(link("one") + link("two"));
  EXPECT_EQ(several.code, 2);
  EXPECT_EQ(several.out,
            "kubus: several clusters are up: choose one with --run-dir or KUBUS_RUN_DIR:\n"
            "  /run/kubus/one\n  /run/kubus/two\n");
  const auto itself = status(link("one") + link("two") + link("bus", "/bus"));
  EXPECT_EQ(itself.code, 0) << itself.out;
  const auto none = status("");
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.out, HasSubstr("kubusd is not running at /run/kubus ("));
}

TEST_F(Command, BadWordsAreNamed) {
  const struct {
    std::vector<std::string> arguments;
    int code;
    std::string text;
  } cases[] = {
      {{"dance"}, 2, "kubus: unknown verb \"dance\": see kubus --help"},
      {{"plugin", "dance"}, 2, "kubus: unknown verb \"dance\": see kubus plugin --help"},
      {{"plugin", "list", "dance"}, 109, "dance"},
      {{"plugin", "load"}, 106, "plugin is required"},
      {{"plugin", "restart", "nobody"}, 1, "no plugin is called \"nobody\""},
      {{"plugin", "inspect", "nobody"}, 1, "no plugin and no file is called \"nobody\""},
      {{"plugin", "inspect", "/dev/null"}, 1, "/dev/null"},
      {{"status", "-o", "xml"}, 105, "xml"},
  };
  for (const auto& c : cases) {
    const auto result = cluster_.kubus(c.arguments);
    EXPECT_EQ(result.code, c.code) << result.out;
    EXPECT_THAT(result.out, HasSubstr(c.text));
  }
}

}  // namespace
}  // namespace kubus::testing
