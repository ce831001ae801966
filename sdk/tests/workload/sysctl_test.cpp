#include "kubus/sysctl.h"

#include <gtest/gtest.h>

#include <tuple>

namespace kubus {
namespace {

TEST(Sysctl, NamesHaveANormalFormAndAScope) {
  const std::tuple<std::string, std::string, SysctlScope> cases[] = {
      {"net.core.somaxconn", "net.core.somaxconn", SysctlScope::kNetwork},
      {"net/core/somaxconn", "net.core.somaxconn", SysctlScope::kNetwork},
      {"net/ipv4/conf/eth0.1/rp_filter", "net.ipv4.conf.eth0/1.rp_filter", SysctlScope::kNetwork},
      {"net.ipv4.conf.eth0/1.rp_filter", "net.ipv4.conf.eth0/1.rp_filter", SysctlScope::kNetwork},
      {"kernel.shmmax", "kernel.shmmax", SysctlScope::kIpc},
      {"kernel/msgmax", "kernel.msgmax", SysctlScope::kIpc},
      {"kernel.sem", "kernel.sem", SysctlScope::kIpc},
      {"fs.mqueue.msg_max", "fs.mqueue.msg_max", SysctlScope::kIpc},
      {"kernel.semaphore", "kernel.semaphore", SysctlScope::kNone},
      {"vm.swappiness", "vm.swappiness", SysctlScope::kNone},
      {"", "", SysctlScope::kNone},
  };
  for (const auto& [name, normal, scope] : cases) {
    EXPECT_EQ(normal_sysctl_name(name), normal);
    EXPECT_EQ(sysctl_scope(normal), scope) << normal;
  }
}

TEST(Sysctl, FormOfNames) {
  const std::pair<std::string, bool> cases[] = {
      {"a", true},          {"kernel.shm_rmid_forced", true}, {"net/ipv4.x-1", true},
      {"", false},          {"a.", false},                    {".a", false},
      {"a..b", false},      {"a._b", false},                  {"a-.b", false},
      {"Net.core", false},  {"net.*", false},                 {std::string(253, 'a'), true},
      {std::string(254, 'a'), false},
  };
  for (const auto& [name, valid] : cases) EXPECT_EQ(is_sysctl_name(name), valid) << name;
}

}  // namespace
}  // namespace kubus
