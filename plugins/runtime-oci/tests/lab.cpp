#include "lab.h"

#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "eventually.h"
#include "overlay.h"

namespace kubus::runtime_oci::test {
namespace {

constexpr std::chrono::seconds kDeadline(60);

// Waits for an answer that arrives through a callback.
template <class T>
class Answer {
 public:
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
    changed_.notify_all();
  }
  std::optional<T> wait() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, kDeadline, [&] { return value_.has_value(); });
    return value_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<T> value_;
};

Status await(const std::function<void(Done)>& operation) {
  auto answer = std::make_shared<Answer<Status>>();
  operation([answer](const Status& status) { answer->set(status); });
  const auto got = answer->wait();
  return got ? *got : Status(Code::kTimeout, "no answer");
}

std::string helper_dir() {
  const char* build = std::getenv("KUBUS_BUILD_DIR");
  if (build) return std::string(build) + "/bin";
  return std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
}

}  // namespace

std::vector<std::string> mounts_below(const std::string& path) {
  std::vector<std::string> result;
  std::ifstream in("/proc/self/mountinfo");
  for (std::string line; std::getline(in, line);) {
    std::istringstream fields(line);
    std::string point;
    for (int i = 0; i < 5; ++i) fields >> point;
    if (point.starts_with(path)) result.push_back(point);
  }
  return result;
}

Life::Life(const Settings& settings) {
  auto opened = Runtime::open(settings, loop, pool, Logger("runtime-oci-test"));
  status = opened.status();
  if (opened.ok()) runtime = std::move(*opened);
}

Life::~Life() {
  pool.stop();
  loop.stop();
}

void Lab::SetUp() {
  if (::geteuid() != 0) GTEST_SKIP() << "containers need root";
  if (!has_static_busybox()) GTEST_SKIP() << "/bin/busybox (busybox-static) is not installed";
  for (const char* program : {"crun", "conmon"})
    if (!find_program(program).ok()) GTEST_SKIP() << program << " is not installed";
  settings.state_dir = dir / "state";
  settings.runtime_dir = dir / "run";
  settings.helper_dir = helper_dir();
  cgroup = "/kubus-oci-test-" + std::to_string(::getpid());
  settings.default_cgroup = cgroup;
  life = std::make_unique<Life>(settings);
  ASSERT_TRUE(life->runtime) << life->status.to_string();
  ImageSpec image;
  image.layers = {busybox_layer()};
  image.config = R"({"Env":["PATH=/bin","FROM_IMAGE=yes"],"Cmd":["/bin/sh"],"WorkingDir":"/"})";
  image.name = "demo:1";
  write_oci_archive(dir / "demo.tar", image);
  const auto loaded = rt().load_image(dir / "demo.tar", "");
  ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
}

void Lab::TearDown() {
  if (!life) return;
  if (!life->runtime) restart();
  if (life->runtime) {
    const auto all = rt().list(runtime::ListSandboxesRequest());
    for (const auto& sandbox : all.sandboxes()) EXPECT_TRUE(remove_sandbox(sandbox.id()).ok());
    EXPECT_EQ(mounts_below(dir.path()), std::vector<std::string>());
    EXPECT_TRUE(rt().node().cgroups.processes(cgroup).empty());
    rt().node().cgroups.kill_all(cgroup);
    rt().node().cgroups.remove(cgroup);
    EXPECT_FALSE(rt().node().cgroups.present(cgroup));
  }
  life.reset();
  unmount_below(dir.path());
}

void Lab::restart() {
  life.reset();
  life = std::make_unique<Life>(settings);
  ASSERT_TRUE(life->runtime) << life->status.to_string();
}

void Lab::eventually(const std::function<bool()>& done, const std::string& what) {
  ASSERT_TRUE(testing::eventually(done, kDeadline)) << "never: " << what;
}

runtime::SandboxConfig Lab::sandbox_config(const std::string& uid) {
  runtime::SandboxConfig config;
  config.set_pod_name("web");
  config.set_pod_namespace("default");
  config.set_pod_uid(uid);
  config.set_hostname("web-0");
  config.set_resolv_conf("nameserver 192.0.2.53\n");
  config.set_log_directory(dir / ("logs/" + uid));
  return config;
}

runtime::ContainerConfig Lab::container_config(const std::string& script) {
  runtime::ContainerConfig config;
  config.set_name("main");
  config.set_image(kImage);
  for (const char* word : {"/bin/sh", "-c"}) config.add_command(word);
  config.add_command(script);
  config.mutable_security()->mutable_namespaces()->set_pid(runtime::CONTAINER);
  config.mutable_security()->mutable_seccomp()->set_kind(runtime::SeccompProfile::RUNTIME_DEFAULT);
  config.set_log_path("main/0.log");
  return config;
}

std::string Lab::run_sandbox(const std::string& uid) {
  const auto sandbox = rt().sandboxes().run(sandbox_config(uid));
  EXPECT_TRUE(sandbox.ok()) << sandbox.status().to_string();
  return sandbox.ok() ? sandbox->id() : "";
}

std::string Lab::run_container(const std::string& sandbox, const runtime::ContainerConfig& config) {
  const auto created = rt().containers().create(sandbox, config);
  EXPECT_TRUE(created.ok()) << created.status().to_string();
  if (!created.ok()) return "";
  const auto started = rt().containers().start(created->id());
  EXPECT_TRUE(started.ok()) << started.status().to_string();
  return created->id();
}

runtime::Container Lab::status(const std::string& id) {
  const auto container = rt().container(id);
  EXPECT_TRUE(container.ok()) << container.status().to_string();
  return container.ok() ? *container : runtime::Container();
}

runtime::Container Lab::wait_exit(const std::string& id) {
  eventually([&] { return status(id).state() == runtime::CONTAINER_EXITED; }, "exit of " + id);
  return status(id);
}

std::string Lab::log_of(const std::string& id) { return read_text(status(id).log_path()); }

Status Lab::stop(const std::string& id, int timeout_ms) {
  return await([&](Done done) {
    rt().containers().stop(id, std::chrono::milliseconds(timeout_ms), "", std::move(done));
  });
}

Status Lab::remove_container(const std::string& id) {
  return await([&](Done done) { rt().containers().remove(id, false, std::move(done)); });
}

Status Lab::remove_sandbox(const std::string& id) {
  return await([&](Done done) { rt().sandboxes().remove(id, std::move(done)); });
}

Result<runtime::ExecSyncResponse> Lab::exec(const std::string& id,
                                            const std::vector<std::string>& command,
                                            int timeout_ms) {
  runtime::ExecSyncRequest request;
  request.set_id(id);
  for (const auto& word : command) request.add_command(word);
  request.set_timeout_ms(timeout_ms);
  auto answer = std::make_shared<Answer<Result<runtime::ExecSyncResponse>>>();
  rt().sessions().exec_sync(request, [answer](auto result) { answer->set(std::move(result)); });
  auto got = answer->wait();
  return got ? *got : Result<runtime::ExecSyncResponse>(Code::kTimeout, "no answer");
}

}  // namespace kubus::runtime_oci::test
