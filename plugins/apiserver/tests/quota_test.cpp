#include <gmock/gmock.h>

#include <condition_variable>
#include <functional>
#include <mutex>

#include "eventually.h"
#include "kubus/api_contract.h"
#include "tests/api_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class QuotaTest : public ApiTest {
 protected:
  // A namespace of that name with a quota "q"; `hard` and `used` are JSON objects. What the
  // controller would reckon up is written here.
  static void make_quota(const std::string& ns, const std::string& hard, const std::string& used,
                         const std::string& spec = "") {
    ASSERT_EQ(create("/namespaces", "", R"({"metadata":{"name":")" + ns + "\"}}").code, 201);
    const auto made = create("/resourcequotas", ns,
                             R"({"metadata":{"name":"q"},"spec":{"hard":)" + hard + spec + "}}");
    ASSERT_EQ(made.code, 201) << made.body;
    const auto status = R"({"status":{"hard":)" + hard + R"(,"used":)" + used + "}}";
    ASSERT_EQ(call("patch", "/resourcequotas/status", ns, "q", status, {}, kMerge).code, 200);
  }
  static std::string pod(const std::string& name, const std::string& container = "",
                         const std::string& spec = "") {
    return R"({"metadata":{"name":")" + name +
           R"("},"spec":{"containers":[{"name":"c","image":"i")" + container + "}]" + spec + "}}";
  }
  struct End {
    int made = 0, refused = 0;
  };
  // Creates objects "p0", "p1" ... all at once, while somebody else writes the quota.
  static End rush(const std::string& group, const std::string& plural, const std::string& ns,
                  int count, const std::function<std::string(const std::string&)>& object) {
    std::mutex mutex;
    std::condition_variable changed;
    End end;
    std::vector<Registration> calls;
    for (int i = 0; i < count; ++i) {
      api::Request request;
      request.set_verb("create");
      request.mutable_resource()->set_group(group);
      request.mutable_resource()->set_version("v1");
      request.mutable_resource()->set_resource(plural);
      request.mutable_resource()->set_namespace_(ns);
      request.set_body(object("p" + std::to_string(i)));
      calls.push_back(rpc::call(tester().context().bus(), api::kDo, request, {},
                                [&](const Result<api::Response>& reply) {
                                  std::lock_guard lock(mutex);
                                  const int code = reply.ok() ? reply->http_code() : 0;
                                  EXPECT_THAT(code, AnyOf(201, 403));
                                  ++(code == 201 ? end.made : end.refused);
                                  changed.notify_all();
                                }));
    }
    for (int i = 0; i < 20; ++i)
      call("patch", "/resourcequotas", ns, "q",
           R"({"metadata":{"labels":{"turn":")" + std::to_string(i) + "\"}}}", {}, kMerge);
    std::unique_lock lock(mutex);
    EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(30),
                                 [&] { return end.made + end.refused == count; }));
    return end;
  }
  static std::string used(const std::string& ns) {
    return std::string(json_at(get("/resourcequotas", ns, "q").body, "status.used"));
  }
};

TEST_F(QuotaTest, IsChargedWithWhatIsMade) {
  make_quota("charged", R"({"pods":"2","requests.cpu":"1","limits.memory":"1Gi"})",
             R"({"pods":"0","requests.cpu":"0","limits.memory":"0"})");
  const std::string asks =
      R"(,"resources":{"requests":{"cpu":"300m"},"limits":{"memory":"512Mi"}})";
  ASSERT_EQ(create("/pods", "charged", pod("a", asks)).code, 201);
  EXPECT_EQ(used("charged"), R"({"limits.memory":"512Mi","pods":"1","requests.cpu":"300m"})");
  const auto dry = create("/pods", "charged", pod("b", asks), {{"dryRun", "All"}});
  EXPECT_EQ(dry.code, 201);
  EXPECT_EQ(used("charged"), R"({"limits.memory":"512Mi","pods":"1","requests.cpu":"300m"})");
  ASSERT_EQ(create("/pods", "charged", pod("b", asks)).code, 201);
  EXPECT_EQ(create("/pods", "charged", pod("a", asks)).code, 403) << "refused before the name is";
  const auto refused = create("/pods", "charged", pod("c", asks));
  EXPECT_EQ(refused.code, 403);
  EXPECT_EQ(refused.at("message"),
            "pods \"c\" is forbidden: exceeded quota: q, requested: limits.memory=512Mi,pods=1, "
            "used: limits.memory=1Gi,pods=2, limited: limits.memory=1Gi,pods=2");
}

TEST_F(QuotaTest, LeavesNothingChargedForWhatIsNotMade) {
  make_quota("unmade", R"({"pods":"3"})", R"({"pods":"0"})");
  ASSERT_EQ(create("/pods", "unmade", pod("a")).code, 201);
  EXPECT_EQ(create("/pods", "unmade", pod("a")).code, 409);
  EXPECT_EQ(create("/pods", "unmade", R"({"metadata":{"name":"b"},"spec":{}})").code, 422);
  EXPECT_EQ(used("unmade"), R"({"pods":"1"})");
}

TEST_F(QuotaTest, RefusesWhatItCannotTell) {
  make_quota("untold", R"({"limits.cpu":"1","requests.memory":"1Gi"})",
             R"({"limits.cpu":"0","requests.memory":"0"})");
  EXPECT_EQ(create("/pods", "untold", pod("a")).at("message"),
            "pods \"a\" is forbidden: failed quota: q: must specify limits.cpu for: c; "
            "requests.memory for: c");
  make_quota("unknown", R"({"pods":"1"})", "{}");
  EXPECT_EQ(create("/pods", "unknown", pod("a")).at("message"),
            "pods \"a\" is forbidden: status unknown for quota: q, resources: pods");
}

TEST_F(QuotaTest, CountsObjectsOfAllKinds) {
  const struct {
    const char* name;
    const char* path;
    std::string rest;
  } cases[] = {
      {"count/configmaps", "/configmaps", ""},
      {"secrets", "/secrets", ""},
      {"configmaps", "/configmaps", ""},
      {"replicationcontrollers", "/replicationcontrollers",
       R"(,"spec":{"selector":{"a":"b"},"template":{"metadata":{"labels":{"a":"b"}},"spec":)"
       R"({"containers":[{"name":"c","image":"i"}]}}})"},
      {"count/deployments.apps", "apps/deployments",
       R"(,"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":)"
       R"({"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}})"},
      {"persistentvolumeclaims", "/persistentvolumeclaims",
       R"(,"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}})"},
      {"fast.storageclass.storage.k8s.io/persistentvolumeclaims", "/persistentvolumeclaims",
       R"(,"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"fast",)"
       R"("resources":{"requests":{"storage":"1Gi"}}})"},
      {"services.nodeports", "/services", R"(,"spec":{"type":"NodePort","ports":[{"port":80}]})"},
      {"services.loadbalancers", "/services",
       R"(,"spec":{"type":"LoadBalancer","ports":[{"port":80}]})"},
      {"requests.example.com/gpu", "/pods",
       R"(,"spec":{"containers":[{"name":"c","image":"i","resources":{"limits":)"
       R"({"example.com/gpu":"1"}}}]})"},
  };
  int number = 0;
  for (const auto& c : cases) {
    const auto ns = "counted-" + std::to_string(number++);
    const std::string name = c.name;
    make_quota(ns, "{\"" + name + R"(":"1"})", "{\"" + name + R"(":"0"})");
    const auto make = [&](const std::string& object) {
      return create(c.path, ns, R"({"metadata":{"name":")" + object + "\"}" + c.rest + "}");
    };
    const auto first = make("a");
    EXPECT_EQ(first.code, 201) << c.name << first.body;
    EXPECT_EQ(used(ns), "{\"" + name + R"(":"1"})");
    EXPECT_THAT(make("b").at("message"),
                HasSubstr("exceeded quota: q, requested: " + name + "=1, used: " + name +
                          "=1, limited: " + name + "=1"));
  }
}

TEST_F(QuotaTest, IsAboutWhatItsScopesInclude) {
  const struct {
    const char* scopes;
    std::string included;  // what a pod has to be charged
    std::string excluded;
  } cases[] = {
      {R"("scopes":["Terminating"])", R"(,"activeDeadlineSeconds":5)", ""},
      {R"("scopes":["NotTerminating"])", "", R"(,"activeDeadlineSeconds":5)"},
      {R"("scopes":["BestEffort"])", "", R"(,"resources":{"requests":{"cpu":"1"}})"},
      {R"("scopes":["NotBestEffort"])", R"(,"resources":{"requests":{"cpu":"1"}})", ""},
      {R"("scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In",)"
       R"("values":["system-node-critical"]}]})",
       R"(,"priorityClassName":"system-node-critical")",
       R"(,"priorityClassName":"system-cluster-critical")"},
      {R"("scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass",)"
       R"("operator":"Exists"}]})",
       R"(,"priorityClassName":"system-node-critical")", ""},
      {R"("scopes":["CrossNamespacePodAffinity"])",
       R"(,"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
       R"([{"namespaces":["other"],"topologyKey":"zone","labelSelector":{}}]}})",
       R"(,"affinity":{"podAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":)"
       R"([{"topologyKey":"zone","labelSelector":{}}]}})"},
  };
  int number = 0;
  for (const auto& c : cases) {
    const auto ns = "scoped-" + std::to_string(number++);
    make_quota(ns, R"({"pods":"5"})", R"({"pods":"0"})", "," + std::string(c.scopes));
    auto made = create("/pods", ns, pod("out", "", c.excluded));
    EXPECT_EQ(made.code, 201) << made.body;
    EXPECT_EQ(used(ns), R"({"pods":"0"})") << c.scopes;
    made = create("/pods", ns, pod("in", "", c.included));
    EXPECT_EQ(made.code, 201) << made.body;
    EXPECT_EQ(used(ns), R"({"pods":"1"})") << c.scopes;
  }
}

TEST_F(QuotaTest, IsChecked) {
  const struct {
    const char* spec;
    const char* message;
  } cases[] = {
      {R"("hard":{"things":"1"})",
       "spec.hard[things]: Invalid value: \"things\": must be a standard resource for quota"},
      {R"("hard":{"pods":"500m"})", "spec.hard[pods]: Invalid value: \"500m\": must be an integer"},
      {R"("hard":{"pods":"1"},"scopes":["BestEffort","NotBestEffort"])",
       "spec.scopes: Invalid value: [\"BestEffort\",\"NotBestEffort\"]: conflicting scopes"},
      {R"("hard":{"services":"1"},"scopes":["Terminating"])",
       "spec.scopes: Invalid value: [\"Terminating\"]: unsupported scope applied to resource"},
      {R"("scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In"}]})",
       "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value "
       "when `operator` is 'In' or 'NotIn' for scope selector"},
  };
  for (const auto& c : cases) {
    const auto made = create("/resourcequotas", "default",
                             R"({"metadata":{"name":"q"},"spec":{)" + std::string(c.spec) + "}}");
    EXPECT_EQ(made.code, 422) << made.body;
    EXPECT_THAT(made.at("message"), HasSubstr(c.message));
  }
}

TEST_F(QuotaTest, FollowsServicesThatChange) {
  make_quota("services", R"({"services.nodeports":"2"})", R"({"services.nodeports":"0"})");
  const std::string one = R"({"port":80})",
                    two = R"({"port":80,"name":"a"},{"port":81,"name":"b"})",
                    three = two + R"(,{"port":82,"name":"c"})";
  const auto service = [](const std::string& type, const std::string& ports) {
    return R"({"metadata":{"name":"s"},"spec":{"type":")" + type + R"(","ports":[)" + ports + "]}}";
  };
  ASSERT_EQ(create("/services", "services", service("ClusterIP", one)).code, 201);
  EXPECT_EQ(used("services"), R"({"services.nodeports":"0"})");
  const auto change = [&](const std::string& type, const std::string& ports) {
    return call("update", "/services", "services", "s", service(type, ports));
  };
  ASSERT_EQ(change("NodePort", two).code, 200);
  EXPECT_EQ(used("services"), R"({"services.nodeports":"2"})");
  EXPECT_THAT(change("NodePort", three).at("message"),
              HasSubstr("exceeded quota: q, requested: services.nodeports=1, used: "
                        "services.nodeports=2, limited: services.nodeports=2"));
  ASSERT_EQ(change("ClusterIP", two).code, 200);
  EXPECT_EQ(used("services"), R"({"services.nodeports":"0"})");
}

TEST_F(QuotaTest, IsExactUnderConcurrency) {
  make_quota("rush", R"({"pods":"17"})", R"({"pods":"0"})");
  const auto end = rush("", "pods", "rush", 60, [](const std::string& name) { return pod(name); });
  EXPECT_EQ(end.made, 17);
  EXPECT_EQ(end.refused, 43);
  EXPECT_EQ(used("rush"), R"({"pods":"17"})");
}

TEST_F(QuotaTest, CountsCustomKindsAsExactly) {
  const std::string bound = "count/gears.quota.example.com";
  ASSERT_EQ(create("apiextensions.k8s.io/customresourcedefinitions", "", R"(
      {"metadata":{"name":"gears.quota.example.com"},"spec":{"group":"quota.example.com",
       "scope":"Namespaced","names":{"plural":"gears","kind":"Gear"},"versions":[{"name":"v1",
       "served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"}}}]}})")
                .code,
            201);
  const auto gear = [](const std::string& name) {
    return R"({"apiVersion":"quota.example.com/v1","kind":"Gear","metadata":{"name":")" + name +
           "\"}}";
  };
  ASSERT_TRUE(kubus::testing::eventually(
      [&] { return create("quota.example.com/gears", "default", gear("a")).code == 201; }));
  make_quota("gears", "{\"" + bound + R"(":"17","count/pods":"1"})", R"({"count/pods":"0"})");
  EXPECT_EQ(create("quota.example.com/gears", "gears", gear("a")).at("message"),
            "gears.quota.example.com \"a\" is forbidden: status unknown for quota: q, resources: " +
                bound);
  ASSERT_EQ(call("patch", "/resourcequotas/status", "gears", "q",
                 R"({"status":{"used":{")" + bound + R"(":"0"}}})", {}, kMerge)
                .code,
            200);
  const auto end = rush("quota.example.com", "gears", "gears", 60, gear);
  EXPECT_EQ(end.made, 17);
  EXPECT_EQ(end.refused, 43);
  EXPECT_EQ(used("gears"), "{\"" + bound + R"(":"17","count/pods":"0"})");
  EXPECT_EQ(create("quota.example.com/gears", "gears", gear("z")).at("message"),
            "gears.quota.example.com \"z\" is forbidden: exceeded quota: q, requested: " + bound +
                "=1, used: " + bound + "=17, limited: " + bound + "=17");
}

}  // namespace
}  // namespace kubus::apiserver
