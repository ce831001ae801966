// Which container's log is shown.
#include "logs/log_source.h"

#include <gtest/gtest.h>

namespace kubus::kubelet {
namespace {

runtime::Container container(const std::string& id, runtime::ContainerState state) {
  runtime::Container made;
  made.set_id(id);
  made.mutable_config()->set_name("c");
  made.set_state(state);
  return made;
}

struct SourceCase {
  const char* name;
  std::vector<runtime::Container> containers;  // newest first
  const char* waiting;                         // reason; null: no status
  bool previous;
  const char* expected;  // an id, or the end of the message
};

TEST(LogSource, AsTheReferenceChooses) {
  const auto running = container("run", runtime::CONTAINER_RUNNING);
  const auto exited = container("old", runtime::CONTAINER_EXITED);
  const auto created = container("new", runtime::CONTAINER_CREATED);
  const SourceCase cases[] = {
      {"running", {running, exited}, nullptr, false, "run"},
      {"the one before", {running, exited}, nullptr, true, "old"},
      {"none before",
       {running},
       nullptr,
       true,
       "previous terminated container \"c\" in pod \"p\" not found"},
      {"ended", {exited}, nullptr, false, "old"},
      {"ended is not before", {exited}, nullptr, true, "not found"},
      {"crash loop", {exited}, "CrashLoopBackOff", false, "old"},
      {"crash loop, before", {exited}, "CrashLoopBackOff", true, "old"},
      {"made, not started", {created, exited}, "", false, "old"},
      {"pulling fails", {}, "ErrImagePull", false, "is waiting to start: image can't be pulled"},
      {"pulling waits",
       {},
       "ImagePullBackOff",
       false,
       "is waiting to start: trying and failing to pull image"},
      {"creating",
       {},
       "ContainerCreating",
       false,
       "container \"c\" in pod \"p\" is waiting to start: ContainerCreating"},
      {"unknown", {}, nullptr, false, "container \"c\" in pod \"p\" is not available"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    core_v1::Pod pod;
    pod.mutable_metadata()->set_name("p");
    if (test.waiting) {
      auto& status = *pod.mutable_status()->add_containerstatuses();
      status.set_name("c");
      status.mutable_state()->mutable_waiting()->set_reason(test.waiting);
    }
    NodeRuntime::PodState state;
    state.containers = test.containers;
    const auto chosen = choose_log_container(pod, "c", state, test.previous);
    const auto said = chosen.ok() ? chosen->id() : chosen.status().message();
    EXPECT_TRUE(said.ends_with(test.expected)) << said;
    EXPECT_TRUE(chosen.ok() || chosen.code() == Code::kBadRequest);
  }
}

}  // namespace
}  // namespace kubus::kubelet
