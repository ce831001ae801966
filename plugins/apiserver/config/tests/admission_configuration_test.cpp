// Where the configurations of admission plugins come from.
#include "config/admission_configuration.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "temp_dir.h"

namespace kubus::apiserver::config {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Pair;

class AdmissionConfigurationTest : public ::testing::Test {
 protected:
  Result<std::map<std::string, std::string>> read(const std::string& rest) {
    const auto file = dir_.path() + "/admission.yaml";
    std::ofstream(file) << "apiVersion: apiserver.config.k8s.io/v1\n"
                        << "kind: AdmissionConfiguration\n" << rest;
    return read_admission_configuration(file, {"One", "Two"});
  }
  std::string why(const std::string& rest) {
    const auto found = read(rest);
    return found.ok() ? "fine" : std::string(found.status().message());
  }

  kernel::TempDir dir_;
};

TEST_F(AdmissionConfigurationTest, HasThemInItOrInFilesBesideIt) {
  std::filesystem::create_directory(dir_.path() + "/more");
  std::ofstream(dir_.path() + "/more/two.yaml") << "kind: Two\n";
  const auto found = read(
      "plugins: [{name: One, path: nowhere, configuration: {kind: One, list: [1]}}, "
      "{name: Two, path: more/two.yaml}]");
  ASSERT_TRUE(found.ok()) << found.status().message();
  EXPECT_THAT(*found, ElementsAre(Pair("One", R"({"kind":"One","list":[1]})"),
                                  Pair("Two", "kind: Two\n")));
  const auto absolute = read("plugins: [{name: Two, path: '" + dir_.path() + "/more/two.yaml'}]");
  ASSERT_TRUE(absolute.ok()) << absolute.status().message();
  EXPECT_THAT(*absolute, ElementsAre(Pair("Two", "kind: Two\n")));
}

TEST_F(AdmissionConfigurationTest, NeedNotHaveAny) {
  EXPECT_EQ(why(""), "fine");
  EXPECT_THAT(*read("plugins: [{name: One}]"), ElementsAre(Pair("One", "")));
}

TEST_F(AdmissionConfigurationTest, IsRefusedWhereItSaysWhatNobodyReads) {
  EXPECT_THAT(why("plugin: []"), EndsWith("AdmissionConfiguration: unknown field \"plugin\""));
  EXPECT_THAT(why("plugins: [{name: One, config: {}}]"),
              EndsWith("plugins[0]: unknown field \"config\""));
  EXPECT_THAT(why("plugins: [{name: Three}]"),
              EndsWith("plugins[0].name: there is no plugin \"Three\" that takes a configuration"));
  EXPECT_THAT(why("plugins: [{name: One}, {name: One}]"),
              EndsWith("plugins[1].name: Duplicate value: \"One\""));
  EXPECT_THAT(why("plugins: [{name: One, configuration: text}]"),
              EndsWith("plugins[0].configuration: must be an object"));
  EXPECT_THAT(why("plugins: [{name: One, path: nowhere}]"), HasSubstr("plugins[0].path: "));
  EXPECT_THAT(why("plugins: []"), "fine");
  EXPECT_THAT(why("plugins: 7"), HasSubstr("admission.yaml: plugins: must be a list"));
}

}  // namespace
}  // namespace kubus::apiserver::config
