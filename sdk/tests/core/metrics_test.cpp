#include "kubus/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "kubus/metrics_page.h"
#include "kubus/metrics_reset.h"

namespace kubus::metrics {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, TheSameNameAndLabelsAreTheSameSeries) {
  Counter& one = counter("t_calls_total", "Calls.", {{"b", "2"}, {"a", "1"}});
  Counter& two = counter("t_calls_total", "ignored", {{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(&one, &two);
  one.add();
  two.add(2);
  one.add(-5);  // a counter never falls
  const std::string text = expose();
  EXPECT_THAT(text, HasSubstr("# HELP t_calls_total Calls.\n# TYPE t_calls_total counter\n"));
  EXPECT_THAT(text, HasSubstr("t_calls_total{a=\"1\",b=\"2\"} 3\n"));
}

TEST(MetricsTest, GaugesGoUpAndDown) {
  gauge("t_depth", "Depth.").set(5);
  gauge("t_depth", "Depth.").add(-1.5);
  EXPECT_THAT(expose(), HasSubstr("\nt_depth 3.5\n"));
}

TEST(MetricsTest, HistogramsAreCumulative) {
  Histogram& h = histogram("t_seconds", "Time.", {0.1, 1}, {{"m", "x"}});
  for (const double value : {0.05, 0.1, 0.5, 7.0}) h.observe(value);
  const std::string text = expose();
  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{m=\"x\",le=\"0.1\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{m=\"x\",le=\"1\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("t_seconds_bucket{m=\"x\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("t_seconds_sum{m=\"x\"} 7.65\n"));
  EXPECT_THAT(text, HasSubstr("t_seconds_count{m=\"x\"} 4\n"));
}

TEST(MetricsTest, LabelValuesAreEscaped) {
  counter("t_odd_total", "Odd.", {{"p", "a\"b\\c\nd"}}).add();
  EXPECT_THAT(expose(), HasSubstr(R"(t_odd_total{p="a\"b\\c\nd"} 1)"));
}

TEST(MetricsTest, APageHasWhatOthersCount) {
  Page page;
  page.family("t_reads_total", "Reads.", "counter");
  page.sample({}, 3);
  page.sample({{"disk", "b"}, {"bus", "a"}}, 0.25, {.time_ms = 1'700'000'000'123});
  page.family("t_wait_seconds", "Wait.", "histogram");
  page.sample({{"le", "+Inf"}}, 2, {.suffix = "_bucket"});
  EXPECT_EQ(page.text(),
            "# HELP t_reads_total Reads.\n# TYPE t_reads_total counter\n"
            "t_reads_total 3\n"
            "t_reads_total{bus=\"a\",disk=\"b\"} 0.25 1700000000123\n"
            "# HELP t_wait_seconds Wait.\n# TYPE t_wait_seconds histogram\n"
            "t_wait_seconds_bucket{le=\"+Inf\"} 2\n");
}

TEST(MetricsTest, NoUpdateIsLostBetweenThreads) {
  Counter& c = counter("t_parallel_total", "Parallel.");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 1000; ++n) c.add();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_THAT(expose(), HasSubstr("t_parallel_total 4000\n"));
}

TEST(MetricsTest, WhatIsCountedByLabelsBeginsAnew) {
  Counter& labelled = counter("t_reset_total", "Calls.", {{"a", "1"}});
  labelled.add(3);
  counter("t_reset_plain_total", "Calls.").add(3);
  gauge("t_reset_depth", "Depth.", {{"a", "1"}}).set(3);
  Histogram& h = histogram("t_reset_seconds", "Time.", {1}, {{"a", "1"}});
  h.observe(0.5);
  h.observe(5);
  reset();
  EXPECT_THAT(expose(), HasSubstr("t_reset_total{a=\"1\"} 0\n"));
  EXPECT_THAT(expose(), HasSubstr("t_reset_plain_total 3\n"));
  EXPECT_THAT(expose(), HasSubstr("t_reset_depth{a=\"1\"} 3\n"));
  EXPECT_THAT(expose(), HasSubstr("t_reset_seconds_sum{a=\"1\"} 0\n"));
  EXPECT_THAT(expose(), HasSubstr("t_reset_seconds_count{a=\"1\"} 0\n"));
  labelled.add();
  h.observe(0.5);
  EXPECT_THAT(expose(), HasSubstr("t_reset_total{a=\"1\"} 1\n"));
  EXPECT_THAT(expose(), HasSubstr("t_reset_seconds_bucket{a=\"1\",le=\"1\"} 1\n"));
}

}  // namespace
}  // namespace kubus::metrics
