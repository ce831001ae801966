#include <gmock/gmock.h>

#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class AdmissionTest : public ApiTest {
 protected:
  // A namespace of the test's own.
  void make_namespace(const std::string& name, const std::string& labels = "") {
    ASSERT_EQ(create("/namespaces", "",
                     R"({"metadata":{"name":")" + name + R"(","labels":{)" + labels + "}}}")
                  .code,
              201);
  }
  // `container` and `spec` are members of those, each after a comma.
  static std::string pod(const std::string& name, const std::string& container = "",
                         const std::string& spec = "") {
    return R"({"metadata":{"name":")" + name +
           R"("},"spec":{"containers":[{"name":"c","image":"i")" + container + "}]" + spec + "}}";
  }
  static std::string resources(const std::string& requests, const std::string& limits) {
    return R"(,"resources":{"requests":{)" + requests + R"(},"limits":{)" + limits + "}}";
  }
};

TEST_F(AdmissionTest, LimitRangesFillInWhatContainersDoNotSay) {
  make_namespace("filled");
  const auto range = create("/limitranges", "filled", R"({"metadata":{"name":"r"},"spec":{"limits":[
      {"type":"Container","default":{"cpu":"500m","memory":"64Mi"},
       "defaultRequest":{"cpu":"100m"}}]}})");
  ASSERT_EQ(range.code, 201) << range.body;
  EXPECT_THAT(range.body, HasSubstr(R"("defaultRequest":{"cpu":"100m","memory":"64Mi"})"));

  auto made = create("/pods", "filled", pod("bare"));
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_THAT(made.body, HasSubstr(R"("resources":{"limits":{"cpu":"500m","memory":"64Mi"},)"
                                   R"("requests":{"cpu":"100m","memory":"64Mi"}})"));
  EXPECT_THAT(made.body,
              HasSubstr(R"("kubernetes.io/limit-ranger":"LimitRanger plugin set: cpu, memory )"
                        R"(request for container c; cpu, memory limit for container c")"));
  EXPECT_EQ(made.at("status.qosClass"), "Burstable");

  made = create("/pods", "filled", pod("full", resources("", R"("cpu":"1","memory":"1Gi")")));
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.body.find("limit-ranger"), std::string::npos);

  made = create("/pods", "filled",
                pod("init", resources("", R"("cpu":"1","memory":"1Gi")"),
                    R"(,"initContainers":[{"name":"i","image":"i"}])"));
  EXPECT_THAT(made.body, HasSubstr("LimitRanger plugin set: cpu, memory request for init container "
                                   "i; cpu, memory limit for init container i"));
}

TEST_F(AdmissionTest, LimitRangesRefuseWhatIsOutOfBounds) {
  const struct {
    const char* limits;
    std::string resources;
    const char* refused;  // empty: let through
  } cases[] = {
      {R"({"type":"Container","max":{"cpu":"1"}})", resources("", R"("cpu":"2")"),
       "maximum cpu usage per Container is 1, but limit is 2"},
      {R"({"type":"Container","min":{"cpu":"1"}})", resources(R"("cpu":"500m")", ""),
       "minimum cpu usage per Container is 1, but request is 500m"},
      {R"({"type":"Container","min":{"memory":"1Gi"},"max":{"cpu":"1","memory":"2Gi"}})",
       resources("", R"("cpu":"2","memory":"1Mi")"),
       "[minimum memory usage per Container is 1Gi, but request is 1Mi, maximum cpu usage per "
       "Container is 1, but limit is 2]"},
      {R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})",
       resources(R"("cpu":"100m")", R"("cpu":"300m")"),
       "cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000"},
      {R"({"type":"Container","maxLimitRequestRatio":{"cpu":"2"}})", "",
       "cpu max limit to request ratio per Container is 2, but no request is specified or request "
       "is 0"},
      {R"({"type":"Pod","max":{"memory":"1Gi"}})", resources("", R"("memory":"2Gi")"),
       "maximum memory usage per Pod is 1Gi, but limit is 2Gi"},
      {R"({"type":"Pod","max":{"memory":"1Gi"}})", "",
       "maximum memory usage per Pod is 1Gi.  No limit is specified"},
      {R"({"type":"Pod","min":{"cpu":"1"}})", "",
       "minimum cpu usage per Pod is 1.  No request is specified"},
      {R"({"type":"Container","max":{"cpu":"2"}})", resources("", R"("cpu":"2")"), ""},
  };
  int number = 0;
  for (const auto& c : cases) {
    const auto ns = "bounds-" + std::to_string(number++);
    make_namespace(ns);
    const auto range =
        create("/limitranges", ns,
               R"({"metadata":{"name":"r"},"spec":{"limits":[)" + std::string(c.limits) + "]}}");
    ASSERT_EQ(range.code, 201) << range.body;
    const auto made = create("/pods", ns, pod("p", c.resources));
    if (!*c.refused) {
      EXPECT_EQ(made.code, 201) << made.body;
      continue;
    }
    EXPECT_EQ(made.code, 403) << made.body;
    EXPECT_EQ(made.at("message"), "pods \"p\" is forbidden: " + std::string(c.refused));
    EXPECT_EQ(made.at("reason"), "Forbidden");
  }
}

TEST_F(AdmissionTest, LimitRangesBoundClaims) {
  make_namespace("claims");
  ASSERT_EQ(create("/limitranges", "claims", R"({"metadata":{"name":"r"},"spec":{"limits":[
      {"type":"PersistentVolumeClaim","min":{"storage":"1Gi"},"max":{"storage":"2Gi"}}]}})")
                .code,
            201);
  const auto claim = [&](const std::string& size) {
    return create("/persistentvolumeclaims", "claims",
                  R"({"metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],)"
                  R"("resources":{"requests":{"storage":")" +
                      size + "\"}}}}");
  };
  EXPECT_EQ(claim("1Mi").at("message"),
            "persistentvolumeclaims \"c\" is forbidden: minimum storage usage per "
            "PersistentVolumeClaim is 1Gi, but request is 1Mi");
  EXPECT_EQ(claim("3Gi").at("message"),
            "persistentvolumeclaims \"c\" is forbidden: maximum storage usage per "
            "PersistentVolumeClaim is 2Gi, but request is 3Gi");
  EXPECT_EQ(claim("2Gi").code, 201);
}

TEST_F(AdmissionTest, LimitRangesAreChecked) {
  const struct {
    const char* item;
    const char* message;
  } cases[] = {
      {R"({"type":"Container","min":{"cpu":"2"},"max":{"cpu":"1"}})",
       "spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1"},
      {R"({"type":"Container","default":{"cpu":"1"},"defaultRequest":{"cpu":"2"}})",
       "spec.limits[0].defaultRequest[cpu]: Invalid value: \"2\": default request value 2 is "
       "greater than default limit value 1"},
      {R"({"type":"Pod","default":{"cpu":"1"}})",
       "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"},
      {R"({"type":"Thing"})",
       "spec.limits[0].type: Invalid value: \"Thing\": must be a standard limit type or fully "
       "qualified"},
      {R"({"type":"Container","max":{"storage":"1"}})",
       "spec.limits[0].max[storage]: Invalid value: \"storage\": must be a standard resource for "
       "containers"},
      {R"({"type":"PersistentVolumeClaim"})",
       "spec.limits[0].limits: Required value: either minimum or maximum storage value is "
       "required, "
       "but neither was provided"},
      {R"({"type":"Container","maxLimitRequestRatio":{"cpu":"500m"}})",
       "spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: \"500m\": ratio 500m is less than "
       "1"},
  };
  for (const auto& c : cases) {
    const auto made =
        create("/limitranges", "default",
               R"({"metadata":{"name":"r"},"spec":{"limits":[)" + std::string(c.item) + "]}}");
    EXPECT_EQ(made.code, 422) << made.body;
    EXPECT_THAT(made.at("message"), HasSubstr(c.message));
  }
}

TEST_F(AdmissionTest, PriorityFollowsFromTheClass) {
  const auto make_class = [&](const std::string& name, const std::string& rest) {
    return create("scheduling.k8s.io/priorityclasses", "",
                  R"({"metadata":{"name":")" + name + "\"}" + rest + "}");
  };
  ASSERT_EQ(make_class("gentle", R"(,"value":7,"preemptionPolicy":"Never")").code, 201);
  auto made = create("/pods", "default", pod("gentle", "", R"(,"priorityClassName":"gentle")"));
  EXPECT_EQ(made.at("spec.priority"), "7");
  EXPECT_EQ(made.at("spec.preemptionPolicy"), "Never");
  made = create("/pods", "default", pod("plain"));
  EXPECT_EQ(made.at("spec.priority"), "0");
  EXPECT_EQ(made.at("spec.preemptionPolicy"), "PreemptLowerPriority");
  made = create("/pods", "default",
                pod("critical", "", R"(,"priorityClassName":"system-node-critical")"));
  EXPECT_EQ(made.at("spec.priority"), "2000001000");

  EXPECT_EQ(
      create("/pods", "default", pod("none", "", R"(,"priorityClassName":"high")")).at("message"),
      "pods \"none\" is forbidden: no PriorityClass with name high was found");
  EXPECT_EQ(create("/pods", "default", pod("five", "", R"(,"priority":5)")).at("message"),
            "pods \"five\" is forbidden: the integer value of priority (5) must not be provided in "
            "pod spec; priority admission controller computed 0 from the given PriorityClass name");

  ASSERT_EQ(make_class("usual", R"(,"value":3,"globalDefault":true)").code, 201);
  EXPECT_EQ(make_class("other", R"(,"value":4,"globalDefault":true)").at("message"),
            "priorityclasses.scheduling.k8s.io \"other\" is forbidden: PriorityClass usual is "
            "already marked as default. Only one default can exist");
  made = create("/pods", "default", pod("defaulted"));
  EXPECT_EQ(made.at("spec.priorityClassName"), "usual");
  EXPECT_EQ(made.at("spec.priority"), "3");
  EXPECT_EQ(call("delete", "scheduling.k8s.io/priorityclasses", "", "usual").code, 200);
}

}  // namespace
}  // namespace kubus::apiserver
