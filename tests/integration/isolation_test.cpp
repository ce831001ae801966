// Every controller and the scheduler in a process of its own, with no more rights than its manifest
// asks for; a crash of one is nobody else's.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <filesystem>
#include <fstream>

#include "cluster_test.h"
#include "pods.h"

namespace kubus::integration {
namespace {

const std::vector<std::string>& isolated_plugins() {
  static const std::vector<std::string> names = {"controller-certificates",
                                                 "controller-clusterrole-aggregation",
                                                 "controller-deployment",
                                                 "controller-disruption",
                                                 "controller-endpoints",
                                                 "controller-endpointslice",
                                                 "controller-garbage-collector",
                                                 "controller-namespace",
                                                 "controller-node-lifecycle",
                                                 "controller-replicaset",
                                                 "controller-replicationcontroller",
                                                 "controller-resourcequota",
                                                 "controller-serviceaccount",
                                                 "controller-servicecidr",
                                                 "controller-volume-protection",
                                                 "scheduler"};
  return names;
}

// Changes text of the same length in a plugin's file: its manifest lies there as text.
void change_manifest(const std::string& path, const std::string& from, const std::string& to) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto at = bytes.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  ASSERT_EQ(from.size(), to.size());
  bytes.replace(at, from.size(), to);
  std::ofstream(path + ".new", std::ios::binary) << bytes;
  std::filesystem::rename(path + ".new", path);
}

class IsolationTest : public ClusterTest {
 protected:
  void SetUp() override {
    ClusterTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    cluster().load_demo_image();
  }
  ClusterOptions options() const override {
    ClusterOptions options;
    options.own_plugins = true;
    options.environment.emplace_back("KUBUS_LOG_LEVEL", "debug");  // where refused watches are told
    for (auto name : isolated_plugins()) {
      std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
        return c == '-' ? '_' : static_cast<char>(std::toupper(c));
      });
      options.environment.emplace_back("KUBUS_" + name + "_ISOLATION", "process");
    }
    return options;
  }

  std::int64_t number(const boost::json::object& plugin, const char* key) {
    const auto* value = plugin.if_contains(key);
    return value ? value->to_number<std::int64_t>() : -1;
  }
  pid_t process_of(const std::string& name) {
    return static_cast<pid_t>(number(cluster().plugin(name), "pid"));
  }
};

TEST_F(IsolationTest, TheClusterWorksAndACrashIsOnlyOnesOwn) {
  for (const auto& name : isolated_plugins())
    EXPECT_NE(process_of(name), cluster().daemon()) << name;
  cluster().apply(web_manifest("web", 2));
  wait_for_pods(cluster(), "web", 2);
  for (const auto& name : isolated_plugins()) {
    SCOPED_TRACE(name);
    std::map<std::string, pid_t> others;
    for (const auto& other : isolated_plugins())
      if (other != name) others[other] = process_of(other);
    const pid_t before = process_of(name);
    ASSERT_GT(before, 0);
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    boost::json::object now;
    EXPECT_TRUE(eventually([&] {
      now = cluster().plugin(name);
      return number(now, "restarts") == 1 && now.at("state").as_string() == "ready";
    })) << boost::json::serialize(now);
    EXPECT_NE(process_of(name), before);
    for (const auto& [other, pid] : others) EXPECT_EQ(process_of(other), pid) << other;
  }
  // All of them are needed for this.
  ASSERT_TRUE(cluster().kubectl({"create", "namespace", "other"}).ok());
  ASSERT_TRUE(cluster().kubectl({"scale", "deployment/web", "--replicas=3"}).ok());
  wait_for_pods(cluster(), "web", 3);
  EXPECT_TRUE(eventually([&] {
    return cluster().kubectl({"-n", "other", "get", "serviceaccount", "default"}).ok();
  }));
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"delete", "namespace", "other", "--timeout=60s"},
           {"delete", "deployment/web", "--timeout=60s"},
           {"wait", "pod", "-l", "app=web", "--for=delete", "--timeout=60s"}}) {
    const auto result = cluster().kubectl(words);
    EXPECT_TRUE(result.ok()) << result.out;
  }
  for (const auto& name : isolated_plugins()) {
    const auto plugin = cluster().plugin(name);
    EXPECT_EQ(number(plugin, "restarts"), 1) << name;
  }
  EXPECT_EQ(cluster().log().find("forbidden"), std::string::npos);
}

TEST_F(IsolationTest, APluginMayDoWhatItsManifestSays) {
  change_manifest(cluster().plugin_dir() + "/controller-serviceaccount.so",
                  "[serviceaccounts], verbs: [get, list, watch, create]",
                  "[serviceaccounts], verbs: [get, list, watch        ]");
  EXPECT_TRUE(eventually([&] {
    const auto now = cluster().plugin("controller-serviceaccount");
    return number(now, "generation") == 2 && now.at("state").as_string() == "ready";
  }));
  ASSERT_TRUE(cluster().kubectl({"create", "namespace", "other"}).ok());
  EXPECT_TRUE(eventually([&] {
    return cluster().log().find("cannot create resource \\\"serviceaccounts\\\"") !=
           std::string::npos;
  })) << cluster().log();
  EXPECT_FALSE(cluster().kubectl({"-n", "other", "get", "serviceaccount", "default"}).ok());
  cluster().replace_plugin("controller-serviceaccount");
  EXPECT_TRUE(eventually([&] {
    return cluster().kubectl({"-n", "other", "get", "serviceaccount", "default"}).ok();
  }));
}

// A garbage collector that may not look at most kinds.
class NarrowCollectorTest : public IsolationTest {
 protected:
  void prepare() override {
    change_manifest(
        cluster().plugin_dir() + "/controller-garbage-collector.so",
        R"({groups: ["*"], resources: ["*"], verbs: [get, list, watch, delete, patch]})",
        R"({groups: ["",apps], resources: ["*"], verbs: [get,list,watch,delete,patch]})");
  }
};

TEST_F(NarrowCollectorTest, WhatCanBeListedIsCollected) {
  cluster().apply(web_manifest("web", 2));
  wait_for_pods(cluster(), "web", 2);
  ASSERT_TRUE(cluster().kubectl({"delete", "deployment/web"}).ok());
  EXPECT_TRUE(
      eventually([&] { return pods_of(cluster(), "web").empty(); }, std::chrono::seconds(90)));
  EXPECT_NE(cluster().log().find("jobs.batch"), std::string::npos)
      << "it does not say what it lacks";
}

}  // namespace
}  // namespace kubus::integration
