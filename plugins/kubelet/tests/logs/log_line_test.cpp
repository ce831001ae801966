// Lines of logs, options of requests, and what is printed of them.
#include "logs/log_line.h"

#include <gtest/gtest.h>

#include "logs/log_options.h"
#include "logs/log_printer.h"

namespace kubus::kubelet {
namespace {

const std::string kTime = "2026-01-02T03:04:05.123456789+00:00";

TEST(LogLine, PrintedTimesHaveNineDecimalsAndZ) {
  const std::pair<const char*, const char*> cases[] = {
      {"2026-01-02T03:04:05.123456789+00:00", "2026-01-02T03:04:05.123456789Z"},
      {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000000000Z"},
      {"2026-01-02T03:04:05.12Z", "2026-01-02T03:04:05.120000000Z"},
      {"2026-01-02T03:04:05.5+02:00", "2026-01-02T03:04:05.500000000+02:00"},
  };
  for (const auto& [time, printed] : cases) EXPECT_EQ(printed_time(time), printed);
}

TEST(LogLine, WhatIsNoLineIsRefused) {
  for (const std::string raw : {"", "\n", "text without form\n", "2026 stdout F short\n"})
    EXPECT_FALSE(parse_log_line(raw)) << raw;
  EXPECT_FALSE(parse_log_line(kTime + " stdin F text\n"));
  EXPECT_FALSE(parse_log_line(kTime + " stdout F"));
}

TEST(LogLine, APartHasNoLineEnd) {
  EXPECT_EQ(parse_log_line(kTime + " stdout P text\n")->text, "text");
  EXPECT_EQ(parse_log_line(kTime + " stderr F text\n")->text, "text\n");
  EXPECT_EQ(parse_log_line(kTime + " stdout F \n")->text, "\n");
  EXPECT_TRUE(parse_log_line(kTime + " stderr F:tag text\n")->is_stderr);
}

struct OptionCase {
  const char* query;
  Code code;
};

TEST(LogOptions, BadOnesAreToldApart) {
  const OptionCase cases[] = {
      {"follow=true&tailLines=5&limitBytes=1&sinceSeconds=1&timestamps=true", Code::kOk},
      {"tail=all", Code::kOk},
      {"tailLines=x", Code::kBadRequest},
      {"sinceTime=yesterday", Code::kBadRequest},
      {"tailLines=-1", Code::kInvalid},
      {"limitBytes=0", Code::kInvalid},
      {"sinceSeconds=0", Code::kInvalid},
      {"sinceSeconds=1&sinceTime=2026-01-02T03:04:05Z", Code::kInvalid},
      {"stream=Stdin", Code::kInvalid},
      {"stream=Stdout&tailLines=1", Code::kInvalid},
  };
  for (const auto& test : cases)
    EXPECT_EQ(parse_log_options(http::Query::parse(test.query), SystemTime()).code(), test.code)
        << test.query;
}

struct PrintCase {
  const char* query;
  const char* printed;
};

TEST(LogPrinter, PrintsWhatIsAskedFor) {
  const std::string lines[] = {"2026-01-02T03:04:05.1+00:00 stdout F one\n",
                               "2026-01-02T03:04:06.1+00:00 stdout P two ",
                               "2026-01-02T03:04:06.2+00:00 stdout F parts\n", "garbage\n",
                               "2026-01-02T03:04:07.1+00:00 stderr F three\n"};
  const PrintCase cases[] = {
      {"", "one\ntwo parts\nthree\n"},
      {"limitBytes=6", "one\ntw"},
      {"stream=Stderr", "three\n"},
      {"stream=Stdout", "one\ntwo parts\n"},
      {"sinceTime=2026-01-02T03:04:07Z", "three\n"},
      {"tailLines=2", "one\ntwo "},
      {"tailLines=2&follow=true", "one\ntwo parts\nthree\n"},
      {"timestamps=true",
       "2026-01-02T03:04:05.100000000Z one\n2026-01-02T03:04:06.100000000Z two parts\n"
       "2026-01-02T03:04:07.100000000Z three\n"},
  };
  for (const auto& test : cases) {
    const auto options = parse_log_options(http::Query::parse(test.query), SystemTime());
    ASSERT_TRUE(options.ok()) << test.query;
    LogPrinter printer(*options);
    std::string out;
    for (const auto& line : lines) printer.print(line, out);
    EXPECT_EQ(out, test.printed) << test.query;
  }
}

}  // namespace
}  // namespace kubus::kubelet
