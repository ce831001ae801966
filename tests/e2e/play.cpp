#include "play.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "eventually.h"
#include "transcript.h"

namespace kubus::e2e {
namespace {

namespace fs = std::filesystem;

// "Deployments.RollOut" is in the namespace "deployments-rollout".
std::string namespace_of(const ::testing::TestInfo& test) {
  std::string name = std::string(test.test_suite_name()) + "-" + test.name();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

std::string search_path() {
  const char* inherited = std::getenv("PATH");
  return testing::source_dir() + "/build/clients:" + testing::build_dir() +
         "/bin:" + (inherited ? inherited : "");
}

}  // namespace

void Play::SetUp() {
  if (const auto why = integration::Cluster::missing(); !why.empty()) GTEST_SKIP() << why;
  ASSERT_TRUE(shared_cluster());
  ns_ = namespace_of(*::testing::UnitTest::GetInstance()->current_test_info());
  fs::copy_file(cluster().kubeconfig(), dir_.path() + "/kubeconfig");
  play({
      {"kubectl create namespace " + ns_, "namespace/" + ns_ + " created"},
      {"kubectl config set-context --current --namespace=" + ns_, "Context \"…\" modified."},
      {"kubectl get serviceaccount default -o name", "serviceaccount/default", 0, kEventually},
  });
}

testing::CommandResult Play::run(const std::string& command) {
  testing::CommandOptions options;
  options.environment = {{"KUBECONFIG", dir_.path() + "/kubeconfig"},
                         {"HOME", dir_.path()},
                         {"PATH", search_path()},
                         {"KUBUS_RUN_DIR", cluster().run_dir()}};
  return testing::run_command({"sh", "-c", "cd " + dir_.path() + " || exit\n" + command}, options);
}

::testing::AssertionResult Play::perform(const Step& step) {
  testing::CommandResult result;
  const auto as_expected = [&] {
    result = run(step.command);
    return result.code == step.code && matches(step.printed, result.out);
  };
  const bool good =
      step.when == When::kEventually ? testing::eventually(as_expected) : as_expected();
  if (good) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure()
         << "$ " << step.command << "\n---- printed, exit code " << result.code << "\n"
         << result.out << "\n---- expected, exit code " << step.code << "\n"
         << step.printed;
}

void Play::play(std::initializer_list<Step> steps) {
  for (const auto& step : steps) ASSERT_TRUE(perform(step));
}

void Play::write(const std::string& name, const std::string& text, bool executable) {
  const auto path = dir_.path() + "/" + name;
  std::ofstream(path) << text;
  if (executable) fs::permissions(path, fs::perms::owner_all);
}

void Play::bring(const std::string& name) {
  fs::copy(testing::source_dir() + "/tests/e2e/" + name, dir_.path() + "/" + name,
           fs::copy_options::recursive);
}

std::string Play::output_of(const std::string& command) {
  auto out = run(command).out;
  while (out.ends_with('\n')) out.pop_back();
  return out;
}

}  // namespace kubus::e2e
