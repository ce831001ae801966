// What the kubus command shows of a running kubusd.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json/parse.hpp>
#include <sstream>
#include <thread>

#include "cluster.h"

namespace kubus::testing {
namespace {

using ::testing::HasSubstr;

class Command : public ::testing::Test {
 protected:
  void SetUp() override {
    cluster_.install("zoo-good");
    cluster_.start();
    cluster_.expect("zoo-good", "ready");
  }

  void call_good(Host& client) {
    auto reply = client.self().context().bus().call_wait("zoo.good.v1", "Version", Bytes::copy(""));
    EXPECT_TRUE(reply.ok()) << reply.status().to_string();
  }

  Cluster cluster_;
};

TEST_F(Command, BusTopCountsTheCallsOfEachMethod) {
  auto client = cluster_.connect();
  for (int i = 0; i < 3; ++i) call_good(*client);
  const auto result = cluster_.kubus({"bus", "top", "-n", "1"});
  ASSERT_EQ(result.code, 0) << result.out;
  std::istringstream lines(result.out);
  std::string line, plugin, service, method, calls;
  bool found = false;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    words >> plugin >> service >> method >> calls;
    if (service == "zoo.good.v1" && method == "Version") {
      found = true;
      EXPECT_EQ(plugin, "zoo-good");
      EXPECT_EQ(calls, "3");
    }
  }
  EXPECT_TRUE(found) << result.out;
}

TEST_F(Command, BusTraceShowsMessagesAsTheyPass) {
  auto client = cluster_.connect();
  std::atomic<bool> stop = false;
  std::thread caller([&] {
    while (!stop) call_good(*client);
  });
  const auto result = cluster_.kubus({"bus", "trace", "--plugin", "zoo-good", "--service",
                                      "zoo.good.v1", "-n", "4", "-o", "json"});
  stop = true;
  caller.join();
  ASSERT_EQ(result.code, 0) << result.out;
  std::istringstream lines(result.out);
  std::string line;
  int seen = 0;
  for (; std::getline(lines, line); ++seen) {
    const auto item = boost::json::parse(line).as_object();
    EXPECT_EQ(item.at("service").as_string(), "zoo.good.v1") << line;
    EXPECT_EQ(item.at("instance").as_string(), "zoo-good") << line;
  }
  EXPECT_EQ(seen, 4) << result.out;
}

TEST_F(Command, BadWordsAreNamed) {
  const struct {
    std::vector<std::string> arguments;
    int code;
    std::string text;
  } cases[] = {
      {{"dance"}, 2, "kubus: unknown verb \"dance\": see kubus --help"},
      {{"plugin", "restart", "nobody"}, 1, "no plugin is called \"nobody\""},
      {{"plugin", "inspect", "/dev/null"}, 1, "/dev/null"},
      {{"status", "-o", "xml"}, 105, "xml"},
  };
  for (const auto& c : cases) {
    const auto result = cluster_.kubus(c.arguments);
    EXPECT_EQ(result.code, c.code) << result.out;
    EXPECT_THAT(result.out, HasSubstr(c.text));
  }
}

}  // namespace
}  // namespace kubus::testing
