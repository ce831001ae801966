#include "kubus/bytes.h"

#include <gtest/gtest.h>

namespace kubus {
namespace {

TEST(BytesTest, TakesAStringWithoutCopyingIt) {
  std::string text(1000, 'a');
  const char* memory = text.data();
  const Bytes bytes(std::move(text));
  EXPECT_EQ(bytes.data(), memory);
  EXPECT_EQ(bytes.size(), 1000u);
}

TEST(BytesTest, SlicesShareTheMemoryAndKeepItAlive) {
  Bytes part;
  {
    const Bytes whole = Bytes::copy("hello world");
    part = whole.slice(6);
    EXPECT_EQ(part.data(), whole.data() + 6);
  }
  EXPECT_EQ(part.view(), "world");
  EXPECT_EQ(part.slice(1, 3).view(), "orl");
  EXPECT_TRUE(part.slice(99).empty());
}

TEST(BytesTest, EmptyBytesHaveNoOwner) {
  EXPECT_EQ(Bytes(std::string()).owner(), nullptr);
  EXPECT_EQ(Bytes(), Bytes::copy(""));
}

}  // namespace
}  // namespace kubus
