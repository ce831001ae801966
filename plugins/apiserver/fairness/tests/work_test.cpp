// What a request is charged.
#include "fairness/work.h"

#include <gtest/gtest.h>

#include <string>

namespace kubus::apiserver::fairness {
namespace {

class WorkTest : public ::testing::Test {
 protected:
  WorkTest() { cache_.reset(ClusterCache::Filling(cache_), 1); }
  // Of so many bytes each, in which its revision is, too.
  void add_pods(int count, std::size_t bytes) {
    for (int i = 0; i < count; ++i) {
      ++revision_;
      const auto name = "p" + std::to_string(revision_);
      const auto key = "/registry/core/pods/a/" + name;
      const auto begin = R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name +
                         R"(","namespace":"a","uid":")";
      const std::string end = R"("},"spec":{},"status":{}})";
      const auto value = begin + std::string(bytes - begin.size() - end.size(), 'u') + end;
      cache_.apply({{key, value, revision_}}, revision_);
    }
  }
  Width width(const std::string& method, const std::string& path, const std::string& query = "",
              int most = 10) {
    const auto parsed = Query::parse(query);
    return width_of(parse_request(method, path, parsed), parsed, cache_, most);
  }
  int seats(const std::string& method, const std::string& path, const std::string& query = "",
            int most = 10) {
    return width(method, path, query, most).seats;
  }
  void watch(int count, Filter filter = {}) {
    for (int i = 0; i < count; ++i) {
      watchers_.push_back(std::make_shared<Deaf>());
      ASSERT_TRUE(cache_.find("", "pods")->watch(watchers_.back(), filter, {}, 1).ok());
    }
  }
  class Deaf final : public Watcher {
    void on_event(EventType, const ObjectPtr&) override {}
    void on_bookmark(std::int64_t, bool) override {}
    void on_end(const Status&) override {}
  };

  std::vector<std::shared_ptr<Watcher>> watchers_;
  ClusterCache cache_{10};
  std::int64_t revision_ = 1;
};

TEST_F(WorkTest, ListsAreChargedByTheirBytes) {
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 1);
  add_pods(90, 1000);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 1);
  add_pods(20, 1000);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 2);
  add_pods(300, 1000);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 5);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "", 3), 3);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "limit=50"), 1);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "limit=150"), 2);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "limit=rubbish"), 5);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "watch=1"), 1);
  for (const auto* yes : {"true", "1", "T", "True"})
    EXPECT_EQ(seats("GET", "/api/v1/pods", "watch=1&sendInitialEvents=" + std::string(yes)), 5);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "watch=1&sendInitialEvents=false"), 1);
  EXPECT_EQ(seats("GET", "/api/v1/pods", "fieldSelector=metadata.name%3Dp7"), 1);
  add_pods(1, 3'000'000);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 10);
}

TEST_F(WorkTest, BytesThatAreGoneCostNothing) {
  add_pods(1, 900'000);
  EXPECT_GE(seats("GET", "/api/v1/pods"), 9);
  const auto key = "/registry/core/pods/a/p" + std::to_string(revision_);
  ++revision_;
  cache_.apply({{key, {}, revision_}}, revision_);
  EXPECT_EQ(seats("GET", "/api/v1/pods"), 1);
  const auto extent = cache_.find("", "pods")->extent();
  EXPECT_EQ(extent.objects + extent.bytes, 0u);
}

TEST_F(WorkTest, AllElseTakesOneSeat) {
  add_pods(500, 1000);
  EXPECT_EQ(seats("GET", "/api/v1/namespaces/a/pods/p2"), 1);
  EXPECT_EQ(seats("POST", "/api/v1/namespaces/a/pods"), 1);
  EXPECT_EQ(seats("DELETE", "/api/v1/namespaces/a/pods/p2"), 1);
  EXPECT_EQ(seats("GET", "/apis/nobody.example.com/v1/things"), 1);
  EXPECT_EQ(seats("GET", "/metrics"), 1);
}

// Ten watchers are told in five milliseconds of a seat.
TEST_F(WorkTest, ChangesAreChargedForThoseWhoWatch) {
  watch(9);
  EXPECT_EQ(width("POST", "/api/v1/namespaces/a/pods").final_seats, 0);
  watch(1);
  auto change = width("POST", "/api/v1/namespaces/a/pods");
  EXPECT_EQ(change.seats, 1);
  EXPECT_EQ(change.final_seats, 1);
  EXPECT_EQ(change.after, std::chrono::milliseconds(5));
  watch(25);
  for (const auto* verb : {"PUT", "PATCH", "DELETE"})
    EXPECT_EQ(width(verb, "/api/v1/namespaces/a/pods/p").final_seats, 4) << verb;
  EXPECT_EQ(width("GET", "/api/v1/namespaces/a/pods/p").final_seats, 0);
  EXPECT_EQ(width("DELETE", "/api/v1/namespaces/a/pods").final_seats, 0);
  // Fewer seats do the same work in more time.
  change = width("PUT", "/api/v1/namespaces/a/pods/p", "", 2);
  EXPECT_EQ(change.final_seats, 2);
  EXPECT_EQ(change.after, std::chrono::milliseconds(10));
  watchers_.clear();
  watch(1);
  EXPECT_EQ(width("PUT", "/api/v1/namespaces/a/pods/p").final_seats, 0);
}

TEST_F(WorkTest, OnlyThoseCountThatMayBeTold) {
  Filter other, same, one, node;
  other.ns = "b";
  same.ns = "a";
  one.ns = "a";
  one.name = "p";
  node.fields = *FieldSelector::parse("spec.nodeName=n");
  watch(30, other);
  watch(30, node);
  EXPECT_EQ(width("PUT", "/api/v1/namespaces/a/pods/p").final_seats, 0);
  EXPECT_EQ(width("PUT", "/api/v1/namespaces/b/pods/p").final_seats, 3);
  watch(5, same);
  watch(5, one);
  EXPECT_EQ(width("PUT", "/api/v1/namespaces/a/pods/p").final_seats, 1);
  EXPECT_EQ(width("PUT", "/api/v1/namespaces/a/pods/q").final_seats, 0);
}

TEST_F(WorkTest, NobodyIsToldOfAToken) {
  for (int i = 0; i < 20; ++i) {
    watchers_.push_back(std::make_shared<Deaf>());
    ASSERT_TRUE(cache_.find("", "serviceaccounts")->watch(watchers_.back(), {}, {}, 1).ok());
  }
  EXPECT_EQ(width("POST", "/api/v1/namespaces/a/serviceaccounts/s/token").final_seats, 0);
  EXPECT_EQ(width("POST", "/api/v1/namespaces/a/serviceaccounts").final_seats, 2);
}

}  // namespace
}  // namespace kubus::apiserver::fairness
