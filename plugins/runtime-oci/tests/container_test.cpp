#include "lab.h"

namespace kubus::runtime_oci::test {
namespace {

class ContainerTest : public Lab {};

TEST_F(ContainerTest, RunsToItsEndAndLeavesItsOutputAndExitCode) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "echo out; echo err >&2; exit 7");
  const auto container = wait_exit(id);
  EXPECT_EQ(container.exit_code(), 7);
  EXPECT_EQ(container.reason(), "Error");
  EXPECT_FALSE(container.oom_killed());
  EXPECT_GE(container.finished_at(), container.started_at());
  EXPECT_GE(container.started_at(), container.created_at());
  eventually([&] { return log_of(id).find("err") != std::string::npos; }, "log");
  const auto log = log_of(id);
  EXPECT_NE(log.find(" stdout F out\n"), std::string::npos) << log;
  EXPECT_NE(log.find(" stderr F err\n"), std::string::npos) << log;
}

TEST_F(ContainerTest, SeesTheEnvironmentUserDirectoryAndFilesItWasGiven) {
  const auto sandbox = run_sandbox();
  auto config = container_config(
      "id -u; id -g; id -G; pwd; echo $FROM_IMAGE $MINE $HOME $HOSTNAME; hostname; "
      "cat /etc/resolv.conf /data/file; touch /data/x || echo readonly");
  config.set_working_dir("/work/deep");
  config.mutable_security()->set_user(1000);
  config.mutable_security()->add_supplemental_groups(3000);
  auto& env = *config.add_env();
  env.set_key("MINE");
  env.set_value("my value");
  std::filesystem::create_directory(dir / "data");
  write_text(dir / "data/file", "from the node\n");
  auto& mount = *config.add_mounts();
  mount.set_host_path(dir / "data");
  mount.set_container_path("/data");
  mount.set_readonly(true);
  const auto id = run_container(sandbox, config);
  EXPECT_EQ(wait_exit(id).exit_code(), 0);
  eventually([&] { return log_of(id).find("readonly") != std::string::npos; }, "log");
  const auto log = log_of(id);
  for (const char* line : {"F 1000\n", "F 1001\n", "F 1001 2000 3000\n", "F /work/deep\n",
                           "F yes my value /home/app web-0\n", "F web-0\n",
                           "F nameserver 192.0.2.53\n", "F from the node\n"})
    EXPECT_NE(log.find(line), std::string::npos) << line << " in\n" << log;
  EXPECT_EQ(status(id).uid(), 1000);
}

TEST_F(ContainerTest, ContainersOfASandboxShareLocalhostAndSharedMemory) {
  const auto sandbox = run_sandbox();
  const auto server =
      run_script(sandbox, "echo shared > /dev/shm/file; exec nc -l -p 8080 -e echo hello");
  eventually([&] { return exec(server, {"cat", "/dev/shm/file"})->stdout() == "shared\n"; }, "shm");
  const auto client =
      run_script(sandbox,
                 "cat /dev/shm/file; for i in 1 2 3 4 5 6 7 8 9; do nc 127.0.0.1 8080 && exit 0; "
                 "sleep 0.2; done; exit 1");
  EXPECT_EQ(wait_exit(client).exit_code(), 0);
  eventually([&] { return log_of(client).find("hello") != std::string::npos; }, "log");
  EXPECT_NE(log_of(client).find("shared"), std::string::npos);
}

TEST_F(ContainerTest, IsKilledWhenItIgnoresTheStopSignal) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "trap '' TERM; echo ready; while true; do sleep 1; done");
  eventually([&] { return log_of(id).find("ready") != std::string::npos; }, "start");
  EXPECT_TRUE(stop(id, 200).ok());
  const auto container = status(id);
  EXPECT_EQ(container.state(), runtime::CONTAINER_EXITED);
  EXPECT_EQ(container.exit_code(), 137);
  EXPECT_EQ(container.signal(), 9);
}

TEST_F(ContainerTest, EndsByItsOwnStopSignal) {
  const auto sandbox = run_sandbox();
  auto config = container_config("trap 'exit 5' USR1; echo ready; while true; do sleep 0.1; done");
  config.set_stop_signal("SIGUSR1");
  const auto id = run_container(sandbox, config);
  eventually([&] { return log_of(id).find("ready") != std::string::npos; }, "start");
  EXPECT_TRUE(stop(id, 30'000).ok());
  EXPECT_EQ(status(id).exit_code(), 5);
  EXPECT_EQ(status(id).stop_signal(), "SIGUSR1");
  EXPECT_TRUE(stop(id, 0).ok()) << "a second stop is no error";
}

TEST_F(ContainerTest, IsReportedAsKilledForLackOfMemory) {
  const auto sandbox = run_sandbox();
  auto config = container_config("tail /dev/zero");
  config.mutable_resources()->set_memory_limit(16 << 20);
  const auto id = run_container(sandbox, config);
  const auto container = wait_exit(id);
  EXPECT_TRUE(container.oom_killed());
  EXPECT_EQ(container.reason(), "OOMKilled");
  EXPECT_EQ(container.exit_code(), 137);
}

TEST_F(ContainerTest, LimitsReachTheCgroupAndCanBeChanged) {
  const auto sandbox = run_sandbox();
  auto config = container_config("sleep 1000");
  auto& limits = *config.mutable_resources();
  limits.set_memory_limit(64 << 20);
  limits.set_cpu_shares(512);
  limits.set_cpu_quota(50'000);
  limits.set_pids_limit(100);
  const auto id = run_container(sandbox, config);
  const auto path = cgroup + "/poduid-1/" + id;
  EXPECT_EQ(rt().node().cgroups.usage(path).memory_limit, 64u << 20);
  runtime::Resources more;
  more.set_memory_limit(96 << 20);
  more.set_cpu_quota(80'000);
  const auto updated = rt().containers().update(id, more);
  ASSERT_TRUE(updated.ok()) << updated.status().to_string();
  EXPECT_EQ(updated->config().resources().cpu_shares(), 512);
  EXPECT_EQ(updated->config().resources().memory_limit(), 96 << 20);
  EXPECT_EQ(rt().node().cgroups.usage(path).memory_limit, 96u << 20);
  const auto stats = rt().stats(runtime::StatsRequest());
  ASSERT_EQ(stats.sandboxes_size(), 1);
  ASSERT_EQ(stats.sandboxes(0).containers_size(), 1);
  EXPECT_GT(stats.sandboxes(0).containers(0).memory().usage_bytes(), 0u);
  const auto& layer = stats.sandboxes(0).containers(0).writable_layer();
  EXPECT_GT(layer.capacity_bytes(), layer.available_bytes());
  EXPECT_GT(stats.sandboxes(0).cpu().usage_core_nanoseconds(), 0u);
}

TEST_F(ContainerTest, ACommandThatDoesNotExistFailsTheStartWithAReason) {
  const auto sandbox = run_sandbox();
  auto config = container_config("");
  config.clear_command();
  config.add_command("/no/such/program");
  const auto created = rt().containers().create(sandbox, config);
  ASSERT_TRUE(created.ok()) << created.status().to_string();
  const auto started = rt().containers().start(created->id());
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.status().message().find("/no/such/program"), std::string::npos)
      << started.status().to_string();
  const auto container = status(created->id());
  EXPECT_EQ(container.state(), runtime::CONTAINER_EXITED);
  EXPECT_EQ(container.exit_code(), 128);
  EXPECT_EQ(container.reason(), "StartError");
  EXPECT_TRUE(remove_container(created->id()).ok());
}

TEST_F(ContainerTest, CreationFailsClearlyAndLeavesNothing) {
  const auto sandbox = run_sandbox();
  auto config = container_config("true");
  config.set_image("nothing:1");
  EXPECT_EQ(rt().containers().create(sandbox, config).code(), Code::kNotFound);
  config = container_config("true");
  config.mutable_security()->set_user_name("nobody-here");
  EXPECT_EQ(rt().containers().create(sandbox, config).code(), Code::kInvalid);
  config = container_config("true");
  config.mutable_security()->mutable_capabilities()->add_add("NO_SUCH");
  EXPECT_EQ(rt().containers().create(sandbox, config).code(), Code::kInvalid);
  EXPECT_EQ(rt().containers().create("no-sandbox", config).code(), Code::kNotFound);
  EXPECT_TRUE(std::filesystem::is_empty(settings.containers()));
  EXPECT_TRUE(rt().remove_image(kImage).ok()) << "no use of the image was left behind";
}

TEST_F(ContainerTest, AnImageInUseIsNotRemoved) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "true");
  wait_exit(id);
  EXPECT_EQ(rt().remove_image(kImage).code(), Code::kConflict);
  EXPECT_TRUE(remove_container(id).ok());
  EXPECT_TRUE(rt().remove_image(kImage).ok());
  EXPECT_TRUE(rt().remove_image(kImage).ok()) << "what is gone already is no error";
}

TEST_F(ContainerTest, ReadOnlyRootAndDroppedPrivilegesHold) {
  const auto sandbox = run_sandbox();
  auto config = container_config(
      "touch /x 2>/dev/null && echo writable; grep -E '^(CapEff|NoNewPrivs|Seccomp):' "
      "/proc/self/status; ls /proc/kcore >/dev/null; wc -c < /proc/kcore");
  auto& security = *config.mutable_security();
  security.set_readonly_rootfs(true);
  security.set_no_new_privileges(true);
  security.mutable_capabilities()->add_drop("ALL");
  security.mutable_capabilities()->add_add("NET_BIND_SERVICE");
  const auto id = run_container(sandbox, config);
  wait_exit(id);
  eventually([&] { return log_of(id).find("Seccomp:") != std::string::npos; }, "log");
  const auto log = log_of(id);
  EXPECT_EQ(log.find("writable"), std::string::npos);
  EXPECT_NE(log.find("CapEff:\t0000000000000400"), std::string::npos) << log;
  EXPECT_NE(log.find("NoNewPrivs:\t1"), std::string::npos) << log;
  EXPECT_NE(log.find("Seccomp:\t2"), std::string::npos) << log;
}

TEST_F(ContainerTest, PrivilegedContainersSeeTheNodesDevices) {
  const auto sandbox = run_sandbox();
  auto config = container_config("ls /dev/kmsg && mount -t tmpfs x /tmp && echo mounted");
  config.mutable_security()->set_privileged(true);
  const auto id = run_container(sandbox, config);
  EXPECT_EQ(wait_exit(id).exit_code(), 0) << log_of(id);
}

TEST_F(ContainerTest, PodsMayShareTheirProcessNamespace) {
  auto config = sandbox_config();
  config.mutable_security()->mutable_namespaces()->set_pid(runtime::POD);
  const auto sandbox = rt().sandboxes().run(config);
  ASSERT_TRUE(sandbox.ok()) << sandbox.status().to_string();
  auto first = container_config("exec sleep 1234");
  first.mutable_security()->mutable_namespaces()->set_pid(runtime::POD);
  const auto sleeper = run_container(sandbox->id(), first);
  auto second = container_config("grep -l 'sleep.1234' /proc/[0-9]*/cmdline");
  second.mutable_security()->mutable_namespaces()->set_pid(runtime::POD);
  const auto looker = run_container(sandbox->id(), second);
  EXPECT_EQ(wait_exit(looker).exit_code(), 0);
  EXPECT_TRUE(stop(sleeper, 0).ok());
}

TEST_F(ContainerTest, HostNetworkPodsHaveNoNamespaceOfTheirOwn) {
  auto config = sandbox_config();
  config.mutable_security()->mutable_namespaces()->set_network(runtime::NODE);
  const auto sandbox = rt().sandboxes().run(config);
  ASSERT_TRUE(sandbox.ok()) << sandbox.status().to_string();
  EXPECT_EQ(sandbox->netns(), "");
  const auto id = run_script(sandbox->id(), "ls -l /proc/self/ns/net; cat /etc/hostname");
  EXPECT_EQ(wait_exit(id).exit_code(), 0);
  const auto own = std::filesystem::read_symlink("/proc/self/ns/net").string();
  eventually([&] { return log_of(id).find(own) != std::string::npos; }, "the node's network");
}

TEST_F(ContainerTest, SysctlsOfThePodAreSetAndThoseOfTheNodeRefused) {
  auto config = sandbox_config();
  (*config.mutable_sysctls())["net.core.somaxconn"] = "777";
  const auto sandbox = rt().sandboxes().run(config);
  ASSERT_TRUE(sandbox.ok()) << sandbox.status().to_string();
  const auto id = run_script(sandbox->id(), "cat /proc/sys/net/core/somaxconn");
  wait_exit(id);
  eventually([&] { return log_of(id).find("F 777") != std::string::npos; }, "sysctl");
  (*config.mutable_sysctls())["kernel.panic"] = "1";
  EXPECT_EQ(rt().sandboxes().run(config).code(), Code::kInvalid);
}

TEST_F(ContainerTest, LogsContinueInANewFileAfterRotation) {
  const auto sandbox = run_sandbox();
  const auto id =
      run_script(sandbox, "echo before; while [ ! -e /go ]; do sleep 0.05; done; echo after");
  const auto path = status(id).log_path();
  eventually([&] { return read_text(path).find("before") != std::string::npos; }, "log");
  std::filesystem::rename(path, path + ".1");
  ASSERT_TRUE(rt().containers().reopen_log(id).ok());
  EXPECT_TRUE(std::filesystem::exists(path));
  ASSERT_TRUE(exec(id, {"touch", "/go"}).ok());
  wait_exit(id);
  eventually([&] { return read_text(path).find("after") != std::string::npos; }, "log");
  EXPECT_EQ(read_text(path + ".1").find("after"), std::string::npos);
}

TEST_F(ContainerTest, EventsTellTheWholeLife) {
  std::mutex mutex;
  std::vector<runtime::Event::Kind> kinds;
  const auto listener = rt().events().listen([&](const runtime::Event& event) {
    const std::lock_guard lock(mutex);
    kinds.push_back(event.kind());
    return true;
  });
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "true");
  wait_exit(id);
  EXPECT_TRUE(remove_sandbox(sandbox).ok());
  using E = runtime::Event;
  const std::vector<E::Kind> expected{E::SYNC,
                                      E::SANDBOX_READY,
                                      E::CONTAINER_CREATED,
                                      E::CONTAINER_STARTED,
                                      E::CONTAINER_EXITED,
                                      E::SANDBOX_STOPPED,
                                      E::CONTAINER_REMOVED,
                                      E::SANDBOX_REMOVED};
  rt().events().forget(listener);
  const std::lock_guard lock(mutex);
  EXPECT_EQ(kinds, expected);
}

}  // namespace
}  // namespace kubus::runtime_oci::test
