// Times of sandboxes and containers and what their helpers weigh; one line of JSON per figure.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>

#include "image_builder.h"
#include "runtime.h"

namespace kubus::runtime_oci::test {
namespace {

constexpr int kRounds = 20;

double now_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

void print(const char* name, std::vector<double> values, const char* unit) {
  if (values.empty()) return;
  std::sort(values.begin(), values.end());
  std::printf(
      "{\"bench\":\"runtime_oci.%s\",\"p50\":%.1f,\"max\":%.1f,\"unit\":\"%s\",\"n\":%zu}\n", name,
      values[values.size() / 2], values.back(), unit, values.size());
}

double pss_kb(pid_t pid) {
  const auto text = read_text("/proc/" + std::to_string(pid) + "/smaps_rollup");
  const auto at = text.find("\nPss:");
  return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + 5, nullptr);
}

Status wait(const std::function<void(Done)>& operation) {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  Status result;
  operation([&](const Status& status) {
    const std::lock_guard lock(mutex);
    result = status;
    over = true;
    changed.notify_all();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return over; });
  return result;
}

struct Times {
  std::vector<double> sandbox, create, start, exec, remove, pause_kb, conmon_kb;
};

Status one_round(Runtime& runtime, Times& times, int round) {
  runtime::SandboxConfig pod;
  pod.set_pod_uid("bench-" + std::to_string(round));
  pod.set_hostname("bench");
  pod.set_log_directory(runtime.node().settings.state_dir + "/logs");
  const double begin = now_ms();
  const auto sandbox = runtime.sandboxes().run(pod);
  if (!sandbox.ok()) return sandbox.status();
  const double ready = now_ms();
  runtime::ContainerConfig config;
  config.set_image("demo:1");
  for (const char* word : {"/bin/sleep", "1000"}) config.add_command(word);
  config.mutable_security()->mutable_namespaces()->set_pid(runtime::CONTAINER);
  config.mutable_security()->mutable_seccomp()->set_kind(runtime::SeccompProfile::RUNTIME_DEFAULT);
  config.mutable_resources()->set_memory_limit(64 << 20);
  config.set_log_path(std::to_string(round) + ".log");
  const auto created = runtime.containers().create(sandbox->id(), config);
  if (!created.ok()) return created.status();
  const double made = now_ms();
  const auto started = runtime.containers().start(created->id());
  if (!started.ok()) return started.status();
  const double running = now_ms();
  runtime::ExecSyncRequest request;
  request.set_id(created->id());
  request.add_command("/bin/true");
  const auto executed = wait([&](Done done) {
    runtime.sessions().exec_sync(request, [done](auto result) { done(result.status()); });
  });
  if (!executed.ok()) return executed;
  times.sandbox.push_back(ready - begin);
  times.create.push_back(made - ready);
  times.start.push_back(running - made);
  times.exec.push_back(now_ms() - running);
  times.pause_kb.push_back(pss_kb(sandbox->pid()));
  const auto monitor = runtime.node().settings.container(created->id()) + "/monitor.pid";
  times.conmon_kb.push_back(pss_kb(std::atoi(read_text(monitor).c_str())));
  const auto killed = wait([&](Done done) {
    runtime.containers().stop(created->id(), std::chrono::milliseconds(0), "", std::move(done));
  });
  if (!killed.ok()) return killed;
  const double removing = now_ms();
  const auto removed =
      wait([&](Done done) { runtime.sandboxes().remove(sandbox->id(), std::move(done)); });
  times.remove.push_back(now_ms() - removing);
  return removed;
}

int run() {
  const TempDir dir;
  Settings settings;
  settings.state_dir = dir / "state";
  settings.runtime_dir = dir / "run";
  const char* build = std::getenv("KUBUS_BUILD_DIR");
  settings.helper_dir =
      build ? std::string(build) + "/bin"
            : std::filesystem::read_symlink("/proc/self/exe").parent_path().string();
  settings.default_cgroup = "/kubus-oci-bench-" + std::to_string(::getpid());
  ImageSpec image;
  image.layers = {busybox_layer()};
  image.name = "demo:1";
  write_oci_archive(dir / "demo.tar", image);
  Loop loop("bench");
  Pool pool("bench", 8);
  auto runtime = Runtime::open(settings, loop, pool, Logger("bench"));
  Status status = runtime.status();
  if (runtime.ok()) status = (*runtime)->load_image(dir / "demo.tar", "").status();
  Times times;
  for (int round = 0; status.ok() && round < kRounds; ++round)
    status = one_round(**runtime, times, round);
  pool.stop();
  loop.stop();
  if (runtime.ok()) (*runtime)->node().cgroups.remove(settings.default_cgroup);
  print("sandbox_start", times.sandbox, "ms");
  print("container_create", times.create, "ms");
  print("container_start", times.start, "ms");
  print("exec_sync", times.exec, "ms");
  print("sandbox_remove", times.remove, "ms");
  print("pause_pss", times.pause_kb, "kB");
  print("conmon_pss", times.conmon_kb, "kB");
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.to_string().c_str());
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace kubus::runtime_oci::test

int main() { return kubus::runtime_oci::test::run(); }
