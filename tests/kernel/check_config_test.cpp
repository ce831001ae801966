// kubusd --check-config: what is wrong in any file, before anything runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "cluster.h"
#include "config/schema.h"
#include "config/source.h"

namespace kubus::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kBadConfiguration = 78;  // EX_CONFIG

class CheckConfig : public ::testing::Test {
 protected:
  void SetUp() override { cluster_.install("zoo-good"); }

  CommandResult check(const std::string& config, const std::vector<std::string>& set = {}) {
    cluster_.write("etc/kubus.yaml", "plugin_dirs: [" + cluster_.plugin_dir() + "]\n" + config);
    std::vector<std::string> words = {Cluster::binary("kubusd"), "--check-config", "--config",
                                      cluster_.dir() + "/etc/kubus.yaml"};
    for (const auto& one : set) words.insert(words.end(), {"--set", one});
    return run_command(words);
  }

  Cluster cluster_;  // it is not started
};

TEST_F(CheckConfig, WhatIsRightIsNotSpokenOf) {
  cluster_.write("etc/plugins.d/zoo-good.yaml", "word: a\nisolation: process\n");
  const auto result = check("zoo-good: {fixed: 3}\nnot-installed: {enabled: false}\n",
                            {"zoo-good.memory_limit=64Mi"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(CheckConfig, HelpTellsWhereTheConfigurationIsLookedFor) {
  const auto own = fs::path(Cluster::binary("kubusd")).parent_path().parent_path();
  const auto result = run_command({Cluster::binary("kubusd"), "--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("the first there is of " + own.string() +
                                    "/etc/kubus/kubus.yaml, " + own.string() +
                                    "/etc/kubus/kubus.ini, /etc/kubus/kubus.yaml, "
                                    "/etc/kubus/kubus.ini"));
}

TEST_F(CheckConfig, EveryMistakeInASectionOfAPluginIsNamed) {
  cluster_.install("zoo-crashes");
  cluster_.write("etc/plugins.d/zoo-good.ini", "word = a\nfixed = many\n");
  const auto result =
      check("zoo-good:\n  wrod: x\nzoo-crashes: {isolation: in-process}\nzoo-god: {word: x}\n",
            {"zoo-good.isolation=inprocess"});
  EXPECT_EQ(result.code, kBadConfiguration);
  const auto main = cluster_.dir() + "/etc/kubus.yaml";
  EXPECT_THAT(
      result.out,
      AllOf(HasSubstr(main + ":3: zoo-good.wrod: unknown key, did you mean word?\n"),
            HasSubstr("plugins.d/zoo-good.ini:2: zoo-good.fixed: expected a whole number, found "
                      "\"many\"\n"),
            HasSubstr("--set: zoo-good.isolation: expected one of auto, in-process, process, found "
                      "\"inprocess\"\n"),
            HasSubstr(main + ":4: zoo-crashes.isolation: this plugin needs a process of its own\n"),
            HasSubstr(main + ":5: zoo-god.word: unknown key: the kernel has none such and no "
                             "plugin is called zoo-god")));
}

TEST_F(CheckConfig, AWordThatIsNoneIsShownWithThoseThatAre) {
  const auto result = check("log: {level: loud}\n", {"log.format=xml"});
  EXPECT_EQ(result.code, kBadConfiguration);
  EXPECT_THAT(result.out, HasSubstr("kubus.yaml:2: log.level: expected one of debug, info, warn, "
                                    "error, found \"loud\""));
  EXPECT_THAT(result.out,
              HasSubstr("--set: log.format: expected one of text, json, found \"xml\""));
}

// A file that cannot be read as a plugin may still have a section.
TEST_F(CheckConfig, ARefusedFileIsNoMistakeOfTheConfiguration) {
  cluster_.write("plugins/half.so", "no plugin");
  EXPECT_EQ(check("half: {size: 1}\n").code, 0);
}

TEST(ShippedConfiguration, NamesOnlyPluginsThatExist) {
  int files = 0;
  for (const auto& file : fs::directory_iterator(source_dir() + "/config")) {
    SCOPED_TRACE(file.path());
    const auto source = kernel::read_config_file(file.path(), "");
    EXPECT_THAT(source.errors, IsEmpty());
    for (const auto& entry : source.entries) {
      const auto section = entry.key.substr(0, entry.key.find('.'));
      bool kernels = false;
      for (const auto& spec : kernel::kernel_schema(""))
        kernels = kernels || spec.key.substr(0, spec.key.find('.')) == section;
      EXPECT_TRUE(kernels || fs::exists(source_dir() + "/plugins/" + section + "/plugin.yaml"))
          << entry.origin.to_string() << ": " << entry.key;
    }
    ++files;
    const auto result =
        run_command({Cluster::binary("kubusd"), "--check-config", "--config", file.path()});
    EXPECT_EQ(result.code, 0) << result.out;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace kubus::testing
