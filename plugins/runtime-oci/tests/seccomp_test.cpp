#include "seccomp.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "capabilities.h"

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

std::set<std::string> allowed(const std::string& profile) {
  std::set<std::string> names;
  const auto value = json::parse(profile);
  for (const auto& rule : value.at("syscalls").as_array()) {
    if (rule.at("action").as_string() != "SCMP_ACT_ALLOW" || rule.as_object().contains("args"))
      continue;
    for (const auto& name : rule.at("names").as_array()) names.insert(name.as_string().c_str());
  }
  return names;
}

TEST(Seccomp, CapabilitiesUnlockTheirCalls) {
  const auto plain = allowed(default_seccomp_profile({}));
  EXPECT_TRUE(plain.contains("read"));
  EXPECT_TRUE(plain.contains("openat2"));
  for (const char* name : {"mount", "unshare", "setns", "bpf", "kexec_load", "init_module",
                           "keyctl", "reboot", "clone", "clone3", "socket", "personality"})
    EXPECT_FALSE(plain.contains(name)) << name;
  const auto admin = allowed(default_seccomp_profile({"CAP_SYS_ADMIN"}));
  EXPECT_TRUE(admin.contains("mount"));
  EXPECT_TRUE(admin.contains("clone3"));
  EXPECT_FALSE(admin.contains("reboot"));
}

TEST(Capabilities, StartFromTheUsualSetAndAreRefined) {
  runtime::SecurityContext context;
  EXPECT_EQ(container_capabilities(context)->size(), 14u);
  context.mutable_capabilities()->add_add("net_admin");
  context.mutable_capabilities()->add_drop("CAP_MKNOD");
  auto set = *container_capabilities(context);
  EXPECT_TRUE(set.contains("CAP_NET_ADMIN"));
  EXPECT_FALSE(set.contains("CAP_MKNOD"));
  context.mutable_capabilities()->add_drop("ALL");
  EXPECT_EQ(*container_capabilities(context), std::set<std::string>{"CAP_NET_ADMIN"});
  context.mutable_capabilities()->Clear();
  context.mutable_capabilities()->add_add("ALL");
  context.mutable_capabilities()->add_drop("SYS_ADMIN");
  set = *container_capabilities(context);
  EXPECT_EQ(set.size(), all_capabilities().size() - 1);
  context.mutable_capabilities()->add_add("BOGUS");
  EXPECT_EQ(container_capabilities(context).code(), Code::kInvalid);
}

}  // namespace
}  // namespace kubus::runtime_oci
