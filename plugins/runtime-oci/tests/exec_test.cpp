#include "lab.h"

namespace kubus::runtime_oci::test {
namespace {

class ExecTest : public Lab {
 protected:
  std::string start() { return run_script(run_sandbox(), "exec sleep 1000"); }
};

TEST_F(ExecTest, GivesOutputErrorsAndExitCode) {
  const auto id = start();
  const auto result = exec(id, {"sh", "-c", "echo out; echo err >&2; exit 3"});
  ASSERT_TRUE(result.ok()) << result.status().to_string();
  EXPECT_EQ(result->stdout(), "out\n");
  EXPECT_EQ(result->stderr(), "err\n");
  EXPECT_EQ(result->exit_code(), 3);
}

TEST_F(ExecTest, RunsInTheContainersCgroupAndEnvironment) {
  const auto id = start();
  const auto result = exec(id, {"sh", "-c", "echo $FROM_IMAGE; cat /proc/self/cgroup; hostname"});
  ASSERT_TRUE(result.ok());
  EXPECT_NE(result->stdout().find("yes\n"), std::string::npos);
  EXPECT_NE(result->stdout().find("web-0\n"), std::string::npos);
  if (!rt().node().cgroups.v2()) EXPECT_NE(result->stdout().find(id), std::string::npos);
}

TEST_F(ExecTest, ACommandThatTakesTooLongIsKilled) {
  const auto id = start();
  const auto result = exec(id, {"sleep", "4321"}, 300);
  EXPECT_EQ(result.code(), Code::kTimeout);
  const auto left = exec(id, {"sh", "-c", "cat /proc/[0-9]*/cmdline | grep -ac 'slee[p].4321'"});
  EXPECT_NE(left->exit_code(), 0) << left->stdout();
}

TEST_F(ExecTest, ACommandThatDoesNotExistIsAnError) {
  const auto id = start();
  const auto result = exec(id, {"/no/such/program"});
  ASSERT_FALSE(result.ok());
  EXPECT_NE(result.status().message().find("/no/such/program"), std::string::npos);
  EXPECT_EQ(exec("nothing", {"true"}).code(), Code::kNotFound);
}

TEST_F(ExecTest, OutputIsCapped) {
  const auto id = start();
  const auto result = exec(id, {"head", "-c", "20000000", "/dev/zero"});
  ASSERT_TRUE(result.ok());
  EXPECT_TRUE(result->truncated());
  EXPECT_EQ(result->stdout().size(), 16u << 20);
}

TEST_F(ExecTest, ABackgroundChildDoesNotHoldTheAnswer) {
  const auto id = start();
  const auto result = exec(id, {"sh", "-c", "sleep 500 & echo done"});
  ASSERT_TRUE(result.ok());
  EXPECT_EQ(result->stdout(), "done\n");
}

TEST_F(ExecTest, AContainerThatDoesNotRunIsAConflict) {
  const auto id = run_script(run_sandbox(), "true");
  wait_exit(id);
  EXPECT_EQ(exec(id, {"true"}).code(), Code::kConflict);
}

}  // namespace
}  // namespace kubus::runtime_oci::test
