#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <future>

#include "lab.h"
#include "pause_process.h"

namespace kubus::runtime_oci::test {
namespace {

class AdoptTest : public Lab {
 protected:
  std::string run_and_be_killed(const std::function<void(const std::string&)>& launch,
                                const std::function<bool(const std::string&)>& ready);
};

TEST_F(AdoptTest, RunningContainersAreTakenOverAsTheyAre) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "echo $$; exec sleep 1000");
  const auto before = status(id);
  restart();
  const auto after = status(id);
  EXPECT_EQ(after.SerializeAsString(), before.SerializeAsString());
  EXPECT_EQ(exec(id, {"echo", "still"})->stdout(), "still\n");
  EXPECT_EQ(rt().sandbox_status(sandbox)->sandbox().state(), runtime::SANDBOX_READY);
  EXPECT_TRUE(stop(id, 0).ok());
  EXPECT_EQ(status(id).exit_code(), 137);
}

TEST_F(AdoptTest, AnExitThatNobodyWatchedIsFound) {
  const auto id = run_script(run_sandbox(), "while [ ! -e /go ]; do sleep 0.05; done; exit 11");
  const auto root = settings.container(id) + "/rootfs";
  const ProcessId process = ProcessId::of(status(id).pid());
  life.reset();
  write_text(root + "/go", "");
  eventually([&] { return std::filesystem::exists(settings.exits() + "/" + id); }, "exit file");
  EXPECT_FALSE(process.alive());
  restart();
  EXPECT_EQ(wait_exit(id).exit_code(), 11);
  EXPECT_EQ(status(id).reason(), "Error");
}

TEST_F(AdoptTest, AContainerWhoseMonitorVanishedHasEnded) {
  const auto id = run_script(run_sandbox(), "exec sleep 1000");
  const auto monitor =
      static_cast<pid_t>(std::stoi(read_text(settings.container(id) + "/monitor.pid")));
  ASSERT_EQ(::kill(monitor, SIGKILL), 0);
  const auto container = wait_exit(id);
  EXPECT_EQ(container.reason(), "Unknown");
  EXPECT_EQ(container.exit_code(), 255);
}

TEST_F(AdoptTest, ASandboxWhoseHolderVanishedIsNotReady) {
  const auto sandbox = run_sandbox();
  ASSERT_EQ(::kill(rt().sandbox_status(sandbox)->sandbox().pid(), SIGKILL), 0);
  eventually(
      [&] { return rt().sandbox_status(sandbox)->sandbox().state() == runtime::SANDBOX_NOT_READY; },
      "not ready");
  EXPECT_EQ(rt().containers().create(sandbox, container_config("true")).code(), Code::kConflict);
}

TEST_F(AdoptTest, LeftoversWithoutARecordAreRemoved) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "exec sleep 1000");
  const ProcessId process = ProcessId::of(status(id).pid());
  const ProcessId holder = ProcessId::of(rt().sandbox_status(sandbox)->sandbox().pid());
  life.reset();
  write_text(settings.container(id) + "/record", "rubbish");
  write_text(settings.sandbox(sandbox) + "/record", "");
  std::filesystem::create_directories(settings.container("half-made") + "/rootfs");
  restart();
  EXPECT_EQ(rt().container(id).code(), Code::kNotFound);
  EXPECT_EQ(rt().sandbox_status(sandbox).code(), Code::kNotFound);
  eventually([&] { return !process.alive() && !holder.alive(); }, "processes end");
  EXPECT_TRUE(std::filesystem::is_empty(settings.containers()));
  EXPECT_TRUE(std::filesystem::is_empty(settings.sandboxes()));
  EXPECT_EQ(mounts_below(dir.path()), std::vector<std::string>());
}

TEST_F(AdoptTest, TheNextGenerationComesWhenTheFormerOneIsGone) {
  const auto sandbox = run_sandbox();
  const auto running = run_script(sandbox, "exec sleep 1000");
  const auto created = rt().containers().create(sandbox, container_config("exec sleep 1000"));
  ASSERT_TRUE(created.ok());
  EXPECT_EQ(Life(settings).status.code(), Code::kConflict);
  restart();
  EXPECT_EQ(exec(running, {"echo", "both"})->stdout(), "both\n");
  ASSERT_TRUE(rt().containers().start(created->id()).ok());
  EXPECT_EQ(exec(created->id(), {"echo", "both"})->stdout(), "both\n");
}

TEST_F(AdoptTest, ADrainWaitsForNoCommandAndNoStop) {
  const auto sandbox = run_sandbox();
  const auto id = run_script(sandbox, "trap '' TERM; while :; do sleep 1000; done");
  std::promise<Status> stopped;
  rt().containers().stop(id, std::chrono::hours(1), "",
                         [&](const Status& status) { stopped.set_value(status); });
  runtime::ExecSyncRequest request;
  request.set_id(id);
  for (const char* word : {"sleep", "1000"}) request.add_command(word);
  std::promise<Code> ended;
  rt().sessions().exec_sync(request, [&](const auto& result) { ended.set_value(result.code()); });
  life->loop.post([&] { rt().drain(); });
  EXPECT_EQ(stopped.get_future().get().code(), Code::kUnavailable);
  EXPECT_EQ(ended.get_future().get(), Code::kUnavailable);
  restart();
  EXPECT_EQ(status(id).state(), runtime::CONTAINER_RUNNING);
  EXPECT_TRUE(stop(id, 0).ok());
}

// A process of its own runs a container and, in it, commands: `launch` is called there. It is
// killed when `ready` holds for the container, whose id is returned.
std::string AdoptTest::run_and_be_killed(const std::function<void(const std::string&)>& launch,
                                         const std::function<bool(const std::string&)>& ready) {
  life.reset();
  Pipe pipe = std::move(*Pipe::make());
  // It may use nothing of this process's threads, of which there are none now.
  const pid_t owner = ::fork();
  if (owner == 0) {
    life = std::make_unique<Life>(settings);
    const auto sandbox = rt().sandboxes().run(sandbox_config());
    const auto created =
        rt().containers().create(sandbox->id(), container_config("exec sleep 1000"));
    (void)rt().containers().start(created->id()).ok();
    launch(created->id());
    (void)write_all(pipe.write.get(), created->id() + "\n").ok();
    for (;;) ::pause();
  }
  char text[128] = {};
  EXPECT_GT(::read(pipe.read.get(), text, sizeof text - 1), 64);
  const std::string id(text, 64);
  eventually([&] { return ready(id); }, "what the other process is to start");
  ::kill(owner, SIGKILL);
  ::waitpid(owner, nullptr, 0);
  return id;
}

TEST_F(AdoptTest, CommandsEndWithTheOwnerWhoStartedThem) {
  const auto command = [&](const std::string& id) {
    runtime::ExecSyncRequest request;
    request.set_id(id);
    for (const char* word : {"sh", "-c", "touch /runs; exec sleep 777"}) request.add_command(word);
    rt().sessions().exec_sync(request, [](const auto&) {});
  };
  const auto id = run_and_be_killed(command, [&](const std::string& container) {
    return exists(settings.container(container) + "/rootfs/runs");
  });
  restart();
  const auto gone = [&] {
    const auto look = exec(id, {"sh", "-c", "cat /proc/[0-9]*/cmdline | grep -aq 'slee[p].777'"});
    return look.ok() && look->exit_code() != 0;
  };
  eventually(gone, "the command ends");
  EXPECT_EQ(status(id).state(), runtime::CONTAINER_RUNNING);
  EXPECT_TRUE(stop(id, 0).ok());
}

TEST_F(AdoptTest, ContainersOutliveTheirOwnerBeingKilled) {
  const auto nothing = [](const std::string&) {};
  const auto id = run_and_be_killed(nothing, [](const std::string&) { return true; });
  restart();
  EXPECT_EQ(status(id).state(), runtime::CONTAINER_RUNNING);
  EXPECT_EQ(exec(id, {"echo", "alive"})->stdout(), "alive\n");
  EXPECT_TRUE(stop(id, 0).ok());
}

}  // namespace
}  // namespace kubus::runtime_oci::test
