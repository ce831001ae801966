#include "respond/warning_headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(WarningHeaders, QuoteWhatIsSaid) {
  EXPECT_THAT(warning_headers({"a \"b\" \\c", "ä"}),
              ElementsAre(R"(299 - "a \"b\" \\c")", "299 - \"ä\""));
  EXPECT_THAT(warning_headers({"a", "b", "a", ""}), ElementsAre("299 - \"a\"", "299 - \"b\""));
}

TEST(WarningHeaders, SayNothingThatCouldEndAField) {
  EXPECT_THAT(warning_headers({"a\nb", "a\r\nSet-Cookie: b", std::string("a\0b", 3), "a\tb",
                               "a\x7f", "a\xc2\x85", "a\xff", "\x1b[2J"}),
              IsEmpty());
}

TEST(WarningHeaders, SayAsMuchAsClientsCanTake) {
  const std::string half(2048, 'x');
  EXPECT_THAT(warning_headers({half, half + "x"}),
              ElementsAre("299 - \"" + half.substr(0, 256) + "\"",
                          "299 - \"" + half.substr(0, 256) + "\""));
  EXPECT_THAT(warning_headers({half, half.substr(1)}),
              ElementsAre("299 - \"" + half + "\"", "299 - \"" + half.substr(1) + "\""));
  std::vector<std::string> many;
  for (int i = 0; i < 100'000; ++i) many.push_back(std::to_string(i) + std::string(300, 'y'));
  EXPECT_EQ(warning_headers(many).size(), 16U);
  const std::string wide = "ä" + std::string(5000, 'x');
  EXPECT_THAT(warning_headers({wide}), ElementsAre("299 - \"ä" + std::string(255, 'x') + "\""));
}

}  // namespace
}  // namespace kubus::apiserver
