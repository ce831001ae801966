#include "respond/yaml.h"

#include <gtest/gtest.h>

#include "kubus/api/json.h"

namespace kubus::apiserver {
namespace {

TEST(Yaml, KeepsEveryText) {
  for (const std::string text : {"",
                                 "plain",
                                 "a: b",
                                 "# no comment",
                                 "- ",
                                 "1.5",
                                 "true",
                                 "~",
                                 "2026-01-02",
                                 "two\nlines\n",
                                 "no end\nof line",
                                 "\n\nfirst lines empty\n",
                                 "  indented\nless\n",
                                 "ends twice\n\n",
                                 "bell\a",
                                 "bell\a\nand lines\n",
                                 "\t",
                                 "\x7f",
                                 "back\\slash",
                                 "quote\"",
                                 "no character\xef\xbf\xbf",
                                 "\xef\xb7\x90 nor \xf0\x9f\xbf\xbe",
                                 "'"}) {
    std::string json = "{\"k\":";
    append_json_string(text, json);
    json += "}";
    const auto yaml = json_to_yaml(json);
    ASSERT_TRUE(yaml.ok()) << json;
    const auto back = yaml_to_json(*yaml);
    ASSERT_TRUE(back.ok()) << *yaml;
    EXPECT_EQ(*back, json) << *yaml;
  }
}

TEST(Yaml, WritesLinesAsABlock) {
  EXPECT_EQ(*json_to_yaml(R"({"k":"a\nb\n"})"), "k: |\n  a\n  b\n\n");
}

TEST(Yaml, EscapesWhatIsNoCharacter) {
  EXPECT_EQ(*json_to_yaml("{\"k\":[\"\xef\xbf\xbf\xef\xbf\xbd\",\"\xf4\x8f\xbf\xbf\"]}"),
            "{\"k\":[\"\\uFFFF\xef\xbf\xbd\",\"\\U0010FFFF\"]}\n");
}

TEST(Yaml, OfWhatLooksLikeTheEndOfADocumentIsQuoted) {
  const std::string json = R"({"--- -6c":"... b","a":["---","..."]})";
  const auto yaml = json_to_yaml(json);
  ASSERT_TRUE(yaml.ok());
  EXPECT_THAT(*yaml, ::testing::StartsWith("\"--- -6c\": \"... b\"\n"));
  EXPECT_EQ(*yaml_to_json(*yaml), json);
}

TEST(Yaml, TellsWhichKeysComeAgain) {
  std::vector<std::string> repeated;
  EXPECT_EQ(*yaml_to_json("a: 1\nb:\n  c: 1\n  \"c\": 2\na: 3\nd: {e: 1, e: 2}\n", &repeated),
            R"({"a":3,"b":{"c":2},"d":{"e":2}})");
  EXPECT_THAT(repeated, ::testing::ElementsAre("line 5: key \"a\" already set in map",
                                               "line 4: key \"c\" already set in map",
                                               "line 6: key \"e\" already set in map"));
  EXPECT_EQ(yaml_to_json("a: *b").status().message().substr(0, 14), "yaml: line 1: ");
}

TEST(Yaml, OfCountlessValuesIsNotRead) {
  const auto list = [](int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += "- a\n";
    return text;
  };
  EXPECT_TRUE(yaml_to_json(list(249'999)).ok());
  EXPECT_EQ(yaml_to_json(list(250'000)).code(), Code::kRequestEntityTooLarge);
  EXPECT_EQ(yaml_to_json("[" + std::string(600'000, ',') + "]").ok(), false);
}

}  // namespace
}  // namespace kubus::apiserver
