// What a request is charged.
#include "fairness/work.h"

#include <gtest/gtest.h>

#include <string>

namespace kubus::apiserver::fairness {
namespace {

class WorkTest : public ::testing::Test {
 protected:
  WorkTest() { cache_.reset(ClusterCache::Filling(cache_), 1); }
  void add_pods(int count) {
    for (int i = 0; i < count; ++i) {
      ++revision_;
      const auto name = "p" + std::to_string(revision_);
      const auto key = "/registry/core/pods/a/" + name;
      const auto value = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name +
                         R"(","namespace":"a","uid":"u"},"spec":{},"status":{}})";
      cache_.apply({{key, value, revision_}}, revision_);
    }
  }
  int seats(const std::string& method, const std::string& path, const std::string& query = "",
            int most = 10) {
    const auto parsed = Query::parse(query);
    return seats_of(parse_request(method, path, parsed), parsed, cache_, most);
  }

  ClusterCache cache_{10};
  std::int64_t revision_ = 1;
};

TEST_F(WorkTest, ListsAreChargedByTheHundred) {
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 1);
  add_pods(100);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 1);
  add_pods(1);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 2);
  add_pods(300);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 5);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "", 3), 3);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "limit=100"), 2);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "limit=rubbish"), 5);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "watch=1"), 1);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "watch=1&sendInitialEvents=true"), 5);
  add_pods(1000);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 10);
}

TEST_F(WorkTest, AllElseTakesOneSeat) {
  add_pods(500);
  EXPECT_EQ(seats("GET", "/api/v1/namespaces/a/pods/p2"), 1);
  EXPECT_EQ(seats("POST", "/api/v1/namespaces/a/pods"), 1);
  EXPECT_EQ(seats("DELETE", "/api/v1/namespaces/a/pods/p2"), 1);
  EXPECT_EQ(seats("GET", "/apis/nobody.example.com/v1/things"), 1);
  EXPECT_EQ(seats("GET", "/metrics"), 1);
}

}  // namespace
}  // namespace kubus::apiserver::fairness
