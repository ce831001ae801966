#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/schema.h"
#include "config/store.h"
#include "temp_dir.h"

namespace kubus::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<KeySpec>& schema() {
  static const std::vector<KeySpec> specs = {
      {"path", ValueType::kString, "", "", "", false},
      {"count", ValueType::kInt, "3", "", "", true},
      {"wait", ValueType::kDuration, "1s", "", "", true},
      {"room", ValueType::kSize, "1Mi", "", "", false},
      {"ratio", ValueType::kNumber, "0.5", "", "", false},
      {"on", ValueType::kBool, "true", "", "", false},
      {"peers", ValueType::kList, "", "", "", false},
      {"tls.cert", ValueType::kString, "", "", "", false},
  };
  return specs;
}

class ConfigTest : public ::testing::Test {
 protected:
  Resolved resolve(const std::string& file = "", std::vector<std::string> set = {},
                   std::map<std::string, std::string> environment = {}) {
    return load(file, std::move(set), std::move(environment)).plugin("db", schema());
  }
  ConfigStore load(const std::string& file, std::vector<std::string> set = {},
                   std::map<std::string, std::string> environment = {}) {
    return ConfigStore::load({file, std::move(set), [environment](const char* name) {
                                auto found = environment.find(name);
                                return found == environment.end() ? nullptr : found->second.c_str();
                              }});
  }
  TempDir dir_;
};

TEST(ConfigValue, AcceptsWhatItsTypeAllowsAndExplainsTheRest) {
  struct Case {
    ValueType type;
    std::string text;
    std::string expected;  // empty: refused
  };
  const Case cases[] = {
      {ValueType::kInt, "42", "42"},
      {ValueType::kInt, " -7 ", "-7"},
      {ValueType::kInt, "4x", ""},
      {ValueType::kInt, "", ""},
      {ValueType::kInt, "1.5", ""},
      {ValueType::kBool, "yes", "true"},
      {ValueType::kBool, "off", "false"},
      {ValueType::kBool, "maybe", ""},
      {ValueType::kNumber, "1e3", "1e3"},
      {ValueType::kNumber, "one", ""},
      {ValueType::kDuration, "1m30s", "1m30s"},
      {ValueType::kDuration, "250ms", "250ms"},
      {ValueType::kDuration, "5", ""},
      {ValueType::kDuration, "fast", ""},
      {ValueType::kSize, "64Mi", "64Mi"},
      {ValueType::kSize, "512", "512"},
      {ValueType::kSize, "much", ""},
      {ValueType::kString, " as is ", " as is "},
  };
  for (const auto& one : cases) {
    auto value = canonical_value(one.type, one.text);
    SCOPED_TRACE(one.text);
    EXPECT_EQ(value.ok(), !one.expected.empty());
    if (value.ok()) {
      EXPECT_EQ(*value, one.expected);
    } else {
      EXPECT_THAT(value.status().message(), HasSubstr("expected"));
    }
  }
}

TEST_F(ConfigTest, LaterSourcesWin) {
  auto main = dir_.write("kubus.yaml", "db: {count: 1, path: main, wait: 1m}\n");
  dir_.write("plugins.d/db.yaml", "count: 2\npath: own\n");
  auto resolved = resolve(main, {"db.count=4"}, {{"KUBUS_DB_COUNT", "3"}, {"KUBUS_DB_ON", "no"}});
  ASSERT_TRUE(resolved.errors.empty());
  EXPECT_EQ(resolved.values.at("count").text, "4");
  EXPECT_EQ(resolved.values.at("count").origin.to_string(), "--set");
  EXPECT_EQ(resolved.values.at("on").text, "false");
  EXPECT_EQ(resolved.values.at("on").origin.to_string(), "environment KUBUS_DB_ON");
  EXPECT_EQ(resolved.values.at("path").text, "own");
  EXPECT_EQ(resolved.values.at("path").origin.to_string(), dir_.path() + "/plugins.d/db.yaml:2");
  EXPECT_EQ(resolved.values.at("wait").text, "1m");
  EXPECT_EQ(resolved.values.at("room").origin.to_string(), "default");
}

TEST_F(ConfigTest, IniHasTheSameKeys) {
  auto main = dir_.write("kubus.ini",
                         "; a comment\n[db]\ncount = 8\npath = \" quoted \"\n"
                         "peers = a, b,c\n\n[db.tls]\ncert = /x\n");
  auto resolved = resolve(main);
  ASSERT_TRUE(resolved.errors.empty()) << resolved.status().message();
  auto config = resolved.config();
  EXPECT_EQ(config.integer("count"), 8);
  EXPECT_EQ(config.string("path"), " quoted ");
  EXPECT_THAT(config.list("peers"), ElementsAre("a", "b", "c"));
  EXPECT_EQ(config.string("tls.cert"), "/x");
}

TEST_F(ConfigTest, NestedYamlListsAndScalarsReachTheirKeys) {
  auto main = dir_.write("kubus.yaml", "db:\n  peers: [x, y]\n  tls:\n    cert: /c\n  ratio: 2\n");
  auto config = resolve(main).config();
  EXPECT_THAT(config.list("peers"), ElementsAre("x", "y"));
  EXPECT_EQ(config.string("tls.cert"), "/c");
  EXPECT_DOUBLE_EQ(config.number("ratio"), 2);
}

TEST_F(ConfigTest, EveryMistakeIsNamedWithFileLineAndKeyAtOnce) {
  auto main = dir_.write("kubus.yaml", "db:\n  coutn: 1\n  wait: soon\n  count: [1, 2]\n");
  dir_.write("plugins.d/db.ini", "room = lots\nnonsense\ncount = 1\ncount = 2\n");
  auto store = load(main, {"db.on=perhaps", "no-equals"});
  auto resolved = store.plugin("db", schema());
  std::vector<std::string> texts;
  for (const auto& error : resolved.errors) texts.push_back(error.to_string());
  EXPECT_THAT(texts, ElementsAre(main + ":2: db.coutn: unknown key, did you mean count?",
                                 HasSubstr(main + ":3: db.wait: expected a duration"),
                                 HasSubstr(main + ":4: db.count: expected a int, found a list"),
                                 HasSubstr("db.ini:1: db.room: expected a size"),
                                 "--set: db.on: expected true or false, found \"perhaps\""));
  texts.clear();
  for (const auto& error : store.source_errors()) texts.push_back(error.to_string());
  EXPECT_THAT(texts, ElementsAre(HasSubstr("db.ini:2: nonsense: expected key = value"),
                                 HasSubstr("db.ini:4: db.count: set twice, first on line 3"),
                                 "--set: no-equals: expected KEY=VALUE"));
}

TEST_F(ConfigTest, BrokenYamlIsAnErrorWithItsLine) {
  auto main = dir_.write("kubus.yaml", "db:\n  path: [unclosed\n");
  auto store = load(main);
  ASSERT_EQ(store.source_errors().size(), 1U);
  EXPECT_THAT(store.source_errors()[0].to_string(), HasSubstr(main + ":"));
}

TEST_F(ConfigTest, AMissingFileIsAnError) {
  EXPECT_EQ(load(dir_.path() + "/none.yaml").source_errors().size(), 1U);
  EXPECT_EQ(load("").source_errors().size(), 0U);
}

TEST_F(ConfigTest, SectionsThatNameNothingAreErrors) {
  auto main =
      dir_.write("kubus.yaml",
                 "db: {count: 1}\nlgo: {level: info}\nlog: {level: info}\noff: {enabled: false}\n");
  auto errors = load(main, {"who.x=1"}).unknown_sections(kernel_schema(""), {"db"});
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].key, "lgo.level");
  EXPECT_EQ(errors[0].origin.line, 2);
  EXPECT_EQ(errors[1].key, "who.x");
}

TEST_F(ConfigTest, KernelKeysAreThoseWithoutAPluginsSection) {
  auto main =
      dir_.write("kubus.yaml", "run_dir: /r\nrunn_dir: /s\nlog: {format: json, colour: 1}\n");
  auto resolved = load(main, {}, {{"KUBUS_STATE_DIR", "/st"}}).kernel(kernel_schema("/plugins"));
  EXPECT_EQ(resolved.values.at("run_dir").text, "/r");
  EXPECT_EQ(resolved.values.at("state_dir").text, "/st");
  EXPECT_EQ(resolved.values.at("log.format").text, "json");
  EXPECT_EQ(resolved.values.at("plugin_dirs").text, "/plugins");
  ASSERT_EQ(resolved.errors.size(), 2U);
  EXPECT_EQ(resolved.errors[0].to_string(),
            main + ":2: runn_dir: unknown key, did you mean run_dir?");
  EXPECT_EQ(resolved.errors[1].to_string(), main + ":3: log.colour: unknown key");
}

}  // namespace
}  // namespace kubus::kernel
