// The example of the SDK as a third party has it: built against an installation, dropped into a
// running cluster, at work on objects that kubectl makes.
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cluster_test.h"
#include "command.h"

namespace kubus::integration {
namespace {

namespace fs = std::filesystem;
using testing::run_command;

class ExampleTest : public ClusterTest {
 protected:
  ClusterOptions options() const override { return {.environment = {}, .own_plugins = true}; }

  // Installs this build, and builds the example against nothing else.
  std::string build_example() {
    const auto prefix = work_.path() + "/prefix", tree = work_.path() + "/build";
    const std::vector<std::vector<std::string>> commands = {
        {"cmake", "--install", testing::build_dir(), "--prefix", prefix},
        {"cmake", "-S", source(), "-B", tree, "-DCMAKE_PREFIX_PATH=" + prefix},
        {"cmake", "--build", tree}};
    for (const auto& command : commands) {
      const auto result = run_command(command);
      EXPECT_TRUE(result.ok()) << result.out;
    }
    return tree + "/plugins/label-keeper.so";
  }

  static std::string source() { return testing::source_dir() + "/sdk/examples/label-keeper"; }

  bool has_label(const std::string& map) {
    return eventually([&] {
      return cluster()
                 .kubectl({"get", "configmap", map, "-o", "jsonpath={.metadata.labels}"})
                 .out == R"({"kept-by":"label-keeper"})";
    });
  }

 private:
  const kernel::TempDir work_;
};

TEST_F(ExampleTest, IsShort) {
  std::ifstream file(source() + "/plugin.cpp");
  const auto lines = std::count(std::istreambuf_iterator<char>(file), {}, '\n');
  EXPECT_GT(lines, 0);
  EXPECT_LE(lines, 30);
}

TEST_F(ExampleTest, WorksAsSoonAsItIsDroppedIn) {
  const auto plugin = build_example();
  ASSERT_TRUE(cluster().kubectl({"create", "configmap", "before"}).ok());
  const auto place = cluster().plugin_dir() + "/label-keeper.so";
  fs::copy_file(plugin, place + ".new");
  fs::permissions(place + ".new", fs::perms::group_write | fs::perms::others_write,
                  fs::perm_options::remove);
  fs::rename(place + ".new", place);
  EXPECT_TRUE(has_label("before")) << cluster().kubus({"plugin", "list", "-v"}).out;
  ASSERT_TRUE(cluster().kubectl({"create", "configmap", "after"}).ok());
  EXPECT_TRUE(has_label("after"));
  ASSERT_TRUE(cluster().kubectl({"label", "configmap", "after", "kept-by-"}).ok());
  EXPECT_TRUE(has_label("after"));
  fs::remove(place);
  EXPECT_TRUE(eventually([&] { return cluster().plugin("label-keeper").empty(); }))
      << cluster().kubus({"plugin", "list", "-v"}).out;
}

}  // namespace
}  // namespace kubus::integration
