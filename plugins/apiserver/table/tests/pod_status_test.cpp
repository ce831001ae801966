#include "table/pod_status.h"

#include <gtest/gtest.h>
#include <k8s/core/v1/pod.pb.h>

#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

struct Case {
  const char* name;
  const char* pod;
  const char* status;
  int ready;
  int containers;
  int restarts;
};

class PodStatusTest : public testing::TestWithParam<Case> {};

TEST_P(PodStatusTest, SummarizesContainers) {
  const Case& c = GetParam();
  core_v1::Pod pod;
  ASSERT_TRUE(from_json(c.pod, pod).ok());
  const PodSummary summary = summarize_pod(pod);
  EXPECT_EQ(summary.status, c.status);
  EXPECT_EQ(summary.ready, c.ready);
  EXPECT_EQ(summary.containers, c.containers);
  EXPECT_EQ(summary.restarts, c.restarts);
}

constexpr Case kCases[] = {
    {"pending", R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending"}})", "Pending",
     0, 1, 0},
    {"running",
     R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running",
         "containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}},
                              {"name":"b","ready":false,"restartCount":2,"state":{"running":{}}}]}})",
     "Running", 1, 2, 2},
    {"crash_loop",
     R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","containerStatuses":[
         {"name":"a","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}})",
     "CrashLoopBackOff", 0, 1, 3},
    {"exit_code",
     R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[
         {"name":"a","state":{"terminated":{"exitCode":7}}}]}})",
     "ExitCode:7", 0, 1, 0},
    {"signal",
     R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","containerStatuses":[
         {"name":"a","state":{"terminated":{"exitCode":137,"signal":9}}}]}})",
     "Signal:9", 0, 1, 0},
    {"completed",
     R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Succeeded","containerStatuses":[
         {"name":"a","state":{"terminated":{"exitCode":0,"reason":"Completed"}}}]}})",
     "Completed", 0, 1, 0},
    {"one_completed_one_running",
     R"({"spec":{"containers":[{"name":"a"},{"name":"b"}]},"status":{"phase":"Running",
         "conditions":[{"type":"Ready","status":"True"}],"containerStatuses":[
         {"name":"a","state":{"terminated":{"reason":"Completed"}}},
         {"name":"b","ready":true,"state":{"running":{}}}]}})",
     "Running", 1, 2, 0},
    {"init_progress",
     R"({"spec":{"initContainers":[{"name":"i"},{"name":"j"}],"containers":[{"name":"a"}]},
         "status":{"phase":"Pending","initContainerStatuses":[
         {"name":"i","state":{"terminated":{"exitCode":0}}},
         {"name":"j","state":{"running":{}}}]}})",
     "Init:1/2", 0, 1, 0},
    {"init_failed",
     R"({"spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"a"}]},
         "status":{"phase":"Pending","initContainerStatuses":[
         {"name":"i","restartCount":4,"state":{"terminated":{"exitCode":1,"reason":"Error"}}}]}})",
     "Init:Error", 0, 1, 4},
    {"sidecar_counts",
     R"({"spec":{"initContainers":[{"name":"s","restartPolicy":"Always"}],
         "containers":[{"name":"a"}]},"status":{"phase":"Running",
         "initContainerStatuses":[{"name":"s","ready":true,"started":true,"restartCount":1,
                                   "state":{"running":{}}}],
         "containerStatuses":[{"name":"a","ready":true,"state":{"running":{}}}]}})",
     "Running", 2, 2, 1},
    {"terminating",
     R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},
         "spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running"}})",
     "Terminating", 0, 1, 0},
    {"lost_node",
     R"({"metadata":{"deletionTimestamp":"2026-01-01T00:00:00Z"},
         "spec":{"containers":[{"name":"a"}]},"status":{"phase":"Running","reason":"NodeLost"}})",
     "Unknown", 0, 1, 0},
    {"gated",
     R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Pending","conditions":[
         {"type":"PodScheduled","status":"False","reason":"SchedulingGated"}]}})",
     "SchedulingGated", 0, 1, 0},
    {"evicted",
     R"({"spec":{"containers":[{"name":"a"}]},"status":{"phase":"Failed","reason":"Evicted"}})",
     "Evicted", 0, 1, 0},
};

INSTANTIATE_TEST_SUITE_P(Cases, PodStatusTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace kubus::apiserver
