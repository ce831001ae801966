#include "yaml/scalar.h"

#include <gtest/gtest.h>

namespace kubus::apiserver {
namespace {

TEST(Timestamp, HasADayThatIsThere) {
  for (const char* text :
       {"2026-01-02", "2026-1-2", "2024-02-29", "2026-01-02T03:04:05Z",
        "2026-01-02t3:4:5.678+01:00", "2026-01-02 03:04:05", "2026-01-02 03:04:05.5",
        "0000-01-01"})
    EXPECT_TRUE(is_timestamp(text)) << text;
  for (const char* text :
       {"", "2026", "2026-1", "2026-13-01", "2026-02-29", "2026-01-00", "26-01-02",
        "2026-01-02T03:04:05", "2026-01-02T03:04Z", "2026-01-02 03:04:05Z",
        "2026-01-02T24:00:00Z", "2026-01-02T03:04:05+1:00", "2026-01-02 ", "2026-001-02"})
    EXPECT_FALSE(is_timestamp(text)) << text;
}

TEST(NeedsQuotes, OfWhatWouldBeSomethingElse) {
  for (const char* text :
       {"", "~", "null", "true", "Yes", "on", "y", "n", "1", "-1", "0x1f", "0755", "1_0", "1.5",
        ".5", "1e3", ".inf", "2026-01-02", "1:20", "190:20:30.15"})
    EXPECT_TRUE(needs_quotes(text)) << text;
  for (const char* text :
       {"a", "<<", "nul", "1a", "0x", "1.2.3", "1e", ".", "-", "+", "08:", "1:2:x", "2026-13-01",
        "tRue", "10.0.0.1", "100m", "1Gi"})
    EXPECT_FALSE(needs_quotes(text)) << text;
}

}  // namespace
}  // namespace kubus::apiserver
