#include "probes/verdict.h"

#include <gtest/gtest.h>

#include <string>

namespace kubus::kubelet {
namespace {

TEST(Verdict, MovesAfterEnoughEqualResults) {
  struct Case {
    bool passing;         // at first
    std::string results;  // s or f
    int successes, failures;
    std::string verdicts;  // p or f after each
  };
  const Case cases[] = {
      {false, "s", 1, 3, "p"},      {false, "ss", 2, 3, "fp"},  {false, "sfss", 2, 3, "fffp"},
      {true, "ff", 1, 3, "pp"},     {true, "fff", 1, 3, "ppf"}, {true, "ffsfff", 1, 3, "pppppf"},
      {true, "fffs", 1, 3, "ppfp"},
  };
  for (const Case& c : cases) {
    Verdict verdict{c.passing, 0, c.passing};
    std::string seen;
    for (const char result : c.results) {
      const bool before = verdict.passing;
      const bool moved = verdict.add(result == 's', c.successes, c.failures);
      EXPECT_EQ(moved, before != verdict.passing);
      seen += verdict.passing ? 'p' : 'f';
    }
    EXPECT_EQ(seen, c.verdicts) << c.results;
  }
}

TEST(Verdict, AStartupProbeFailsWithoutEverHavingPassed) {
  Verdict verdict;
  EXPECT_FALSE(verdict.add(false, 1, 2));
  EXPECT_FALSE(verdict.failed(2));
  EXPECT_FALSE(verdict.add(false, 1, 2));
  EXPECT_TRUE(verdict.failed(2));
}

}  // namespace
}  // namespace kubus::kubelet
