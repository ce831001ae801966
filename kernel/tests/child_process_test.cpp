#include "supervisor/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "waiting.h"

namespace kubus::kernel {
namespace {

using ::testing::HasSubstr;

class ChildProcessTest : public ::testing::Test {
 protected:
  // Runs the program and returns how it ended.
  std::string end_of(const std::vector<std::string>& arguments, const std::string& input = "",
                     int signal = 0) {
    Watched<std::string> end;
    std::unique_ptr<ChildProcess> child;
    loop_.post([&] {
      auto spawned = ChildProcess::spawn(loop_, arguments, input, [&](const Status& why) {
        end.change([&](auto& text) { text = why.ok() ? "ok" : why.message(); });
      });
      if (!spawned.ok()) {
        end.change([&](auto& text) { text = spawned.status().message(); });
        return;
      }
      child = std::move(*spawned);
      if (signal != 0) child->kill(signal);
    });
    EXPECT_TRUE(end.wait([](const auto& text) { return !text.empty(); }));
    Watched<bool> gone;
    loop_.post([&] {
      child.reset();
      gone.change([](bool& done) { done = true; });
    });
    EXPECT_TRUE(gone.wait([](bool done) { return done; }));
    return end.get();
  }
  Loop loop_{"test"};
};

TEST_F(ChildProcessTest, TellsHowItEnded) {
  EXPECT_EQ(end_of({"/bin/true"}), "ok");
  EXPECT_EQ(end_of({"/bin/sh", "-c", "exit 3"}), "its process exited with code 3");
  EXPECT_EQ(end_of({"/bin/sleep", "1000"}, "", SIGKILL),
            "its process was killed by signal 9 (Killed)");
  EXPECT_THAT(end_of({"/nonexistent"}), HasSubstr("cannot start /nonexistent"));
}

TEST_F(ChildProcessTest, ReadsItsInput) {
  EXPECT_EQ(end_of({"/bin/sh", "-c", "test \"$(cat)\" = hello"}, "hello"), "ok");
}

TEST_F(ChildProcessTest, IsKilledWithItsOwner) {
  Watched<int> pid;
  loop_.post([&] {
    auto child = ChildProcess::spawn(loop_, {"/bin/sleep", "1000"}, "", [](const Status&) {});
    int id = (*child)->pid();
    child->reset();
    pid.change([&](int& value) { value = id; });
  });
  ASSERT_TRUE(pid.wait([](int value) { return value > 0; }));
  EXPECT_NE(::kill(pid.get(), 0), 0);
}

}  // namespace
}  // namespace kubus::kernel
