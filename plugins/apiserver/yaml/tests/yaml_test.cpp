#include "yaml/yaml.h"

#include <gmock/gmock.h>
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
  EXPECT_EQ(*json_to_yaml(R"({"k":"a\nb\n"})"), "k: |\n  a\n  b\n");
}

TEST(Yaml, EscapesWhatIsNoCharacter) {
  EXPECT_EQ(*json_to_yaml("{\"k\":[\"\xef\xbf\xbf\xef\xbf\xbd\",\"\xf4\x8f\xbf\xbf\"]}"),
            "k:\n- \"\\uFFFF\xef\xbf\xbd\"\n- \"\\U0010FFFF\"\n");
}

TEST(Yaml, OfWhatLooksLikeTheEndOfADocumentIsQuoted) {
  const std::string json = R"({"--- -6c":"... b","a":["---","..."]})";
  const auto yaml = json_to_yaml(json);
  ASSERT_TRUE(yaml.ok());
  EXPECT_THAT(*yaml, ::testing::StartsWith("'--- -6c': '... b'\n"));
  EXPECT_EQ(*yaml_to_json(*yaml), json);
}

TEST(Yaml, TellsWhichKeysComeAgain) {
  std::vector<std::string> repeated;
  EXPECT_EQ(*yaml_to_json("a: 1\nb:\n  c: 1\n  \"c\": 2\na: 3\nd: {e: 1, e: 2}\n", &repeated),
            R"({"a":3,"b":{"c":2},"d":{"e":2}})");
  EXPECT_THAT(repeated, ::testing::ElementsAre("line 4: key \"c\" already set in map",
                                               "line 5: key \"a\" already set in map",
                                               "line 6: key \"e\" already set in map"));
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

TEST(Yaml, OfNothingAtAllIsNull) {
  EXPECT_EQ(*yaml_to_json(std::string_view()), "null");
  EXPECT_FALSE(json_to_yaml(std::string_view()).ok());
  EXPECT_EQ(*json_to_yaml(R"({"":""})"), "\"\": \"\"\n");
}

// libyaml takes the square of the depth, so nothing is read beyond what is allowed of it.
TEST(Yaml, OfCountlessLevelsIsNotRead) {
  const std::string levels(2'000'000, '[');
  for (const auto& text : {levels, "[!!int b, " + levels, std::string(2'000'000, '{')})
    EXPECT_EQ(yaml_to_json(text).code(), Code::kBadRequest);
}

TEST(Yaml, OfAnchorsWithinAnchorsIsNotKept) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "&a" + std::to_string(i) + " [";
  text += std::string(1'000'000, 'x') + std::string(100, ']');
  EXPECT_EQ(yaml_to_json(text).status().message(), "yaml: document contains excessive aliasing");
  text = "- &a [";
  for (int i = 0; i < 100'000; ++i) text += "~,";
  EXPECT_TRUE(yaml_to_json(text + "]\n- *a\n").ok());
  EXPECT_EQ(yaml_to_json(text + "]\n- *a\n- *a\n").code(), Code::kRequestEntityTooLarge);
}

struct TextCase {
  const char* yaml;
  const char* json;  // or the words about it
};

class YamlText : public ::testing::TestWithParam<TextCase> {};

TEST_P(YamlText, IsReadAsTheReferenceReadsIt) {
  const auto json = yaml_to_json(GetParam().yaml);
  EXPECT_EQ(json.ok() ? *json : std::string(json.status().message()), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Values, YamlText,
    ::testing::Values(
        TextCase{"", "null"}, TextCase{"a", R"("a")"},
        TextCase{"defaultMode: 0644", R"({"defaultMode":420})"},
        TextCase{"[0x10, 0b11, 0o7, 1_000, 08, -0x1]", "[16,3,7,1000,8,-1]"},
        TextCase{"[yes, Off, y, ~, Null]", "[true,false,true,null,null]"},
        TextCase{"yes: 1", R"({"true":1})"}, TextCase{"1.50: 1e3", R"({"1.5":1000})"},
        TextCase{"[2026-01-02, 12:30, 1.2.3, .5, 1e400]",
                 R"(["2026-01-02","12:30","1.2.3",0.5,"1e400"])"},
        TextCase{"[!!str 5, !!float 5, ! \"6\", !mine 7, \"8\", !!binary aGk=]",
                 R"(["5",5,"6","7","8","hi"])"},
        TextCase{"a: &x {b: 1}\nc: *x\nd: {<<: *x, e: 2}",
                 R"({"a":{"b":1},"c":{"b":1},"d":{"b":1,"e":2}})"},
        TextCase{"d: {<<: [{a: 1}, {a: 2, b: 3}]}", R"({"d":{"a":1,"b":3}})"},
        TextCase{"a: 1\n---\nb: ]", R"({"a":1})"}));

INSTANTIATE_TEST_SUITE_P(
    Mistakes, YamlText,
    ::testing::Values(
        TextCase{"a: *b", "yaml: unknown anchor 'b' referenced"},
        TextCase{"a: &a [*a]", "yaml: anchor 'a' value contains itself"},
        TextCase{"- a\nb", "yaml: line 3: could not find expected ':'"},
        TextCase{"\"a\n", "yaml: line 2: found unexpected end of stream"},
        TextCase{"a: [1", "yaml: line 1: did not find expected ',' or ']'"},
        TextCase{"a:\n\t- b", "yaml: line 2: found character that cannot start any token"},
        TextCase{"a: \xff", "yaml: invalid leading UTF-8 octet"},
        TextCase{"a: \x01", "yaml: control characters are not allowed"},
        TextCase{"!!int b", "yaml: cannot decode !!str `b` as a !!int"},
        TextCase{"<<: 1", "yaml: map merge requires map or sequence of maps as the value"},
        TextCase{"[.nan]", "json: unsupported value: NaN"},
        TextCase{"{{a: b}: c}", "yaml: invalid map key"}));

TEST(Yaml, IsWrittenAsTheReferenceWritesIt) {
  EXPECT_EQ(*json_to_yaml(R"({"b10":[{"c":1,"d":[]},[2]],"b2":{},"a":"true","e":"1:20",)"
                          R"("f":" g ","h":0.5,"i":1000000.5,"j":"k\nl","m":null})"),
            "a: \"true\"\nb2: {}\nb10:\n- c: 1\n  d: []\n- - 2\ne: \"1:20\"\nf: ' g '\n"
            "h: 0.5\ni: 1.0000005e+06\nj: |-\n  k\n  l\nm: null\n");
}

}  // namespace
}  // namespace kubus::apiserver
