#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cache/cluster_cache.h"
#include "cache/json_scan.h"
#include "registry/list_query.h"

namespace kubus::apiserver {
namespace {

std::string stored_pod(const std::string& ns, const std::string& name, const std::string& label,
                       const std::string& node = "n1") {
  return R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":")" + name + R"(","namespace":")" +
         ns + R"(","uid":"u-)" + name + R"(","labels":{"app":")" + label +
         R"("}},"spec":{"containers":null,"nodeName":")" + node + R"("},"status":{}})";
}

class Seen final : public Watcher {
 public:
  void on_event(EventType type, const ObjectPtr& object) override {
    lines.push_back(std::string(event_name(type)) + " " + std::string(object->name()) + "@" +
                    std::to_string(object->revision()));
  }
  void on_bookmark(std::int64_t revision, bool initial_end) override {
    lines.push_back((initial_end ? "SYNCED @" : "BOOKMARK @") + std::to_string(revision));
  }
  void on_end(const Status& why) override { lines.push_back("END " + why.to_string()); }
  std::vector<std::string> lines;
};

class CacheTest : public ::testing::Test {
 protected:
  CacheTest() : cache_(4), pods_(*cache_.find("", "pods")) {
    cache_.reset(ClusterCache::Filling(cache_), 1);
  }
  void put(std::int64_t revision, const std::string& name, const std::string& label,
           const std::string& ns = "a", const std::string& node = "n1") {
    const auto key = "/registry/core/pods/" + ns + "/" + name;
    const auto value = stored_pod(ns, name, label, node);
    cache_.apply({{key, value, revision}}, revision);
  }
  void remove(std::int64_t revision, const std::string& name) {
    const auto key = "/registry/core/pods/a/" + name;
    cache_.apply({{key, {}, revision}}, revision);
  }
  std::vector<std::string> names(const ListQuery& query) {
    std::vector<std::string> found;
    auto result = pods_.list(query, cache_.revision());
    if (!result.ok()) return {result.status().to_string()};
    for (const auto& object : result->items) found.emplace_back(object->name());
    return found;
  }
  static Filter labelled(const std::string& text) {
    Filter filter;
    filter.labels = *LabelSelector::parse(text);
    return filter;
  }

  ClusterCache cache_;
  ResourceCache& pods_;
};

TEST_F(CacheTest, SplicesTheRevisionBehindTheUid) {
  put(7, "p", "x");
  const auto pod = pods_.get("a/p");
  ASSERT_TRUE(pod);
  EXPECT_NE(pod->json().view().find(R"("uid":"u-p","resourceVersion":"7","labels")"),
            std::string_view::npos);
  EXPECT_EQ(pod->stored(), stored_pod("a", "p", "x"));
  EXPECT_EQ(pod->with_revision(9)->stored(), pod->stored());
}

TEST_F(CacheTest, SplicesIntoMetadataWithoutTheFieldsBefore) {
  const auto& resource = pods_.resource();
  const auto empty = Object::make(resource, R"({"metadata":{},"spec":{}})", 3);
  EXPECT_EQ((*empty)->json().view(), R"({"metadata":{"resourceVersion":"3"},"spec":{}})");
  const auto labels = Object::make(resource, R"({"metadata":{"labels":{"a":"b"}}})", 3);
  EXPECT_EQ((*labels)->json().view(), R"({"metadata":{"resourceVersion":"3","labels":{"a":"b"}}})");
  EXPECT_FALSE(Object::make(resource, "nonsense", 3).ok());
}

TEST_F(CacheTest, ListsByNamespaceLabelAndField) {
  put(2, "p1", "x");
  put(3, "p2", "y", "a", "n2");
  put(4, "p3", "x", "b");
  ListQuery query;
  EXPECT_THAT(names(query), ::testing::ElementsAre("p1", "p2", "p3"));
  query.filter.ns = "a";
  EXPECT_THAT(names(query), ::testing::ElementsAre("p1", "p2"));
  query.filter = labelled("app=x");
  EXPECT_THAT(names(query), ::testing::ElementsAre("p1", "p3"));
  query.filter = {};
  query.filter.fields = *FieldSelector::parse("spec.nodeName=n2");
  EXPECT_THAT(names(query), ::testing::ElementsAre("p2"));
}

TEST_F(CacheTest, PagesThroughOneStateWhileItChanges) {
  put(2, "p1", "x");
  put(3, "p2", "x");
  put(4, "p3", "x");
  ListQuery query;
  query.limit = 2;
  const auto first = pods_.list(query, cache_.revision());
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->next, "a/p3");
  EXPECT_EQ(first->remaining, 1);
  remove(5, "p3");
  put(6, "p4", "x");
  query.start = first->next;
  query.exact = first->revision;
  EXPECT_THAT(names(query), ::testing::ElementsAre("p3"));
}

TEST_F(CacheTest, SaysWhenAPageIsOlderThanItsHistory) {
  for (int i = 2; i < 10; ++i) put(i, "p", "x" + std::to_string(i));
  ListQuery query;
  query.exact = 3;
  EXPECT_EQ(pods_.list(query, cache_.revision()).code(), Code::kExpired);
}

TEST_F(CacheTest, ShowsAWatcherWhatEntersAndLeavesItsSelection) {
  auto seen = std::make_shared<Seen>();
  WatchStart start;
  ASSERT_TRUE(pods_.watch(seen, labelled("app=x"), start, 1).ok());
  put(2, "p", "y");
  put(3, "p", "x");
  put(4, "p", "x");
  put(5, "p", "y");
  put(6, "p", "x");
  remove(7, "p");
  EXPECT_THAT(seen->lines, ::testing::ElementsAre("ADDED p@3", "MODIFIED p@4", "DELETED p@5",
                                                  "ADDED p@6", "DELETED p@7"));
}

TEST_F(CacheTest, ReplaysHistoryAndRefusesWhatIsTooOld) {
  put(2, "p1", "x");
  put(3, "p2", "x");
  put(4, "p1", "y");
  auto seen = std::make_shared<Seen>();
  WatchStart start;
  start.from = WatchStart::From::kRevision;
  start.revision = 2;
  ASSERT_TRUE(pods_.watch(seen, {}, start, cache_.revision()).ok());
  EXPECT_THAT(seen->lines, ::testing::ElementsAre("ADDED p2@3", "MODIFIED p1@4"));
  for (int i = 5; i < 12; ++i) put(i, "p1", "z");
  EXPECT_EQ(pods_.watch(seen, {}, start, cache_.revision()).code(), Code::kExpired);
}

TEST_F(CacheTest, TellsNothingBeforeARevisionThatIsStillToCome) {
  put(2, "p1", "x");
  auto seen = std::make_shared<Seen>();
  WatchStart start;
  start.from = WatchStart::From::kRevision;
  start.revision = 4;
  start.bookmarks = true;
  ASSERT_TRUE(pods_.watch(seen, {}, start, cache_.revision()).ok());
  put(3, "p2", "x");
  pods_.bookmark(3);
  put(4, "p1", "y");
  put(5, "p2", "y");
  EXPECT_THAT(seen->lines, ::testing::ElementsAre("MODIFIED p2@5"));
}

TEST_F(CacheTest, MarksTheEndOfTheInitialState) {
  put(2, "p1", "x");
  auto seen = std::make_shared<Seen>();
  WatchStart start;
  start.from = WatchStart::From::kState;
  start.initial_bookmark = true;
  ASSERT_TRUE(pods_.watch(seen, {}, start, cache_.revision()).ok());
  put(3, "p2", "x");
  EXPECT_THAT(seen->lines, ::testing::ElementsAre("ADDED p1@2", "SYNCED @2", "ADDED p2@3"));
}

TEST_F(CacheTest, TellsWatchersTheDifferenceAfterReadingStorageAnew) {
  put(2, "p1", "x");
  put(3, "p2", "x");
  auto seen = std::make_shared<Seen>();
  ASSERT_TRUE(pods_.watch(seen, {}, {}, cache_.revision()).ok());
  ClusterCache::Filling filling(cache_);
  const auto p2 = stored_pod("a", "p2", "y"), p3 = stored_pod("a", "p3", "x");
  filling.add({"/registry/core/pods/a/p2", p2, 8});
  filling.add({"/registry/core/pods/a/p3", p3, 7});
  cache_.reset(std::move(filling), 9);
  EXPECT_THAT(seen->lines, ::testing::ElementsAre("ADDED p3@7", "MODIFIED p2@8", "DELETED p1@9"));
}

TEST_F(CacheTest, RunsWaitersOnceTheirRevisionIsThere) {
  int ran = 0;
  cache_.when(1, [&] { ran += 1; });
  cache_.when(3, [&] { ran += 10; });
  EXPECT_EQ(ran, 1);
  put(2, "p", "x");
  EXPECT_EQ(ran, 1);
  put(3, "p", "y");
  EXPECT_EQ(ran, 11);
}

TEST(JsonScan, FindsValuesWithoutDecoding) {
  const std::string json = R"({"a":{"b":"x\"}","c":[1,{"d":"]"}]},"e":true,"f":"\u003cz\u003e"})";
  EXPECT_EQ(json_at(json, "a.b"), R"("x\"}")");
  EXPECT_EQ(json_text(json_at(json, "a.b")), "x\"}");
  EXPECT_EQ(json_text(json_at(json, "e")), "true");
  EXPECT_EQ(json_text(json_at(json, "f")), "<z>");
  EXPECT_TRUE(json_at(json, "a.x").empty());
  EXPECT_EQ(json_text(R"("\uzzzz")"), "\xEF\xBF\xBD");
  for (std::size_t cut = 0; cut < json.size(); ++cut)
    (void)json_at(std::string_view(json).substr(0, cut), "a.c.d");
}

TEST(ContinueToken, ReadsBackWhatItWrote) {
  Call call;
  call.resource = find_resource("", "v1", "pods");
  call.query.add("continue", continue_token(42, "ns/\"odd\""));
  const auto query = list_query(call);
  ASSERT_TRUE(query.ok()) << query.status().to_string();
  EXPECT_EQ(query->exact, 42);
  EXPECT_EQ(query->start, "ns/\"odd\"");
}

TEST(ContinueToken, RefusesWhatItDidNotWrite) {
  Call call;
  call.resource = find_resource("", "v1", "pods");
  for (const std::string token : {
           "!!!",
           // {"v":"meta.k8s.io/v1","rv":1,"start":"\\uzzzz"}
           "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJcdXp6enoifQ",
           // {"v":"meta.k8s.io/v1","rv":0,"start":"a"}
           "eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MCwic3RhcnQiOiJhIn0",
       }) {
    call.query = {};
    call.query.add("continue", token);
    const auto query = list_query(call);
    EXPECT_EQ(query.code(), Code::kBadRequest) << token;
    EXPECT_TRUE(query.status().message().starts_with(
        "invalid continue token: continue key is not valid: "))
        << query.status().message();
  }
}

}  // namespace
}  // namespace kubus::apiserver
