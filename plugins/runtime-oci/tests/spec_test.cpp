#include "spec.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <set>

#include "image_builder.h"

namespace kubus::runtime_oci {
namespace {

namespace json = boost::json;

SpecInput input() {
  SpecInput in;
  in.config.set_name("main");
  in.config.add_args("serve");
  in.image.entrypoint = {"/init"};
  in.image.command = {"default"};
  in.image.env = {"PATH=/app/bin", "LANG=C"};
  in.sandbox.set_hostname("web-0");
  in.config.mutable_security()->mutable_namespaces()->set_pid(runtime::CONTAINER);
  in.cgroup = "/kubepods/pod1/c1";
  in.rootfs = "/state/c1/rootfs";
  in.shm = "/run/shm/s1";
  in.hostname_file = "/state/s1/hostname";
  in.resolv_file = "/state/s1/resolv.conf";
  in.holder = 4242;
  in.counts_swap = true;
  return in;
}

// Fails with the difference; KUBUS_UPDATE_GOLDEN=1 writes the file anew.
void expect_golden(const std::string& name, const std::string& spec) {
  const auto path = std::string(KUBUS_OCI_GOLDEN) + "/" + name;
  // One member a line, so that a difference can be read.
  std::string text;
  for (std::size_t i = 0; i < spec.size(); ++i) {
    text += spec[i];
    if ((spec[i] == ',' || spec[i] == '[') && i + 1 < spec.size() && spec[i + 1] == '{')
      text += '\n';
  }
  text += '\n';
  if (std::getenv("KUBUS_UPDATE_GOLDEN")) test::write_text(path, text);
  EXPECT_EQ(text, test::read_text(path)) << name;
}

TEST(Spec, OfAPlainContainer) {
  const auto spec = make_spec(input());
  ASSERT_TRUE(spec.ok()) << spec.status().to_string();
  expect_golden("plain.json", *spec);
}

TEST(Spec, OfAContainerWithEverything) {
  auto in = input();
  in.config.add_command("/bin/app");
  in.config.set_tty(true);
  in.config.set_working_dir("srv");
  auto& env = *in.config.add_env();
  env.set_key("LANG");
  env.set_value("de_DE");
  in.user.uid = 1000;
  in.user.gid = 1001;
  in.user.groups = {10, 20};
  in.user.home = "/home/app";
  auto& security = *in.config.mutable_security();
  security.set_readonly_rootfs(true);
  security.set_no_new_privileges(true);
  security.mutable_capabilities()->add_drop("ALL");
  security.mutable_capabilities()->add_add("NET_ADMIN");
  auto& limits = *in.config.mutable_resources();
  limits.set_cpu_shares(512);
  limits.set_cpu_quota(50'000);
  limits.set_memory_limit(64 << 20);
  limits.set_pids_limit(100);
  limits.set_cpuset_cpus("0-1");
  limits.set_oom_score_adj(-500);
  (*limits.mutable_hugepage_limits())["2MB"] = 4 << 20;
  auto& deep = *in.config.add_mounts();
  deep.set_host_path("/data/deep");
  deep.set_container_path("/data/a/b/");
  deep.set_readonly(true);
  auto& top = *in.config.add_mounts();
  top.set_host_path("/data/top");
  top.set_container_path("/data");
  top.set_propagation(runtime::Mount::HOST_TO_CONTAINER);
  auto& hosts = *in.config.add_mounts();
  hosts.set_host_path("/state/resolv");
  hosts.set_container_path("/etc/resolv.conf");
  auto& device = *in.config.add_devices();
  device.set_host_path("/dev/null");
  device.set_container_path("/dev/mynull");
  device.set_permissions("r");
  const auto spec = make_spec(in);
  ASSERT_TRUE(spec.ok()) << spec.status().to_string();
  expect_golden("full.json", *spec);
}

std::set<std::string> namespace_types(const SpecInput& in) {
  std::set<std::string> result;
  const auto spec = json::parse(*make_spec(in));
  for (const auto& item : spec.at("linux").at("namespaces").as_array()) {
    std::string text = item.at("type").as_string().c_str();
    if (const auto* path = item.as_object().if_contains("path"))
      text += "=" + std::string(path->as_string());
    result.insert(text);
  }
  return result;
}

TEST(Spec, NamespacesFollowTheOptions) {
  using Set = std::set<std::string>;
  auto in = input();
  EXPECT_EQ(namespace_types(in), (Set{"mount", "pid", "network=/proc/4242/ns/net",
                                      "uts=/proc/4242/ns/uts", "ipc=/proc/4242/ns/ipc"}));
  auto& sandbox = *in.sandbox.mutable_security()->mutable_namespaces();
  sandbox.set_network(runtime::NODE);
  sandbox.set_ipc(runtime::NODE);
  in.config.mutable_security()->mutable_namespaces()->set_pid(runtime::NODE);
  EXPECT_EQ(namespace_types(in), Set{"mount"});
  in.config.mutable_security()->mutable_namespaces()->set_pid(runtime::TARGET);
  in.target = 77;
  EXPECT_EQ(namespace_types(in), (Set{"mount", "pid=/proc/77/ns/pid"}));
  in.config.mutable_security()->mutable_namespaces()->set_pid(runtime::POD);
  in.cgroup_v2 = true;
  EXPECT_EQ(namespace_types(in), (Set{"mount", "pid=/proc/4242/ns/pid", "cgroup"}));
}

TEST(Spec, CommandLinesCombineAsDockersDo) {
  struct Case {
    std::vector<std::string> command, args, entrypoint, cmd, expected;
  };
  const Case cases[] = {
      {{}, {}, {"e"}, {"c"}, {"e", "c"}}, {{}, {"a"}, {"e"}, {"c"}, {"e", "a"}},
      {{"x"}, {}, {"e"}, {"c"}, {"x"}},   {{"x"}, {"a"}, {"e"}, {"c"}, {"x", "a"}},
      {{}, {}, {}, {"c"}, {"c"}},         {{}, {"a"}, {}, {"c"}, {"a"}}};
  for (const auto& item : cases) {
    runtime::ContainerConfig config;
    for (const auto& word : item.command) config.add_command(word);
    for (const auto& word : item.args) config.add_args(word);
    ImageConfig image;
    image.entrypoint = item.entrypoint;
    image.command = item.cmd;
    EXPECT_EQ(*command_line(config, image), item.expected);
  }
  EXPECT_EQ(command_line({}, {}).code(), Code::kInvalid);
}

TEST(Spec, RefusesWordsThatTheSystemWouldCutShort) {
  const std::string word("a\0b", 3);
  auto command = input();
  command.config.add_command(word);
  EXPECT_EQ(make_spec(command).code(), Code::kInvalid);
  auto environment = input();
  auto* entry = environment.config.add_env();
  entry->set_key("NAME");
  entry->set_value(word);
  EXPECT_EQ(make_spec(environment).code(), Code::kInvalid);
  const auto spec = make_spec(input());
  ASSERT_TRUE(spec.ok());
  EXPECT_EQ(make_exec_process(*spec, {"ls", word}, false).code(), Code::kInvalid);
}

TEST(Spec, OfAnExecKeepsEverythingButTheCommand) {
  const auto spec = make_spec(input());
  const auto process = make_exec_process(*spec, {"ls", "-l"}, true);
  ASSERT_TRUE(process.ok());
  const auto value = json::parse(*process);
  EXPECT_EQ(json::serialize(value.at("args")), R"(["ls","-l"])");
  EXPECT_TRUE(value.at("terminal").as_bool());
  EXPECT_NE(process->find("\"PATH=/app/bin\""), std::string::npos);
  EXPECT_NE(process->find("\"TERM=xterm\""), std::string::npos);
  EXPECT_EQ(make_exec_process("{", {"x"}, false).code(), Code::kInvalid);
}

TEST(Spec, ADeviceThatIsNoneIsRefused) {
  auto in = input();
  in.config.add_devices()->set_host_path("/etc/passwd");
  EXPECT_EQ(make_spec(in).code(), Code::kInvalid);
}

}  // namespace
}  // namespace kubus::runtime_oci
