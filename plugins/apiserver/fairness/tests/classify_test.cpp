// Which schema has a request: rules as tables, and the defaults in their order.
#include "fairness/classify.h"

#include <gtest/gtest.h>

#include "fairness/fairness.h"
#include "kubus/api/json.h"

namespace kubus::apiserver::fairness {
namespace {

RequestInfo on(const std::string& verb, const std::string& group, const std::string& resource,
               const std::string& ns = "", const std::string& subresource = "") {
  RequestInfo info;
  info.is_resource = true;
  info.verb = verb;
  info.group = group;
  info.resource = resource;
  info.ns = ns;
  info.subresource = subresource;
  return info;
}

RequestInfo on_path(const std::string& path, const std::string& verb = "get") {
  RequestInfo info;
  info.path = path;
  info.verb = verb;
  return info;
}

Identity user(const std::string& name, std::vector<std::string> groups = {}) {
  groups.push_back("system:authenticated");
  return {name, std::move(groups), {}};
}

Identity account(const std::string& ns, const std::string& name) {
  return user("system:serviceaccount:" + ns + ":" + name,
              {"system:serviceaccounts", "system:serviceaccounts:" + ns});
}

Matcher matcher(const std::string& subjects, const std::string& rules) {
  FlowSchema schema;
  const auto read =
      from_json(R"({"spec":{"rules":[{"subjects":[)" + subjects + "]," + rules + "}]}}", schema);
  EXPECT_TRUE(read.ok()) << read.message();
  return Matcher(schema.spec());
}

constexpr const char* kAll = R"("resourceRules":[{"verbs":["*"],"apiGroups":["*"],)"
                             R"("resources":["*"],"clusterScope":true,"namespaces":["*"]}])";

TEST(Matcher, KnowsSubjects) {
  const struct {
    const char* subject;
    Identity who;
    bool matches;
  } cases[] = {
      {R"({"kind":"User","user":{"name":"eve"}})", user("eve"), true},
      {R"({"kind":"User","user":{"name":"eve"}})", user("eve2"), false},
      {R"({"kind":"User","user":{"name":"*"}})", user("anybody"), true},
      {R"({"kind":"Group","group":{"name":"staff"}})", user("eve", {"staff"}), true},
      {R"({"kind":"Group","group":{"name":"staff"}})", user("staff"), false},
      {R"({"kind":"Group","group":{"name":"*"}})", user("eve"), true},
      {R"({"kind":"ServiceAccount","serviceAccount":{"namespace":"a","name":"b"}})",
       account("a", "b"), true},
      {R"({"kind":"ServiceAccount","serviceAccount":{"namespace":"a","name":"b"}})",
       account("a", "bc"), false},
      {R"({"kind":"ServiceAccount","serviceAccount":{"namespace":"a","name":"*"}})",
       account("a", "z"), true},
      {R"({"kind":"ServiceAccount","serviceAccount":{"namespace":"a","name":"*"}})",
       account("ab", "z"), false},
      {R"({"kind":"ServiceAccount","serviceAccount":{"namespace":"a","name":"*"}})",
       user("system:serviceaccount:a:"), false},
  };
  for (const auto& c : cases)
    EXPECT_EQ(matcher(c.subject, kAll).matches(c.who, on("get", "", "pods", "x")), c.matches)
        << c.subject << " " << c.who.name;
}

TEST(Matcher, KnowsResources) {
  const struct {
    const char* rule;
    RequestInfo info;
    bool matches;
  } cases[] = {
      {R"("verbs":["get"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"])",
       on("get", "", "pods", "a"), true},
      {R"("verbs":["get"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"])",
       on("list", "", "pods", "a"), false},
      {R"("verbs":["get"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"])",
       on("get", "", "pods"), false},
      {R"("verbs":["get"],"apiGroups":[""],"resources":["pods"],"clusterScope":true)",
       on("get", "", "pods"), true},
      {R"("verbs":["get"],"apiGroups":[""],"resources":["pods"],"clusterScope":true)",
       on("get", "", "pods", "a"), false},
      {R"("verbs":["*"],"apiGroups":["apps"],"resources":["*"],"namespaces":["a"])",
       on("get", "apps", "deployments", "a", "scale"), true},
      {R"("verbs":["*"],"apiGroups":["apps"],"resources":["*"],"namespaces":["a"])",
       on("get", "apps", "deployments", "b"), false},
      {R"("verbs":["*"],"apiGroups":["apps"],"resources":["*"],"namespaces":["a"])",
       on("get", "batch", "jobs", "a"), false},
      {R"("verbs":["*"],"apiGroups":[""],"resources":["pods"],"namespaces":["*"])",
       on("update", "", "pods", "a", "status"), false},
      {R"("verbs":["*"],"apiGroups":[""],"resources":["pods/status"],"namespaces":["*"])",
       on("update", "", "pods", "a", "status"), true},
      {R"("verbs":["*"],"apiGroups":[""],"resources":["pods/status"],"namespaces":["*"])",
       on("update", "", "pods", "a"), false},
  };
  for (const auto& c : cases) {
    const auto rules = R"("resourceRules":[{)" + std::string(c.rule) + "}]";
    EXPECT_EQ(matcher(R"({"kind":"User","user":{"name":"*"}})", rules).matches(user("eve"), c.info),
              c.matches)
        << c.rule << " " << c.info.verb << " " << c.info.resource << " " << c.info.ns;
  }
}

TEST(Matcher, KnowsPaths) {
  const struct {
    const char* url;
    const char* path;
    bool matches;
  } cases[] = {{"/healthz", "/healthz", true},
               {"/healthz", "/healthz/ping", false},
               {"/healthz/*", "/healthz", false},
               {"/healthz/*", "/healthz/ping", true},
               {"*", "/whatever", true}};
  for (const auto& c : cases) {
    const auto rules = R"("nonResourceRules":[{"verbs":["get"],"nonResourceURLs":[")" +
                       std::string(c.url) + "\"]}]";
    const auto wanted = matcher(R"({"kind":"User","user":{"name":"*"}})", rules);
    EXPECT_EQ(wanted.matches(user("eve"), on_path(c.path)), c.matches) << c.url << " " << c.path;
    EXPECT_FALSE(wanted.matches(user("eve"), on_path(c.path, "post")));
    EXPECT_FALSE(wanted.matches(user("eve"), on("get", "", "pods", "a")));
  }
}

class Defaults : public ::testing::Test {
 protected:
  Defaults() : fairness_(600, {[] { return Clock::now(); }, [](Task) {}, [](Duration, Task) {}}) {
    for (auto& level : default_levels()) fairness_.put(std::move(level));
    for (auto& schema : default_schemas()) fairness_.put(std::move(schema));
  }
  std::string place(const Identity& who, const RequestInfo& info) const {
    const auto lane = fairness_.classify(who, info);
    return lane->name + " " + lane->level->name();
  }
  Fairness fairness_;
};

TEST_F(Defaults, EachRequestHasItsPlace) {
  const auto kubelet = user("system:node:n", {"system:nodes"});
  const auto controllers = user("system:kube-controller-manager");
  const struct {
    Identity who;
    RequestInfo info;
    const char* place;
  } cases[] = {
      {user("root", {"system:masters"}), on("delete", "", "pods", "a"), "exempt exempt"},
      {user("eve"), on_path("/readyz"), "probes exempt"},
      {user("eve"), on_path("/metrics"), "global-default global-default"},
      {controllers, on("update", "coordination.k8s.io", "leases", "kube-system"),
       "system-leader-election leader-election"},
      {controllers, on("list", "coordination.k8s.io", "leases", "kube-system"),
       "kube-controller-manager workload-high"},
      {controllers, on("update", "", "endpoints", "a"), "endpoint-controller workload-high"},
      {account("kube-system", "x"), on("get", "", "configmaps", "a"),
       "workload-leader-election leader-election"},
      {kubelet, on("update", "", "nodes", "", "status"), "system-node-high node-high"},
      {kubelet, on("update", "coordination.k8s.io", "leases", "kube-node-lease"),
       "system-node-high node-high"},
      {kubelet, on("list", "", "pods"), "system-nodes system"},
      {user("system:kube-scheduler"), on("list", "", "pods"), "kube-scheduler workload-high"},
      {account("kube-system", "x"), on("list", "", "pods"),
       "kube-system-service-accounts workload-high"},
      {account("default", "x"), on("list", "", "pods"), "service-accounts workload-low"},
      {user("eve"), on("list", "", "pods", "a"), "global-default global-default"},
      {Identity::anonymous(), on_path("/version"), "global-default global-default"},
  };
  for (const auto& c : cases) EXPECT_EQ(place(c.who, c.info), c.place) << c.who.name;
}

TEST_F(Defaults, FlowsAreToldApartByUserOrNamespace) {
  const auto flow = [&](const Identity& who, const std::string& ns) {
    const auto info = on("list", "", "pods", ns);
    return fairness_.classify(who, info)->flow(who, info);
  };
  EXPECT_EQ(flow(user("eve"), "a"), flow(user("eve"), "b"));
  EXPECT_NE(flow(user("eve"), "a"), flow(user("bob"), "a"));
  const auto scheduler = user("system:kube-scheduler");
  EXPECT_NE(flow(scheduler, "a"), flow(scheduler, "b"));
  // The same name in another schema is another flow.
  EXPECT_NE(flow(account("kube-system", "x"), ""), flow(scheduler, ""));
}

TEST_F(Defaults, WithoutAnObjectItsRequestsGoElsewhereButTheMandatoryOnesStay) {
  fairness_.remove_schema("global-default");
  EXPECT_EQ(place(user("eve"), on("list", "", "pods")), "catch-all catch-all");
  fairness_.remove_level("system");
  const auto kubelet = user("system:node:n", {"system:nodes"});
  EXPECT_EQ(place(kubelet, on("list", "", "pods")), "catch-all catch-all");
  for (const auto* name : {"exempt", "catch-all"}) {
    fairness_.remove_schema(name);
    fairness_.remove_level(name);
  }
  EXPECT_EQ(place(user("root", {"system:masters"}), on("list", "", "pods")), "exempt exempt");
  EXPECT_EQ(place(kubelet, on("list", "", "pods")), "catch-all catch-all");
}

TEST(LongRunning, WatchesAndStreams) {
  EXPECT_TRUE(is_long_running(on("watch", "", "pods")));
  for (const auto* part : {"attach", "exec", "log", "portforward", "proxy"})
    EXPECT_TRUE(is_long_running(on("get", "", "pods", "a", part))) << part;
  EXPECT_FALSE(is_long_running(on("get", "", "pods", "a", "status")));
  EXPECT_FALSE(is_long_running(on_path("/metrics")));
}

}  // namespace
}  // namespace kubus::apiserver::fairness
