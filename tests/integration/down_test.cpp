// Which cluster `kubus down` takes down.
#include <gmock/gmock.h>
#include <unistd.h>

#include "cluster.h"

namespace kubus::integration {
namespace {

using ::testing::HasSubstr;

// With clusters @a and @b that are no more than their folders, on a machine that nobody else sees:
// directories of its own, so that there are no others, and a network of its own, as links are named
// by index.
class Down : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!testing::run_command(isolated("true")).ok()) GTEST_SKIP() << "needs root and namespaces";
  }

  static std::vector<std::string> isolated(const std::string& script) {
    return {"unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "sh", "-c", script};
  }
  // Control groups are the machine's: no real cluster may have these names.
  static std::string named(std::string text) {
    const auto prefix = "test-down-" + std::to_string(::getpid()) + "-";
    for (std::size_t at = 0; (at = text.find('@', at)) != std::string::npos;)
      text.replace(at, 1, prefix);
    return text;
  }
  // Afterwards the names of what is still there follow what `kubus` said.
  static testing::CommandResult kubus(const std::string& clusters, const std::string& arguments,
                                      const std::string& environment = "") {
    return testing::run_command(isolated(named(
        "set -e; mount -t tmpfs tmpfs /run; mkdir -p /run/kubus /var/lib/kubus; "
        "mount -t tmpfs tmpfs /var/lib/kubus; unset KUBUS_RUN_DIR; "
        "export KUBECONFIG=/run/kubeconfig " + environment + "\n"
        "up() { down $1 $2; mkdir -p /run/kubus/$1/bus; touch /run/kubus/$1/bus/kubus; }\n"
        "down() { mkdir /var/lib/kubus/$1; echo $2 >/var/lib/kubus/$1/index; }\n" +
        clusters + "\nset +e\n" + testing::build_dir() + "/bin/kubus " + arguments +
        "\ncode=$?; echo left: $(ls /var/lib/kubus); exit $code")));
  }
};

TEST_F(Down, TakesTheClusterThatWasChosenAndNoOther) {
  const std::string two = "up @a 0; up @b 1";
  const struct {
    std::string clusters;
    std::string arguments;
    std::string environment;
    int code;
    std::string text;
  } cases[] = {
      {two, "--run-dir /run/kubus/@b down", "", 0, "cluster @b is gone\nleft: @a\n"},
      {two, "down --run-dir /run/kubus/@b", "", 0, "cluster @b is gone\nleft: @a\n"},
      {two, "down", "KUBUS_RUN_DIR=/run/kubus/@b", 0, "cluster @b is gone\nleft: @a\n"},
      {two, "down --name @b", "", 0, "cluster @b is gone\nleft: @a\n"},
      {two, "down --name @b", "KUBUS_RUN_DIR=/run/kubus/@a", 0, "@b is gone\nleft: @a\n"},
      {two, "--run-dir /run/kubus/@a down --name @b", "", 2,
       "kubus down: --name @b and --run-dir /run/kubus/@a are different clusters: give one of "
       "the two\nleft: @a @b\n"},
      {two, "down", "", 2,
       "kubus down: several clusters are up: choose one with --name, --run-dir or "
       "KUBUS_RUN_DIR:\n  /run/kubus/@a\n  /run/kubus/@b\nleft: @a @b\n"},
      {two, "down --name ''", "", 2, "cluster name \"\" must be"},
      {two, "--run-dir '' down", "", 2, "\"\" is not the run directory"},
      {two, "--run-dir /run/kubus down", "", 2, "left: @a @b\n"},
      {"up @b 1", "down", "", 0, "cluster @b is gone\nleft:\n"},
      // A kubusd of nobody's cluster is not in the way.
      {"up @b 1; mkdir /run/kubus/bus; touch /run/kubus/bus/kubus", "down", "", 0, "@b is gone\n"},
      // Dead ones: by name though another is up, and when nothing else is left.
      {"down @a 0; up @b 1", "down", "", 0, "cluster @b is gone\nleft: @a\n"},
      {"down @a 0; up @b 1", "down --name @a", "", 0, "cluster @a is gone\nleft: @b\n"},
      {"down @a 0; up @b 1", "--run-dir /run/kubus/@b down --name @a", "", 2, "different"},
      {"down @b 1", "down", "", 0, "cluster @b is gone\nleft:\n"},
      {"down @a 0; down @b 1", "down", "", 2, "no cluster is up, several are left: choose one"},
      {"true", "down", "", 1, "kubus down: there is no cluster\n"},
      {"up @b 1", "down --name @a", "", 1, "there is no cluster \"@a\"\nleft: @b\n"},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.clusters + ": " + one.environment + " kubus " + one.arguments);
    const auto result = kubus(one.clusters, one.arguments, one.environment);
    EXPECT_EQ(result.code, one.code) << result.out;
    EXPECT_THAT(result.out, HasSubstr(named(one.text)));
  }
}

// As one that was started in another mount namespace, where alone its network namespace has a name.
TEST_F(Down, EndsADaemonThatOnlyItsArgumentsTie) {
  const auto result = kubus(
      "up @a 0; ln -s /bin/sh /run/kubusd\n"
      "/run/kubusd -c 'sleep 20 & wait' x run_dir=/run/kubus/@a & daemon=$!\n"
      "echo $daemon >/run/kubus/@a/kubusd.pid",
      "down && { wait $daemon; [ $? -gt 128 ]; }");
  EXPECT_EQ(result.code, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr(named("cluster @a is gone\n")));
}

}  // namespace
}  // namespace kubus::integration
