#include "kubeconfig.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

namespace kubus::cluster {
namespace {

namespace fs = std::filesystem;

class KubeconfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char pattern[] = "/tmp/kubus-kubeconfig-XXXXXX";
    dir_ = ::mkdtemp(pattern);
    write(admin(), R"(apiVersion: v1
kind: Config
clusters: [{name: kubus, cluster: {server: "https://198.18.0.2:6443"}}]
users: [{name: admin, user: {client-key-data: a2V5}}]
contexts: [{name: admin@kubus, context: {cluster: kubus, user: admin}}]
current-context: admin@kubus
)");
  }
  void TearDown() override { fs::remove_all(dir_); }
  std::string admin() const { return dir_ + "/admin"; }
  std::string file() const { return dir_ + "/sub/config"; }
  // Empty, too, when there is no file.
  std::string current() const {
    if (!fs::exists(file())) return "";
    const YAML::Node root = YAML::LoadFile(file());
    return root["current-context"] ? root["current-context"].as<std::string>() : "";
  }
  // As `kubectl config use-context` does it.
  void choose(const std::string& context) const {
    YAML::Node root = YAML::LoadFile(file());
    root["current-context"] = context;
    std::ofstream(file()) << root;
  }
  static void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path) << text;
  }
  std::string dir_;
};

TEST_F(KubeconfigTest, MergeMakesTheFileAndTheContextCurrent) {
  ASSERT_TRUE(merge_context(file(), admin(), "kubus").ok());
  const YAML::Node root = YAML::LoadFile(file());
  EXPECT_EQ(root["current-context"].as<std::string>(), "kubus");
  EXPECT_EQ(root["clusters"][0]["cluster"]["server"].as<std::string>(), "https://198.18.0.2:6443");
  EXPECT_EQ(root["users"][0]["name"].as<std::string>(), "kubus");
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u) << "it holds a private key";
}

TEST_F(KubeconfigTest, MergeAndRemoveLeaveOtherContextsAlone) {
  write(file(),
        "clusters: [{name: mine, cluster: {server: x}}]\n"
        "users: [{name: me, user: {token: t}}]\n"
        "contexts: [{name: mine, context: {cluster: mine, user: me}}]\n"
        "current-context: mine\nextra: kept\n");
  ASSERT_TRUE(merge_context(file(), admin(), "kubus").ok());
  ASSERT_TRUE(merge_context(file(), admin(), "kubus").ok()) << "twice is once";
  EXPECT_EQ(YAML::LoadFile(file())["contexts"].size(), 2u);
  ASSERT_TRUE(remove_context(file(), "kubus").ok());
  const YAML::Node root = YAML::LoadFile(file());
  EXPECT_EQ(root["contexts"].size(), 1u);
  EXPECT_EQ(root["contexts"][0]["name"].as<std::string>(), "mine");
  EXPECT_EQ(root["extra"].as<std::string>(), "kept");
  EXPECT_EQ(current(), "mine") << "as it was before";
}

TEST_F(KubeconfigTest, AClusterThatGoesGivesTheCurrentContextBack) {
  struct Case {
    std::string what;
    std::string steps;  // +NAME: made, -NAME: removed, =NAME: somebody chooses it
    std::string current;
  };
  const Case cases[] = {
      {"nothing before, nothing after, whoever else is there", "+a -a", ""},
      {"back to what was there", "=mine +a -a", "mine"},
      {"one after the other, the last first", "=mine +a +b -b", "kubus-a"},
      {"one after the other, the first first", "=mine +a +b -a", "kubus-b"},
      {"its predecessor has gone meanwhile", "=mine +a +b -a -b", "mine"},
      {"the only other cluster", "+a +b =kubus-a -a", "kubus-b"},
      {"several others: none is better than another", "+a +b +c =kubus-a -a", ""},
      {"what somebody chose stays", "+a +b =mine -b", "mine"},
      {"started again, it is what it was", "=mine +a +a -a", "mine"},
      {"what was there has gone", "=mine +a -mine -a", ""},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.what);
    write(file(),
          "clusters: [{name: mine, cluster: {server: x}}]\nusers: [{name: me, user: {token: t}}]\n"
          "contexts: [{name: mine, context: {cluster: mine, user: me}}]\n");
    std::istringstream steps(one.steps);
    for (std::string step; steps >> step;) {
      const std::string name = step.substr(1);
      const std::string context = name == "mine" ? name : "kubus-" + name;
      Status status;
      if (step[0] == '=') choose(name);
      if (step[0] == '+') status = merge_context(file(), admin(), context);
      if (step[0] == '-') status = remove_context(file(), context);
      ASSERT_TRUE(status.ok()) << step << ": " << status.message();
    }
    EXPECT_EQ(current(), one.current);
  }
}

TEST_F(KubeconfigTest, AFileOfNothingButOurContextsGoesWithTheLast) {
  const std::string head = "apiVersion: v1\nkind: Config\n";
  const struct {
    std::string before;  // "": no file
    std::string after;   // what is added while our context is there
    bool kept;
  } cases[] = {
      {"", "", false},
      {"", "preferences: {}\n", false},
      {"", "preferences: {colors: true}\n", true},
      {"", "extensions: []\n", true},
      {"", "mine: 1\n", true},
      {head + "users: [{name: me, user: {token: t}}]\n", "", true},
      {head + "clusters: [{name: mine, cluster: {server: x}}]\n", "", true},
      {head + "contexts: [{name: mine, context: {cluster: x, user: y}}]\n", "", true},
      // Somebody chose a context of another file of $KUBECONFIG.
      {head + "current-context: elsewhere\n", "", true},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(one.before + "+ " + one.after);
    fs::remove(file());
    if (!one.before.empty()) write(file(), one.before);
    ASSERT_TRUE(merge_context(file(), admin(), "kubus").ok());
    ASSERT_TRUE(merge_context(file(), admin(), "kubus-b").ok());
    std::ofstream(file(), std::ios::app) << one.after;
    ASSERT_TRUE(remove_context(file(), "kubus").ok());
    EXPECT_TRUE(fs::exists(file())) << "another of ours is there";
    ASSERT_TRUE(remove_context(file(), "kubus-b").ok());
    EXPECT_EQ(fs::exists(file()), one.kept);
  }
}

TEST_F(KubeconfigTest, AnEmptyFileOfOthersIsKept) {
  const std::string empty = "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\n";
  write(file(), empty);
  EXPECT_TRUE(remove_context(file(), "kubus").ok());
  EXPECT_TRUE(fs::exists(file())) << "nothing of ours was in it";
  write(dir_ + "/target", empty);
  fs::remove(file());
  fs::create_symlink(dir_ + "/target", file());
  ASSERT_TRUE(merge_context(file(), admin(), "kubus").ok());
  ASSERT_TRUE(remove_context(file(), "kubus").ok());
  EXPECT_TRUE(fs::is_symlink(file()));
  EXPECT_TRUE(fs::exists(dir_ + "/target"));
}

TEST_F(KubeconfigTest, OddFilesAreReadWithoutHarm) {
  for (const char* odd : {"contexts: 7\n", "contexts: [x, {name: [1]}, {name: kubus}]\n",
                          "contexts: [{name: kubus, context: {extensions: 1}}]\n",
                          "contexts: [{name: kubus, context: {extensions: [{name: kubus}]}}]\n",
                          "contexts: [{name: kubus, context: 3}]\ncurrent-context: kubus\n"}) {
    SCOPED_TRACE(odd);
    write(file(), odd);
    EXPECT_TRUE(merge_context(file(), admin(), "kubus").ok());
    EXPECT_EQ(current(), "kubus");
    write(file(), odd);
    EXPECT_TRUE(remove_context(file(), "kubus").ok());
    EXPECT_EQ(current(), "");
  }
}

TEST_F(KubeconfigTest, GarbledFileIsAnErrorAndStaysAsItWas) {
  write(file(), "clusters: [unclosed\n");
  EXPECT_EQ(merge_context(file(), admin(), "kubus").code(), Code::kBadRequest);
  std::ifstream in(file());
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "clusters: [unclosed\n");
}

TEST_F(KubeconfigTest, RemovingWhatIsNotThereIsFine) {
  EXPECT_TRUE(remove_context(file(), "kubus").ok());
}

TEST_F(KubeconfigTest, ChangesOfSeveralClustersAtOnceAreAllKept) {
  constexpr int kClusters = 16;
  std::vector<std::thread> commands;
  for (int i = 0; i < kClusters; ++i)
    commands.emplace_back([this, i] {
      EXPECT_TRUE(merge_context(file(), admin(), "kubus-" + std::to_string(i)).ok());
    });
  for (auto& command : commands) command.join();
  EXPECT_EQ(YAML::LoadFile(file())["contexts"].size(), std::size_t{kClusters});
}

}  // namespace
}  // namespace kubus::cluster
