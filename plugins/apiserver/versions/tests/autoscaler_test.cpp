#include "versions/autoscaler.h"

#include <gtest/gtest.h>
#include <k8s/autoscaling/v1/horizontal_pod_autoscaler.pb.h>
#include <k8s/autoscaling/v2/horizontal_pod_autoscaler.pb.h>

#include "kubus/api/json.h"
#include "kubus/api/types.h"

namespace kubus::apiserver {
namespace {

template <class T>
T object_of(const std::string& json) {
  T object;
  EXPECT_TRUE(from_json(json, object).ok()) << json;
  return object;
}

struct Case {
  const char* name;
  const char* v2;  // the spec
  const char* v1;  // the same
  const char* annotations = "null";
};

const std::string kRef =
    R"("scaleTargetRef":{"kind":"Deployment","name":"web","apiVersion":"apps/v1"},)"
    R"("minReplicas":1,"maxReplicas":5)";

constexpr Case kCases[] = {
    {"processor",
     R"(,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
     R"("averageUtilization":60}}}])",
     R"(,"targetCPUUtilizationPercentage":60)"},
    {"memory",
     R"(,"metrics":[{"type":"Resource","resource":{"name":"memory","target":)"
     R"({"type":"AverageValue","averageValue":"1Gi"}}}])",
     "",
     R"({"autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"Resource\",\"resource\":)"
     R"({\"name\":\"memory\",\"targetAverageValue\":\"1Gi\"}}]"})"},
    {"pods",
     R"(,"metrics":[{"type":"Pods","pods":{"metric":{"name":"rps","selector":{"matchLabels":)"
     R"({"a":"b"}}},"target":{"type":"AverageValue","averageValue":"100"}}}])",
     "",
     R"({"autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"Pods\",\"pods\":{\"metricName\":)"
     R"(\"rps\",\"targetAverageValue\":\"100\",\"selector\":{\"matchLabels\":{\"a\":\"b\"}}}}]"})"},
    {"external",
     R"(,"metrics":[{"type":"External","external":{"metric":{"name":"queue"},"target":)"
     R"({"type":"Value","value":"30"}}}])",
     "",
     R"({"autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"External\",\"external\":)"
     R"({\"metricName\":\"queue\",\"targetValue\":\"30\"}}]"})"},
    {"container",
     R"(,"metrics":[{"type":"ContainerResource","containerResource":{"name":"cpu","target":)"
     R"({"type":"Utilization","averageUtilization":7},"container":"app"}}])",
     "",
     R"({"autoscaling.alpha.kubernetes.io/metrics":"[{\"type\":\"ContainerResource\",)"
     R"(\"containerResource\":{\"name\":\"cpu\",\"targetAverageUtilization\":7,\"container\":)"
     R"(\"app\"}}]"})"},
    {"behavior",
     R"(,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",)"
     R"("averageUtilization":80}}}],"behavior":{"scaleDown":{"stabilizationWindowSeconds":300,)"
     R"("selectPolicy":"Max","policies":[{"type":"Percent","value":100,"periodSeconds":15}]}})",
     R"(,"targetCPUUtilizationPercentage":80)",
     R"({"autoscaling.alpha.kubernetes.io/behavior":"{\"ScaleUp\":null,\"ScaleDown\":)"
     R"({\"StabilizationWindowSeconds\":300,\"SelectPolicy\":\"Max\",\"Policies\":[{\"Type\":)"
     R"(\"Percent\",\"Value\":100,\"PeriodSeconds\":15}],\"Tolerance\":null}}"})"},
};

class AutoscalerTest : public testing::TestWithParam<Case> {};

TEST_P(AutoscalerTest, IsTheSameInBothVersions) {
  const Case& c = GetParam();
  const auto v2 = object_of<autoscaling_v2::HorizontalPodAutoscaler>(
      R"({"metadata":{"name":"h"},"spec":{)" + kRef + c.v2 + "}}");
  const auto v1 = object_of<autoscaling_v1::HorizontalPodAutoscaler>(
      R"({"metadata":{"name":"h","annotations":)" + std::string(c.annotations) + R"(},"spec":{)" +
      kRef + c.v1 + "}}");
  EXPECT_EQ(to_json(*autoscaler_to_v1(v2)), to_json(v1));
  EXPECT_EQ(to_json(*autoscaler_to_v2(v1)), to_json(v2));
}

INSTANTIATE_TEST_SUITE_P(Cases, AutoscalerTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return info.param.name; });

TEST(Autoscaler, KeepsItsStatus) {
  const auto v2 = object_of<autoscaling_v2::HorizontalPodAutoscaler>(
      R"({"metadata":{"name":"h","annotations":{"mine":"x"}},"spec":{)" + kRef +
      R"(,"metrics":[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization",
      "averageUtilization":60}}}]},"status":{"observedGeneration":2,"currentReplicas":3,
      "desiredReplicas":4,"lastScaleTime":"2026-01-02T03:04:05Z","currentMetrics":[{"type":"Resource",
      "resource":{"name":"cpu","current":{"averageUtilization":55,"averageValue":"550m"}}}],
      "conditions":[{"type":"AbleToScale","status":"True","lastTransitionTime":
      "2026-01-02T03:04:05Z","reason":"Ready","message":"m"}]}})");
  const auto v1 = autoscaler_to_v1(v2);
  const auto& typed = static_cast<const autoscaling_v1::HorizontalPodAutoscaler&>(*v1);
  EXPECT_EQ(typed.status().currentcpuutilizationpercentage(), 55);
  EXPECT_EQ(typed.metadata().annotations().at("mine"), "x");
  EXPECT_EQ(to_json(*autoscaler_to_v2(*v1)), to_json(v2));
}

TEST(Autoscaler, WithoutMetricsLooksAtTheProcessor) {
  const auto v1 = object_of<autoscaling_v1::HorizontalPodAutoscaler>(
      R"({"metadata":{"annotations":{"autoscaling.alpha.kubernetes.io/metrics":"nonsense",
      "autoscaling.alpha.kubernetes.io/behavior":"[]"}},"spec":{"maxReplicas":2}})");
  const auto made = autoscaler_to_v2(v1);
  const auto& v2 = static_cast<const autoscaling_v2::HorizontalPodAutoscaler&>(*made);
  ASSERT_EQ(v2.spec().metrics_size(), 1);
  EXPECT_EQ(v2.spec().metrics(0).resource().target().averageutilization(), 80);
  EXPECT_FALSE(v2.spec().has_behavior());
  EXPECT_TRUE(v2.metadata().annotations().empty());
}

}  // namespace
}  // namespace kubus::apiserver
