#include "plugin_states.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubus::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Row {
  std::string name;
  std::string state;
  std::string message;
  std::vector<std::string> provides;
  std::vector<std::string> wants;
};

kernel::ListReply list_of(const std::vector<Row>& rows) {
  kernel::ListReply list;
  for (const auto& row : rows) {
    auto* plugin = list.add_plugins();
    plugin->set_name(row.name);
    plugin->set_state(row.state);
    plugin->set_message(row.message);
    *plugin->mutable_provides() = {row.provides.begin(), row.provides.end()};
    *plugin->mutable_requirements() = {row.wants.begin(), row.wants.end()};
  }
  return list;
}

Row agent(const std::string& state, const std::string& message = "") {
  return {"kubelet", state, message, {"node.v1/kubelet"}, {"api.v1", "runtime.v1"}};
}
Row api(const std::string& state, const std::string& message = "") {
  return {"apiserver", state, message, {"api.v1"}, {"storage.v1"}};
}
Row storage(const std::string& state, const std::string& message = "") {
  return {"storage", state, message, {"storage.v1"}, {}};
}
Row runtime(const std::string& state, const std::string& message = "") {
  return {"runtime", state, message, {"runtime.v1"}, {}};
}

TEST(PluginStates, OnePluginOneLineForThoseNotAtWork) {
  EXPECT_THAT(complaints(list_of({{"a", "ready", "upgrade to 2 failed", {}, {}},
                                  {"b", "failed", "x.yaml:1: b.k: unknown key\nb.l: same", {}, {}},
                                  {"c", "refused", "not an ELF file", {}, {}},
                                  {"d", "disabled", "by --set", {}, {}},
                                  {"e", "waiting", "waits for b.v1", {}, {}},
                                  {"f", "skipped", "needs root", {}, {}},
                                  {"g", "starting", "", {}, {}}})),
              ElementsAre("plugin b failed: x.yaml:1: b.k: unknown key, b.l: same",
                          "plugin c refused: not an ELF file", "plugin e waiting: waits for b.v1",
                          "plugin f skipped: needs root", "plugin g starting"));
}

TEST(PluginStates, SettledMeansThatNothingIsUnderWay) {
  EXPECT_TRUE(settled(list_of({})));
  EXPECT_TRUE(settled(list_of({storage("ready"), api("failed"), agent("waiting")})));
  EXPECT_FALSE(settled(list_of({storage("ready"), api("starting"), agent("waiting")})));
}

TEST(PluginStates, NothingKeepsTheNodeFromReadyWhileItsPluginsStart) {
  for (const auto& rows : std::vector<std::vector<Row>>{
           {agent("ready"), api("ready"), storage("ready"), runtime("ready")},
           {agent("waiting"), api("waiting"), storage("starting"), runtime("starting")},
           // What the node does not need.
           {agent("starting"),
            api("ready"),
            storage("ready"),
            runtime("ready"),
            {"scheduler", "failed", "why", {"scheduler.v1"}, {"api.v1"}}},
           // One of two is enough.
           {agent("waiting"),
            api("ready"),
            storage("ready"),
            runtime("starting"),
            {"runtime-cri", "disabled", "by --set", {"runtime.v1"}, {}}}})
    EXPECT_THAT(find_obstacles(list_of(rows)).lines, IsEmpty());
}

TEST(PluginStates, WhatTheAgentRequiresIsFollowedToTheCause) {
  struct Case {
    std::vector<Row> rows;
    std::vector<std::string> lines;
    bool lasting;
  };
  const Case cases[] = {
      {{agent("waiting"), api("waiting"), storage("failed", "disk full"), runtime("ready")},
       {"plugin storage failed: disk full"},
       false},
      {{agent("waiting"), api("ready"), storage("ready"), runtime("skipped", "no crun")},
       {"plugin runtime skipped: no crun"},
       true},
      {{agent("waiting"), api("waiting"), runtime("failed", "no crun")},
       {"no plugin provides storage.v1", "plugin runtime failed: no crun"},
       true},
      {{agent("failed", "no cgroups"), api("ready"), storage("ready"), runtime("ready")},
       {"plugin kubelet failed: no cgroups"},
       false},
      {{agent("disabled", "by --set"), api("ready"), storage("ready"), runtime("ready")},
       {"plugin kubelet disabled: by --set"},
       true},
      {{api("ready"), storage("ready")}, {"no plugin provides node.v1/kubelet"}, true},
  };
  for (const auto& one : cases) {
    const auto obstacles = find_obstacles(list_of(one.rows));
    EXPECT_EQ(obstacles.lines, one.lines);
    EXPECT_EQ(obstacles.lasting, one.lasting) << ::testing::PrintToString(one.lines);
  }
}

TEST(PluginStates, PluginsThatAreStoppedAreNoLastingObstacle) {
  // kubusd ends, which tells more than any of them.
  const auto found = find_obstacles(
      list_of({agent("stopped"), api("stopped"), storage("draining"), runtime("stopped")}));
  EXPECT_FALSE(found.lasting);
  EXPECT_THAT(found.lines, ElementsAre("plugin kubelet stopped"));
}

TEST(PluginStates, ACycleEndsTheSearch) {
  EXPECT_THAT(find_obstacles(list_of({{"kubelet", "waiting", "", {"node.v1/kubelet"}, {"a.v1"}},
                                      {"a", "waiting", "", {"a.v1"}, {"b.v1"}},
                                      {"b", "waiting", "", {"b.v1"}, {"a.v1"}}}))
                  .lines,
              IsEmpty());
}

}  // namespace
}  // namespace kubus::cluster
