// Pods come and go: afterwards the node is what it was before.
#include <gmock/gmock.h>
#include <net/if.h>

#include <filesystem>
#include <fstream>

#include "cluster_test.h"
#include "pods.h"
#include "process_usage.h"
#include "residue.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;

// What of the node grows with its pods.
struct Footprint {
  std::size_t descriptors = 0, threads = 0, plugin_mappings = 0;
  std::size_t mounts = 0, cgroups = 0, interfaces = 0, rules = 0, files = 0;

  bool within(const Footprint& other) const {
    return descriptors <= other.descriptors && threads <= other.threads &&
           plugin_mappings <= other.plugin_mappings && mounts <= other.mounts &&
           cgroups <= other.cgroups && interfaces <= other.interfaces && rules <= other.rules &&
           files <= other.files;
  }
  friend std::ostream& operator<<(std::ostream& out, const Footprint& f) {
    return out << f.descriptors << " descriptors, " << f.threads << " threads, "
               << f.plugin_mappings << " mappings of plugins, " << f.mounts << " mounts, "
               << f.cgroups << " cgroups, " << f.interfaces << " interfaces, " << f.rules
               << " rules, " << f.files << " files";
  }
};

std::size_t entries_below(const std::string& directory) {
  std::size_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(directory, error), end; at != end; at.increment(error))
    ++count;
  return count;
}

std::size_t lines_with(const std::string& text, const std::string& word) {
  std::size_t count = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.find(word) != std::string::npos) ++count;
  return count;
}

class LeakTest : public ClusterTest {
 protected:
  Footprint measure() {
    Footprint now;
    const auto usage = testing::usage_of(cluster().daemon());
    now.descriptors = usage.descriptors;
    now.threads = usage.threads;
    now.plugin_mappings = usage.plugin_mappings;
    std::ifstream mounts("/proc/self/mounts");
    now.mounts = lines_with({std::istreambuf_iterator<char>(mounts), {}},
                            "/kubus/" + cluster().name() + "/");
    for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup")) {
      const auto own = hierarchy.path() / ("kubus-" + cluster().name());
      if (fs::exists(own)) now.cgroups += entries_below(own);
    }
    now.cgroups += entries_below("/sys/fs/cgroup/kubus-" + cluster().name());
    cluster().in_network([&] {
      auto* names = ::if_nameindex();
      for (auto* one = names; one && one->if_index != 0; ++one) ++now.interfaces;
      ::if_freenameindex(names);
    });
    now.rules =
        lines_with(testing::run_command({"nsenter", "--net=/run/netns/kubus-" + cluster().name(),
                                         "nft", "list", "ruleset"})
                       .out,
                   "");
    for (const char* place : {"runtime-oci/containers", "runtime-oci/sandboxes",
                              "runtime-oci/exits", "kubelet", "network-flannel"})
      now.files += entries_below(cluster().state_dir() + "/plugins/" + place);
    now.files += entries_below(cluster().run_dir());
    return now;
  }

  // `count` pods, all running, and then none.
  void come_and_go(int count) {
    const auto scaled =
        cluster().kubectl({"scale", "deployment/web", "--replicas=" + std::to_string(count)});
    ASSERT_TRUE(scaled.ok()) << scaled.out;
    wait_for_pods(cluster(), "web", static_cast<std::size_t>(count));
    ASSERT_TRUE(cluster().kubectl({"scale", "deployment/web", "--replicas=0"}).ok());
    ASSERT_TRUE(eventually([&] {
      return cluster().get("/api/v1/pods").at("items").as_array().empty();
    })) << cluster().kubectl({"get", "pods"}).out;
  }
};

TEST_F(LeakTest, TwoHundredPodsLeaveNothing) {
  cluster().load_demo_image();
  cluster().apply(web_manifest("web", 0));
  for (int round = 0; round < 4; ++round) come_and_go(20);
  const auto before = measure();
  const auto memory = testing::usage_of(cluster().daemon()).resident_kb;
  for (int round = 0; round < 10 && !HasFailure(); ++round) come_and_go(20);
  Footprint after;
  EXPECT_TRUE(eventually([&] { return (after = measure()).within(before); }))
      << "before: " << before << "\nafter:  " << after;
  EXPECT_THAT(contained_processes(cluster().name()), ::testing::IsEmpty());
  // The pods' events stay for an hour, as objects and as history.
  const auto now = testing::usage_of(cluster().daemon()).resident_kb;
  RecordProperty("resident_kb_before", static_cast<int>(memory));
  RecordProperty("resident_kb_after", static_cast<int>(now));
  std::cout << "resident: " << memory << " kB, then " << now << " kB; " << after << "\n";
  if (!testing::kInstrumented) EXPECT_LT(now, memory + 32 * 1024);
}

}  // namespace
}  // namespace kubus::integration
