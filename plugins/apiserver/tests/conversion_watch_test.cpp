// Watches of custom objects in a version that a webhook converts them to.
#include "tests/conversion_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;

class ConversionWatchTest : public ConversionTest {
 protected:
  class Watch {
   public:
    explicit Watch(std::unique_ptr<Client> client) : client_(std::move(client)) {
      head_ = client_->until("\r\n\r\n");
    }
    const std::string& head() const { return head_; }
    // The next event: lines between are those of the chunks.
    std::string next() {
      for (;;) {
        auto line = client_->until("\n");
        if (line.starts_with("{")) return line;
      }
    }
    // "ADDED a 5": with what path shows of it.
    std::string seen(const char* path = "spec.width") {
      const auto line = next();
      const auto object = json_at(line, "object");
      return json_text(json_at(line, "type")) + " " + json_text(json_at(object, "metadata.name")) +
             " " + json_text(json_at(object, path));
    }
    std::string rest() { return client_->rest(); }

   private:
    std::unique_ptr<Client> client_;
    std::string head_;
  };

  Watch watch(const std::string& query, const std::string& version = "v2") const {
    auto client = connect();
    client->send("GET /apis/conversion.example.com/" + version + "/namespaces/default/" + plural() +
                 "?watch=true" + query + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return Watch(std::move(client));
  }
  void resize(const std::string& object, int size) {
    const auto patched =
        call("patch", v1(), "default", object,
             R"({"spec":{"size":)" + std::to_string(size) + "}}", {}, kMerge);
    ASSERT_EQ(patched.code, 200) << patched.body;
  }
};

TEST_F(ConversionWatchTest, Follow) {
  convert();
  define();
  make("a", 5);
  auto second = watch("");
  auto first = watch("", "v1");
  EXPECT_EQ(second.seen(), "ADDED a 5");
  EXPECT_EQ(first.seen("spec.size"), "ADDED a 5");
  make("b", 6);
  resize("a", 7);
  ASSERT_EQ(call("delete", v1(), "default", "b").code, 200);
  for (const auto* event : {"ADDED b 6", "MODIFIED a 7", "DELETED b 6"}) {
    EXPECT_EQ(second.seen(), event);
    EXPECT_EQ(first.seen("spec.size"), event);
  }
}

TEST_F(ConversionWatchTest, Resume) {
  convert();
  define();
  make("a", 5);
  const auto from = get(v1(), "default", "a").at("metadata.resourceVersion");
  resize("a", 6);
  resize("a", 7);
  const auto last = get(v1(), "default", "a").at("metadata.resourceVersion");
  auto events = watch("&resourceVersion=" + from);
  EXPECT_EQ(events.seen(), "MODIFIED a 6");
  const auto line = events.next();
  EXPECT_EQ(json_text(json_at(line, "object.spec.width")), "7");
  EXPECT_EQ(json_text(json_at(line, "object.metadata.resourceVersion")), last);
}

// An object that comes to be selected, or no longer, is seen to come and go.
TEST_F(ConversionWatchTest, Select) {
  convert([](auto& object, const std::string& from, const std::string& to) {
    rename_size(object, from, to);
    if (to != "v2") return;
    const bool big = object["spec"].as_object()["width"].as_int64() > 10;
    object["metadata"].as_object()["labels"] = {{"big", big ? "yes" : "no"}};
  });
  define();
  make("a", 5);
  auto events = watch("&labelSelector=big%3Dyes");
  for (const int size : {11, 12, 6, 13}) resize("a", size);
  EXPECT_EQ(events.seen(), "ADDED a 11");
  EXPECT_EQ(events.seen(), "MODIFIED a 12");
  EXPECT_EQ(events.seen(), "DELETED a 12");
  EXPECT_EQ(events.seen(), "ADDED a 13");
}

// A slow webhook delays what it is about, and no revision is shown before.
TEST_F(ConversionWatchTest, Wait) {
  convert();
  define();
  auto slow = watch("&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&"
                    "allowWatchBookmarks=true");
  EXPECT_THAT(slow.next(), HasSubstr(R"("k8s.io/initial-events-end":"true")"));
  auto quick = watch("", "v1");
  server_.hang("/convert");
  make("a", 5);
  make("b", 6);
  EXPECT_EQ(quick.seen("spec.size"), "ADDED a 5");
  EXPECT_EQ(quick.seen("spec.size"), "ADDED b 6");
  expect_served();
  ASSERT_TRUE(testing::eventually([&] { return asked() > 0; }));
  server_.let_go("/convert");
  EXPECT_EQ(slow.seen(), "ADDED a 5");
  EXPECT_EQ(slow.seen(), "ADDED b 6");
}

TEST_F(ConversionWatchTest, Fail) {
  convert();
  define();
  auto events = watch("");
  make("a", 5);
  EXPECT_EQ(events.seen(), "ADDED a 5");
  server_.on_whole("/convert",
                   [](const std::string& question) { return not_converted(question, "broken"); });
  make("b", 6);
  const auto error = events.next();
  EXPECT_EQ(json_text(json_at(error, "type")), "ERROR");
  EXPECT_EQ(json_text(json_at(error, "object.message")), failure("failed: broken"));
  // One that begins now is told at once.
  auto refused = watch("");
  EXPECT_THAT(refused.head(), HasSubstr("HTTP/1.1 500 "));
  EXPECT_EQ(json_text(json_at(refused.next(), "message")), failure("failed: broken"));
  convert();
  auto again = watch("");
  EXPECT_EQ(again.seen(), "ADDED a 5");
  EXPECT_EQ(again.seen(), "ADDED b 6");
}

}  // namespace
}  // namespace kubus::apiserver
