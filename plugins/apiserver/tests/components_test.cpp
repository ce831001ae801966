#include "components/findings.h"

#include <gtest/gtest.h>

#include "kubus/api/json.h"

namespace kubus::apiserver::components {
namespace {

struct Known {
  const char* name;
  const char* provides;
  const char* state;
  const char* message = "";
};

kernel::ListReply list(std::initializer_list<Known> plugins) {
  kernel::ListReply reply;
  for (const auto& known : plugins) {
    auto& plugin = *reply.add_plugins();
    plugin.set_name(known.name);
    plugin.add_provides(known.provides);
    plugin.set_state(known.state);
    plugin.set_message(known.message);
  }
  return reply;
}

std::string text(const core_v1::ComponentStatus& component) {
  const auto& condition = component.conditions(0);
  return component.metadata().name() + " " + condition.type() + "=" + condition.status() + " " +
         condition.message() + "|" + condition.error();
}

TEST(Components, AreThePluginsThatDoTheirWork) {
  const struct {
    const char* name;
    Result<kernel::ListReply> plugins;
    const char* scheduler;
    const char* controllers;
  } cases[] = {
      {"all is well",
       list({{"s", "scheduler.v1", "ready"},
             {"a", "controller.v1/a", "ready"},
             {"b", "controller.v1/b", "disabled"},
             {"c", "controller.v1/c", "skipped", "not on this machine"},
             {"x", "proxy.v1", "failed"}}),
       "scheduler Healthy=True ok|", "controller-manager Healthy=True ok|"},
      {"some are not",
       list({{"s", "scheduler.v1/own", "starting"},
             {"a", "controller.v1/a", "ready"},
             {"b", "controller.v1/b", "failed", "it crashed"},
             {"c", "controller.v1/c", "waiting"}}),
       "scheduler Healthy=False |s is starting",
       "controller-manager Healthy=False |b is failed (it crashed), c is waiting"},
      {"nobody is there", list({{"a", "controller.v1/a", "disabled"}}),
       "scheduler Healthy=False |no plugin provides scheduler.v1",
       "controller-manager Healthy=False |no plugin provides controller.v1"},
      {"nobody tells", Status(Code::kTimeout, "too late"), "scheduler Healthy=False |too late",
       "controller-manager Healthy=False |too late"},
  };
  for (const auto& c : cases) {
    const auto found = find_plugins(c.plugins);
    ASSERT_EQ(found.size(), 2U) << c.name;
    EXPECT_EQ(text(found[0]), c.scheduler) << c.name;
    EXPECT_EQ(text(found[1]), c.controllers) << c.name;
  }
}

TEST(Components, StorageIsWellWhenItCanWrite) {
  storage::StatusResponse engine;
  engine.set_writable(true);
  EXPECT_EQ(text(find_storage(engine)), "etcd-0 Healthy=True ok|");
  engine.set_writable(false);
  engine.set_error("disk is full");
  EXPECT_EQ(text(find_storage(engine)), "etcd-0 Healthy=False disk is full|");
  EXPECT_EQ(text(find_storage(Status(Code::kUnavailable, "gone"))), "etcd-0 Healthy=False |gone");
}

}  // namespace
}  // namespace kubus::apiserver::components
