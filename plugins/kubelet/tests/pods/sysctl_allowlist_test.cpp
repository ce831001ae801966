#include "sysctl_allowlist.h"

#include <gtest/gtest.h>

#include "pod_builder.h"

namespace kubus::kubelet::test {
namespace {

core_v1::Pod pod_with(const std::string& sysctl) {
  core_v1::Pod pod = make_pod();
  auto& setting = *pod.mutable_spec()->mutable_securitycontext()->add_sysctls();
  setting.set_name(sysctl);
  setting.set_value("1");
  return pod;
}

TEST(SysctlAllowlist, WhatPodsMayHave) {
  struct Case {
    std::vector<std::string> unsafe;
    std::string name;
    bool host_network, host_ipc;
    std::string message;  // empty: allowed
  };
  const std::string forbidden = "forbidden sysctl: ";
  const Case cases[] = {
      {{}, "net.ipv4.ip_local_port_range", false, false, ""},
      {{}, "net/ipv4/tcp_wmem", false, true, ""},
      {{}, "kernel.shm_rmid_forced", true, false, ""},
      {{}, "kernel.msgmax", false, false, forbidden + "\"kernel.msgmax\" not allowlisted"},
      {{}, "kernel/msgmax", false, false, forbidden + "\"kernel.msgmax\" not allowlisted"},
      {{}, "vm.swappiness", true, true, forbidden + "\"vm.swappiness\" not allowlisted"},
      {{},
       "net.ipv4.tcp_syncookies",
       true,
       false,
       forbidden + "\"net.ipv4.tcp_syncookies\" not allowed with host Net enabled"},
      {{},
       "kernel.shm_rmid_forced",
       false,
       true,
       forbidden + "\"kernel.shm_rmid_forced\" not allowed with host IPC enabled"},
      {{"kernel.msg*"}, "kernel.msgmax", false, false, ""},
      {{"kernel/msg*"}, "kernel/msgmax", false, false, ""},
      {{"kernel.msg*"},
       "kernel.msgmax",
       false,
       true,
       forbidden + "\"kernel.msgmax\" not allowed with host IPC enabled"},
      {{"kernel.msg*"}, "kernel.sem", false, false, forbidden + "\"kernel.sem\" not allowlisted"},
      {{"kernel.sem", "net.*"}, "net.core.somaxconn", false, false, ""},
      {{"net.core.somaxconn"},
       "net.core.somaxconn2",
       false,
       false,
       forbidden + "\"net.core.somaxconn2\" not allowlisted"},
  };
  for (const Case& c : cases) {
    const auto list = SysctlAllowlist::with_unsafe(c.unsafe);
    ASSERT_TRUE(list.ok()) << list.status().message();
    core_v1::Pod pod = pod_with(c.name);
    pod.mutable_spec()->set_hostnetwork(c.host_network);
    pod.mutable_spec()->set_hostipc(c.host_ipc);
    const auto rejection = list->check(pod);
    EXPECT_EQ(rejection ? rejection->message : "", c.message) << c.name;
    EXPECT_EQ(rejection ? rejection->reason : "", c.message.empty() ? "" : "SysctlForbidden");
  }
  EXPECT_FALSE(SysctlAllowlist().check(make_pod()));
}

TEST(SysctlAllowlist, PatternsThatAreRefused) {
  struct Case {
    std::string pattern, message;  // the beginning of it
  };
  const std::string shape = " must have at most 253 characters and match regex ^";
  const Case cases[] = {
      {"kernel.*max", "sysctl \"kernel.*max\"" + shape},
      {"Net.core", "sysctl \"Net.core\"" + shape},
      {"net..core", "sysctl \"net..core\"" + shape},
      {"", "sysctl \"\"" + shape},
      {"net.core.**", "sysctl \"net.core.**\"" + shape},
      {"vm.swappiness", "the sysctls \"vm.swappiness\" are not known to be namespaced"},
      {"kernel.*", "the sysctls \"kernel.\" are not known to be namespaced"},
      {"*", "the sysctls \"\" are not known to be namespaced"},
  };
  for (const Case& c : cases) {
    const auto list = SysctlAllowlist::with_unsafe({"net.core.somaxconn", c.pattern});
    EXPECT_EQ(list.code(), Code::kInvalid) << c.pattern;
    EXPECT_TRUE(list.status().message().starts_with(c.message)) << list.status().message();
  }
}

}  // namespace
}  // namespace kubus::kubelet::test
