#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "container_config.h"
#include "kubus/api/quantity.h"

namespace kubus::kubelet::test {
namespace {

core_v1::Pod make_pod() {
  core_v1::Pod pod;
  pod.mutable_metadata()->set_name("web");
  pod.mutable_metadata()->set_namespace_("shop");
  pod.mutable_metadata()->set_uid("u1");
  pod.mutable_spec()->add_containers()->set_name("c");
  return pod;
}

runtime::SandboxConfig config_of(const core_v1::Pod& pod) {
  const PodPlace place{
      "/pods/u1", "/logs/shop_web_u1", "/kubepods/podu1", "cluster.local", {"10.96.0.10"}};
  return *sandbox_config(pod, place, 2);
}

TEST(SandboxConfig, NamesAndPlaces) {
  core_v1::Pod pod = make_pod();
  (*pod.mutable_metadata()->mutable_labels())["app"] = "demo";
  const auto config = config_of(pod);
  EXPECT_EQ(config.pod_name(), "web");
  EXPECT_EQ(config.pod_namespace(), "shop");
  EXPECT_EQ(config.pod_uid(), "u1");
  EXPECT_EQ(config.attempt(), 2u);
  EXPECT_EQ(config.hostname(), "web");
  EXPECT_EQ(config.log_directory(), "/logs/shop_web_u1");
  EXPECT_EQ(config.cgroup_parent(), "/kubepods/podu1");
  EXPECT_EQ(config.labels().at("app"), "demo");
  EXPECT_EQ(config.labels().at("io.kubernetes.pod.uid"), "u1");
}

TEST(SandboxConfig, Hostname) {
  struct Case {
    std::string pod, hostname, expected;
  };
  const Case cases[] = {{"web", "", "web"},
                        {"web", "own", "own"},
                        {std::string(62, 'a') + "-bcd", "", std::string(62, 'a')},
                        {std::string(70, 'a'), "", std::string(63, 'a')}};
  for (const Case& c : cases) {
    core_v1::Pod pod = make_pod();
    pod.mutable_metadata()->set_name(c.pod);
    pod.mutable_spec()->set_hostname(c.hostname);
    EXPECT_EQ(pod_hostname(pod), c.expected);
    pod.mutable_spec()->set_hostnameoverride("other.example.com");
    EXPECT_EQ(pod_hostname(pod), "other.example.com");
  }
}

TEST(SandboxConfig, ResolvConf) {
  core_v1::Pod pod = make_pod();
  pod.mutable_spec()->set_dnspolicy("ClusterFirst");
  EXPECT_EQ(config_of(pod).resolv_conf(),
            "nameserver 10.96.0.10\n"
            "search shop.svc.cluster.local svc.cluster.local cluster.local\n"
            "options ndots:5\n");
  auto& own = *pod.mutable_spec()->mutable_dnsconfig();
  own.add_nameservers("192.0.2.53");
  own.add_searches("example.com");
  own.add_options()->set_name("rotate");
  auto& timeout = *own.add_options();
  timeout.set_name("timeout");
  timeout.set_value("2");
  EXPECT_EQ(config_of(pod).resolv_conf(),
            "nameserver 10.96.0.10\nnameserver 192.0.2.53\n"
            "search shop.svc.cluster.local svc.cluster.local cluster.local example.com\n"
            "options ndots:5 rotate timeout:2\n");
  pod.mutable_spec()->set_dnspolicy("None");
  EXPECT_EQ(config_of(pod).resolv_conf(),
            "nameserver 192.0.2.53\nsearch example.com\noptions rotate timeout:2\n");
}

TEST(SandboxConfig, Namespaces) {
  struct Case {
    bool network, ipc, pid, share;
    runtime::NamespaceMode expected_network, expected_ipc, expected_pid;
  };
  const Case cases[] = {
      {false, false, false, false, runtime::POD, runtime::POD, runtime::CONTAINER},
      {true, false, false, false, runtime::NODE, runtime::POD, runtime::CONTAINER},
      {false, true, true, false, runtime::POD, runtime::NODE, runtime::NODE},
      {false, false, false, true, runtime::POD, runtime::POD, runtime::POD},
  };
  for (const Case& c : cases) {
    core_v1::Pod pod = make_pod();
    pod.mutable_spec()->set_hostnetwork(c.network);
    pod.mutable_spec()->set_hostipc(c.ipc);
    pod.mutable_spec()->set_hostpid(c.pid);
    pod.mutable_spec()->set_shareprocessnamespace(c.share);
    const auto config = config_of(pod);
    EXPECT_EQ(config.security().namespaces().network(), c.expected_network);
    EXPECT_EQ(config.security().namespaces().ipc(), c.expected_ipc);
    EXPECT_EQ(config.security().namespaces().pid(), c.expected_pid);
    EXPECT_EQ(config.hostname().empty(), c.network) << "the node's name is kept";
  }
}

TEST(SandboxConfig, PortsAndSysctls) {
  core_v1::Pod pod = make_pod();
  auto& port = *pod.mutable_spec()->mutable_containers(0)->add_ports();
  port.set_containerport(80);
  port.set_hostport(8080);
  port.set_protocol("UDP");
  auto& sysctl = *pod.mutable_spec()->mutable_securitycontext()->add_sysctls();
  sysctl.set_name("net.core.somaxconn");
  sysctl.set_value("256");
  auto& slashed = *pod.mutable_spec()->mutable_securitycontext()->add_sysctls();
  slashed.set_name("net/ipv4/conf/eth0.1/rp_filter");
  slashed.set_value("1");
  const auto config = config_of(pod);
  ASSERT_EQ(config.port_mappings_size(), 1);
  EXPECT_EQ(config.port_mappings(0).protocol(), "UDP");
  EXPECT_EQ(config.port_mappings(0).host_port(), 8080);
  EXPECT_EQ(config.sysctls().at("net.core.somaxconn"), "256");
  EXPECT_EQ(config.sysctls().at("net.ipv4.conf.eth0/1.rp_filter"), "1");
}

TEST(SandboxConfig, HostsFile) {
  core_v1::Pod pod = make_pod();
  pod.mutable_spec()->set_subdomain("db");
  auto& alias = *pod.mutable_spec()->add_hostaliases();
  alias.set_ip("192.0.2.9");
  alias.add_hostnames("one");
  alias.add_hostnames("two");
  EXPECT_EQ(hosts_file(pod, {"10.244.0.5"}, "cluster.local"),
            "# Kubernetes-managed hosts file.\n"
            "127.0.0.1\tlocalhost\n"
            "::1\tlocalhost ip6-localhost ip6-loopback\n"
            "fe00::0\tip6-localnet\n"
            "fe00::0\tip6-mcastprefix\n"
            "fe00::1\tip6-allnodes\n"
            "fe00::2\tip6-allrouters\n"
            "10.244.0.5\tweb.db.shop.svc.cluster.local\tweb\n"
            "\n# Entries added by HostAliases.\n"
            "192.0.2.9\tone\ttwo\n");
}

TEST(SandboxConfig, ControlGroupByClass) {
  struct Case {
    std::string request, limit, group;
  };
  const Case cases[] = {{"", "", "/kubepods/besteffort/podu1"},
                        {"1", "", "/kubepods/burstable/podu1"},
                        {"1", "2", "/kubepods/burstable/podu1"},
                        {"1", "1", "/kubepods/podu1"},
                        {"", "1", "/kubepods/podu1"}};
  for (const Case& c : cases) {
    core_v1::Pod pod = make_pod();
    auto& resources = *pod.mutable_spec()->mutable_containers(0)->mutable_resources();
    for (const char* name : {"cpu", "memory"}) {
      if (!c.request.empty())
        QuantityValue::parse(c.request)->store((*resources.mutable_requests())[name]);
      if (!c.limit.empty())
        QuantityValue::parse(c.limit)->store((*resources.mutable_limits())[name]);
    }
    EXPECT_EQ(pod_cgroup(pod, "/kubepods"), c.group) << c.request << " " << c.limit;
  }
}

}  // namespace
}  // namespace kubus::kubelet::test
