#include "admission.h"

#include <gtest/gtest.h>

#include "kubus/api/quantity.h"
#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

Admission::Node node() {
  Admission::Node node;
  node.name = "n1";
  node.labels = {{"zone", "a"}};
  node.allocatable.cpu = 2000;
  node.allocatable.memory = 1'000'000;
  node.allocatable.extended["example.com/gpu"] = 1;
  node.max_pods = 3;
  return node;
}

core_v1::Pod pod_named(const std::string& uid) {
  core_v1::Pod pod = make_pod();
  pod.mutable_metadata()->set_uid(uid);
  add_container(pod, "a");
  return pod;
}

core_v1::Pod asking_for(const std::string& uid, const std::string& what, const std::string& much) {
  core_v1::Pod pod = pod_named(uid);
  auto& requests =
      *pod.mutable_spec()->mutable_containers(0)->mutable_resources()->mutable_requests();
  QuantityValue::parse(much)->store(requests[what]);
  return pod;
}

TEST(Admission, ResourcesThatDoNotFit) {
  struct Case {
    std::string what, first, second, reason, message;
  };
  const std::string words = "Node didn't have enough resource: ";
  const Case cases[] = {
      {"cpu", "500m", "1500m", "", ""},
      {"cpu", "500m", "1501m", "OutOfcpu",
       words + "cpu, requested: 1501, used: 500, capacity: 2000"},
      {"memory", "600k", "401k", "OutOfmemory",
       words + "memory, requested: 401000, used: 600000, capacity: 1000000"},
      {"example.com/gpu", "1", "1", "OutOfexample.com/gpu",
       words + "example.com/gpu, requested: 1, used: 1, capacity: 1"},
  };
  for (const Case& c : cases) {
    Admission admission;
    ASSERT_FALSE(admission.admit(asking_for("1", c.what, c.first), node()));
    const auto rejection = admission.admit(asking_for("2", c.what, c.second), node());
    EXPECT_EQ(rejection ? rejection->reason : "", c.reason) << c.what << c.second;
    EXPECT_EQ(rejection ? rejection->message : "", c.message) << c.what << c.second;
  }
}

TEST(Admission, NumberOfPods) {
  Admission admission;
  for (const char* uid : {"1", "2", "3"}) EXPECT_FALSE(admission.admit(pod_named(uid), node()));
  const auto rejection = admission.admit(pod_named("4"), node());
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->reason, "OutOfpods");
  EXPECT_EQ(rejection->message,
            "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3");
  EXPECT_FALSE(admission.admit(pod_named("3"), node())) << "it is in already";
  admission.release("1");
  EXPECT_FALSE(admission.admit(pod_named("4"), node()));
}

TEST(Admission, PodsOfAnEarlierRunCountWithoutAQuestion) {
  Admission admission;
  admission.admitted(asking_for("1", "cpu", "5"));
  EXPECT_TRUE(admission.admit(asking_for("2", "cpu", "1m"), node()));
}

TEST(Admission, HostPorts) {
  struct Case {
    std::string ip, protocol;
    int port;
    bool admitted;
  };
  const Case cases[] = {{"", "TCP", 80, false},
                        {"192.0.2.7", "TCP", 80, false},
                        {"", "UDP", 80, true},
                        {"", "TCP", 81, true}};
  for (const Case& c : cases) {
    Admission admission;
    core_v1::Pod first = pod_named("1"), second = pod_named("2");
    first.mutable_spec()->mutable_containers(0)->add_ports()->set_hostport(80);
    auto& port = *second.mutable_spec()->mutable_containers(0)->add_ports();
    port.set_hostport(c.port);
    port.set_protocol(c.protocol);
    port.set_hostip(c.ip);
    ASSERT_FALSE(admission.admit(first, node()));
    const auto rejection = admission.admit(second, node());
    EXPECT_EQ(!rejection, c.admitted) << c.ip << c.protocol << c.port;
    if (!rejection) continue;
    EXPECT_EQ(rejection->reason, "NodePorts");
    EXPECT_EQ(rejection->message,
              "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod "
              "ports");
  }
}

TEST(Admission, SettingsOfTheKernelComeBeforeRoom) {
  core_v1::Pod pod = asking_for("1", "cpu", "5");
  pod.mutable_spec()->mutable_securitycontext()->add_sysctls()->set_name("kernel.msgmax");
  const auto rejection = Admission().admit(pod, node());
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->reason, "SysctlForbidden");
  auto trusted = SysctlAllowlist::with_unsafe({"kernel.msg*"});
  ASSERT_TRUE(trusted.ok());
  EXPECT_EQ(Admission(*trusted).admit(pod, node())->reason, "OutOfcpu");
}

TEST(Admission, NodeSelector) {
  Admission admission;
  core_v1::Pod pod = pod_named("1");
  (*pod.mutable_spec()->mutable_nodeselector())["zone"] = "b";
  const auto rejection = admission.admit(pod, node());
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->reason, "NodeAffinity");
  EXPECT_EQ(rejection->message,
            "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector");
  (*pod.mutable_spec()->mutable_nodeselector())["zone"] = "a";
  EXPECT_FALSE(admission.admit(pod, node()));
}

}  // namespace
}  // namespace kubus::kubelet::test
