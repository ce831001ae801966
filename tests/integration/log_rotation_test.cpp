// Logs of containers that write much: they stay within their bounds, and nothing is lost to who
// follows them.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "cluster_test.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;
using ::testing::StartsWith;

constexpr int kLines = 6000;

class LogRotationTest : public ClusterTest {
 protected:
  ClusterOptions options() const override {
    return {.environment = {{"KUBUS_KUBELET_CONTAINER_LOG_MAX_SIZE", "64Ki"},
                            {"KUBUS_KUBELET_CONTAINER_LOG_MAX_FILES", "3"},
                            {"KUBUS_KUBELET_CONTAINER_LOG_MONITOR_INTERVAL", "100ms"}}};
  }

  // Of the one container there is.
  std::vector<std::string> log_files() {
    std::vector<std::string> names;
    std::error_code gone;
    for (fs::recursive_directory_iterator at(cluster().state_dir(), gone), end; at != end;
         at.increment(gone))
      if (at->path().parent_path().filename() == "writer" &&
          at->path().filename().string().starts_with("0.log"))
        names.push_back(at->path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  // What a line of sh that calls kubectl prints.
  std::string shell(const std::string& line) {
    const char* path = std::getenv("PATH");
    testing::CommandOptions options;
    options.environment = {
        {"KUBECONFIG", cluster().kubeconfig()},
        {"PATH", testing::source_dir() + "/build/clients:" + (path ? path : "")}};
    return testing::run_command({"sh", "-c", line}, options).out;
  }
};

TEST_F(LogRotationTest, AFollowerMissesNothingAndOldFilesGo) {
  cluster().load_demo_image();
  // When it is told to: forty lines at a time, about a hundred kilobytes a second.
  cluster().apply(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: talker}\nspec:\n"
      "  terminationGracePeriodSeconds: 0\n  restartPolicy: Never\n"
      "  containers:\n  - name: writer\n    image: demo:1.0\n"
      "    command: [sh, -c, \"echo ready; while [ ! -e /tmp/go ]; do sleep 0.1; done; i=0; "
      "while [ $i -lt " +
      std::to_string(kLines) +
      " ]; do echo line $i is as long as many a line that a program writes when it has a lot to "
      "say; i=$((i+1)); [ $((i%40)) -ne 0 ] || sleep 0.05; done; echo over\"]\n");
  ASSERT_TRUE(cluster().kubectl({"wait", "--for=condition=Ready", "pod/talker"}).ok());

  std::istringstream lines(
      shell("kubectl logs -f talker | { read line; kubectl exec talker -- touch /tmp/go; cat; }"));
  std::string line;
  for (int i = 0; i < kLines; ++i) {
    ASSERT_TRUE(std::getline(lines, line)) << "only " << i << " lines";
    ASSERT_THAT(line, StartsWith("line " + std::to_string(i) + " is"));
  }
  EXPECT_TRUE(std::getline(lines, line));
  EXPECT_EQ(line, "over");

  const auto files = log_files();
  EXPECT_EQ(files.size(), 3u) << ::testing::PrintToString(files);
  EXPECT_EQ(files.front(), "0.log");
  EXPECT_EQ(std::count_if(files.begin(), files.end(),
                          [](const auto& name) { return name.ends_with(".gz"); }),
            1)
      << ::testing::PrintToString(files);
  ASSERT_TRUE(cluster().kubectl({"delete", "pod", "talker"}).ok());
  EXPECT_TRUE(eventually([&] { return log_files().empty(); }));
}

}  // namespace
}  // namespace kubus::integration
