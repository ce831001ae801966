#include "transcript.h"

#include <gtest/gtest.h>

namespace kubus::e2e {
namespace {

TEST(Transcript, IsComparedLineByLine) {
  EXPECT_TRUE(matches("a\nb", "a\nb\n"));
  EXPECT_FALSE(matches("a\nb", "a\nb\nc"));
  EXPECT_FALSE(matches("a\nb\nc", "a\nb"));
  EXPECT_FALSE(matches("a", ""));
  EXPECT_TRUE(matches("", "\n"));
}

TEST(Transcript, LeavesPartsOfALineOpen) {
  EXPECT_TRUE(matches("pod/web-… created", "pod/web-x7b created"));
  EXPECT_TRUE(matches("… is …", "this is it"));
  EXPECT_TRUE(matches("all…", "all"));
  EXPECT_FALSE(matches("pod/web-… created", "pod/web-x7b deleted"));
  EXPECT_FALSE(matches("a…c", "a\nc"));
}

TEST(Transcript, LeavesLinesOpen) {
  EXPECT_TRUE(matches("a\n…\nd", "a\nb\nc\nd"));
  EXPECT_TRUE(matches("a\n…\nd", "a\nd"));
  EXPECT_TRUE(matches("…", ""));
  EXPECT_FALSE(matches("a\n…\nd", "a\nb"));
}

TEST(Transcript, DoesNotCountTheBlanksBetweenColumns) {
  EXPECT_TRUE(matches("NAME  AGE", "NAME       AGE   "));
  EXPECT_FALSE(matches("NAME  AGE", "NAME AGE"));
}

}  // namespace
}  // namespace kubus::e2e
