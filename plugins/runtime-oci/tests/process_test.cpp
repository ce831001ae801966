#include "process.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "image_builder.h"
#include "record.h"

namespace kubus::runtime_oci {
namespace {

SpawnOptions shell(const std::string& script) {
  SpawnOptions options;
  options.argv = {"/bin/sh", "-c", script};
  options.env = minimal_env();
  return options;
}

TEST(Signals, AreKnownByNameAndNumber) {
  EXPECT_EQ(signal_number("SIGTERM"), SIGTERM);
  EXPECT_EQ(signal_number("term"), SIGTERM);
  EXPECT_EQ(signal_number("9"), SIGKILL);
  EXPECT_EQ(signal_number("RTMIN+3"), SIGRTMIN + 3);
  EXPECT_EQ(signal_number("SIGRTMAX-1"), SIGRTMAX - 1);
  for (const char* text : {"", "0", "-1", "999", "NOSUCH", "RTMIN+99"})
    EXPECT_EQ(signal_number(text), 0) << text;
  EXPECT_EQ(signal_name(SIGQUIT), "SIGQUIT");
  EXPECT_EQ(signal_number(signal_name(SIGRTMIN + 3)), SIGRTMIN + 3);
}

TEST(Run, GivesOutputAndExitCode) {
  const auto result = run(shell("echo out; echo err >&2; exit 3"), std::chrono::seconds(60));
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_EQ(result->out, "out\n");
  EXPECT_EQ(result->err, "err\n");
  EXPECT_EQ(result->exit_code, 3);
  EXPECT_EQ(run(shell("kill -9 $$"), std::chrono::seconds(60))->exit_code, 137);
}

TEST(Run, EndsWithTheProcessNotWithItsChildren) {
  const auto result = run(shell("sleep 30 & echo $!"), std::chrono::seconds(60));
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(::kill(std::stoi(result->out), SIGKILL), 0) << "still there, and not waited for";
}

TEST(Run, KillsWhatTakesTooLong) {
  EXPECT_EQ(run(shell("exec sleep 100"), std::chrono::milliseconds(50)).code(), Code::kTimeout);
  SpawnOptions missing;
  missing.argv = {"/no/such/program"};
  EXPECT_EQ(run(missing, std::chrono::seconds(1)).code(), Code::kNotFound);
}

TEST(Spawn, PassesOnlyTheNamedDescriptors) {
  auto first = Pipe::make();
  auto second = Pipe::make();
  ASSERT_TRUE(first.ok() && second.ok());
  const UniqueFd leak(::dup(first->write.get()));  // without close-on-exec
  auto options = shell("echo one >&3; echo two >&4; ls /proc/self/fd | wc -l >&4");
  options.fds = {{second->write.get(), 4}, {first->write.get(), 3}};
  const auto pid = spawn(options);
  ASSERT_TRUE(pid.ok());
  EXPECT_EQ(wait_exit(*pid), 0);
  char text[64] = {};
  ASSERT_GT(::read(first->read.get(), text, sizeof text - 1), 0);
  EXPECT_STREQ(text, "one\n");
  const ssize_t got = ::read(second->read.get(), text, sizeof text - 1);
  EXPECT_EQ(std::string(text, static_cast<std::size_t>(got)).substr(0, 4), "two\n");
}

TEST(ProcessIds, TellAProcessFromALaterOneWithItsNumber) {
  const auto pid = spawn(shell("exec sleep 100"));
  ASSERT_TRUE(pid.ok());
  const auto process = ProcessId::of(*pid);
  EXPECT_TRUE(process.alive());
  EXPECT_TRUE(process.open().ok());
  const ProcessId impostor{process.pid, process.start_time + 1};
  EXPECT_FALSE(impostor.alive());
  EXPECT_TRUE(impostor.signal(SIGKILL).ok()) << "what is gone is no error";
  EXPECT_TRUE(process.alive()) << "and it was not hit";
  EXPECT_TRUE(process.signal(SIGKILL).ok());
  EXPECT_EQ(wait_exit(*pid), 137);
  EXPECT_FALSE(process.alive());
  EXPECT_FALSE(ProcessId().alive());
}

TEST(Records, SurviveUnchangedAndRubbishIsRefused) {
  const test::TempDir dir;
  ContainerRecord record;
  record.message.set_id("abc");
  record.message.mutable_config()->set_name(std::string("line\nand zero\0", 14));
  record.process = {12, 34};
  record.monitor = {56, 78};
  ASSERT_TRUE(save_record(dir / "record", record).ok());
  const auto loaded = load_container(dir / "record");
  ASSERT_TRUE(loaded.ok()) << loaded.status().to_string();
  EXPECT_EQ(loaded->message.SerializeAsString(), record.message.SerializeAsString());
  EXPECT_EQ(loaded->process.start_time, 34u);
  EXPECT_EQ(loaded->monitor.pid, 56);
  for (const std::string text :
       {"", "x", "kubus-runtime-1", "kubus-runtime-1 b 1 2 3 4\n\xff\xff"}) {
    test::write_text(dir / "record", text);
    EXPECT_FALSE(load_container(dir / "record").ok()) << text;
  }
  test::write_text(dir / "record", "kubus-runtime-1 another-boot 1 2 3 4\n");
  EXPECT_EQ(load_container(dir / "record")->process.pid, 0) << "no process outlives a reboot";
}

TEST(Files, AreReplacedAsAWhole) {
  const test::TempDir dir;
  ASSERT_TRUE(write_file(dir / "f", "one", 0600, true).ok());
  ASSERT_TRUE(write_file(dir / "f", "two", 0600, false).ok());
  EXPECT_EQ(*read_file(dir / "f"), "two");
  EXPECT_EQ(list_dir(dir.path()), std::vector<std::string>{"f"});
  EXPECT_FALSE(write_file(dir / "no/such/dir", "x", 0600, false).ok());
  EXPECT_EQ(read_file(dir / "f", 2).code(), Code::kRequestEntityTooLarge);
}

}  // namespace
}  // namespace kubus::runtime_oci
