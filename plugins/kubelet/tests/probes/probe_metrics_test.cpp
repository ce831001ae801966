#include "probes/probe_metrics.h"

#include <gmock/gmock.h>

namespace kubus::kubelet::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

core_v1::Pod pod_of(const std::string& name) {
  core_v1::Pod pod;
  pod.mutable_metadata()->set_name(name);
  pod.mutable_metadata()->set_namespace_("shop");
  pod.mutable_metadata()->set_uid("uid-" + name);
  return pod;
}

TEST(ProbeMetrics, CountByResult) {
  ProbeMetrics metrics;
  for (const double seconds : {0.003, 0.01, 0.3, 42.0})
    metrics.count(pod_of("web"), "main", "Readiness", true, seconds);
  metrics.count(pod_of("web"), "main", "Readiness", false, 1.0);
  metrics.count(pod_of("web"), "main", "Liveness", false, 1.0);
  const auto text = metrics.text();
  const std::string labels = R"(container="main",namespace="shop",pod="web")";
  for (const auto* line : {"le=\"0.005\",{},probe_type=\"Readiness\"} 1\n",
                           "le=\"0.01\",{},probe_type=\"Readiness\"} 2\n",
                           "le=\"0.25\",{},probe_type=\"Readiness\"} 2\n",
                           "le=\"10\",{},probe_type=\"Readiness\"} 3\n",
                           "le=\"+Inf\",{},probe_type=\"Readiness\"} 4\n"}) {
    std::string wanted = line;
    wanted.replace(wanted.find("{}"), 2, R"(namespace="shop",pod="web")");
    EXPECT_THAT(text,
                HasSubstr("\nprober_probe_duration_seconds_bucket{container=\"main\"," + wanted));
  }
  EXPECT_THAT(text, HasSubstr("\nprober_probe_duration_seconds_sum{" + labels +
                              ",probe_type=\"Readiness\"} 42.313\n"));
  EXPECT_THAT(text, HasSubstr("\nprober_probe_duration_seconds_count{" + labels +
                              ",probe_type=\"Readiness\"} 4\n"));
  const auto total = [&](const std::string& type, const std::string& result) {
    return "\nprober_probe_total{" + labels + ",pod_uid=\"uid-web\",probe_type=\"" + type +
           "\",result=\"" + result + "\"} ";
  };
  EXPECT_THAT(text, HasSubstr(total("Readiness", "successful") + "4\n"));
  EXPECT_THAT(text, HasSubstr(total("Readiness", "failed") + "1\n"));
  EXPECT_THAT(text, HasSubstr(total("Liveness", "failed") + "1\n"));
  EXPECT_THAT(text, Not(HasSubstr(total("Liveness", "successful"))));
}

TEST(ProbeMetrics, GoWithTheirPod) {
  ProbeMetrics metrics;
  metrics.count(pod_of("stays"), "main", "Startup", true, 0.1);
  metrics.count(pod_of("goes"), "main", "Startup", true, 0.1);
  metrics.forget("uid-goes");
  EXPECT_THAT(metrics.text(), Not(HasSubstr("goes")));
  EXPECT_THAT(metrics.text(), HasSubstr("uid-stays"));
}

}  // namespace
}  // namespace kubus::kubelet::test
