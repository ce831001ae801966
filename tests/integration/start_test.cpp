// What `kubus up` says of a start that fails, or that is not all right.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "cluster.h"
#include "residue.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Longer than the whole test may take: whoever waits for it fails.
const std::vector<std::string> kNoDeadline = {"--timeout", "3600"};

class Start : public ::testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = Cluster::missing(); !why.empty()) GTEST_SKIP() << why;
  }

  // What is said when it cannot start; nothing but its log is left then.
  static std::string failure(const std::string& variable, const std::string& value) {
    Cluster cluster(ClusterOptions{{{variable, value}}});
    const auto result = cluster.up(kNoDeadline);
    EXPECT_EQ(result.code, 1) << result.out;
    EXPECT_THAT(residue(cluster.name()), IsEmpty());
    const auto log = "/tmp/kubus-" + cluster.name() + "-kubusd.log";
    EXPECT_THAT(result.out, HasSubstr("\n  log: " + log + "\n"));
    EXPECT_TRUE(fs::remove(log));
    EXPECT_FALSE(fs::exists(cluster.kubeconfig()));
    return result.out;
  }
};

TEST_F(Start, APluginThatDoesNotWorkIsNamedThoughTheNodeIsReady) {
  ClusterOptions options;
  options.environment = {{"KUBUS_SCHEDULER_ISOLATION", "apart"}};
  options.own_plugins = true;
  Cluster cluster(options);
  std::ofstream(cluster.plugin_dir() + "/broken.so") << "no plugin";
  const auto up = cluster.up();
  EXPECT_TRUE(up.ok()) << up.out;
  EXPECT_THAT(up.out, AllOf(HasSubstr("cluster " + cluster.name() + " is up in "),
                            HasSubstr("\nkubus up: plugin broken refused: not an ELF file\n"
                                      "kubus up: plugin scheduler failed: environment "
                                      "KUBUS_SCHEDULER_ISOLATION: scheduler.isolation: expected "
                                      "one of auto, in-process, process, found \"apart\"\n")));
  EXPECT_TRUE(cluster.down().ok());
  EXPECT_THAT(residue(cluster.name()), IsEmpty());
}

TEST_F(Start, ANodeThatCannotBecomeReadyIsNotWaitedFor) {
  EXPECT_THAT(failure("KUBUS_RUNTIME_OCI_ISOLATION", "apart"),
              HasSubstr(" is not Ready and will not be\n  plugin runtime-oci failed: environment "
                        "KUBUS_RUNTIME_OCI_ISOLATION: runtime-oci.isolation: expected one of"));
  EXPECT_THAT(failure("KUBUS_KUBELET_ENABLED", "false"),
              HasSubstr(" is not Ready and will not be\n  plugin kubelet disabled: by environment "
                        "KUBUS_KUBELET_ENABLED\n"));
}

TEST_F(Start, ADaemonThatEndsIsNotWaitedFor) {
  EXPECT_THAT(failure("KUBUS_REQUIRED", "nobody"),
              AllOf(HasSubstr("kubus up: kubusd ended with code 1\n"),
                    HasSubstr("required plugin nobody cannot start: no file holds such a plugin")));
  EXPECT_THAT(failure("KUBUS_WATCH", "perhaps"),
              HasSubstr("kubus up: kubusd ended with code 78\n  kubusd: environment KUBUS_WATCH: "
                        "watch: expected true or false, found \"perhaps\"\n"));
}

TEST_F(Start, AWrongSettingIsRefusedBeforeKubusdStarts) {
  Cluster cluster;
  const auto up = cluster.up({"--set", "log.level=loud"});
  EXPECT_EQ(up.code, 1);
  EXPECT_EQ(up.out,
            "kubus up: wrong configuration\n  kubusd: --set: log.level: expected one of debug, "
            "info, warn, error, found \"loud\"\n");
  const auto next = cluster.up({"--set", "scheduler.bogus=1", "--set", "nobody.bogus=1"});
  EXPECT_EQ(next.code, 1);
  EXPECT_EQ(next.out,
            "kubus up: wrong configuration\n  kubusd: --set: scheduler.bogus: unknown key\n"
            "  --set: nobody.bogus: unknown key: the kernel has none such and no plugin is called "
            "nobody\n");
  EXPECT_THAT(residue(cluster.name()), IsEmpty());
}

}  // namespace
}  // namespace kubus::integration
