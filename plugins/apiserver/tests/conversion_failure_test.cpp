// Conversion webhooks that are away, slow, or do not tell the truth; and objects of a version that
// is not stored any more.
#include <future>

#include "tests/conversion_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConversionFailureTest : public ConversionTest {
 protected:
  // What becomes of an answer that was fine.
  void lie(const std::function<void(boost::json::object& response)>& change) {
    server_.on_whole("/convert", [change](const std::string& question) {
      auto review = boost::json::parse(converted(question, rename_size)).as_object();
      change(review["response"].as_object());
      return boost::json::serialize(review);
    });
  }
  void expect_failure(const std::string& why, const std::string& object = "a") {
    const auto failed = get(v2(), "default", object);
    EXPECT_EQ(failed.code, 500);
    // It is no status of this server's own.
    EXPECT_EQ(failed.at("reason"), "");
    EXPECT_THAT(failed.at("message"), HasSubstr(failure(why)));
  }
  static boost::json::object& first(boost::json::object& response) {
    return response["convertedObjects"].as_array()[0].as_object();
  }
  static boost::json::object& metadata(boost::json::object& response) {
    return first(response)["metadata"].as_object();
  }
};

TEST_F(ConversionFailureTest, Lie) {
  define();
  make("a", 5);
  lie([](auto& response) { response["uid"] = "other"; });
  expect_failure("failed: expected response.uid=\"");
  lie([](auto& response) { response["convertedObjects"].as_array().clear(); });
  expect_failure("returned 0 objects, expected 1");
  lie([](auto& response) { first(response)["apiVersion"] = "conversion.example.com/v1"; });
  expect_failure("returned invalid object at index 0: invalid groupVersion (expected "
                 "conversion.example.com/v2, received conversion.example.com/v1)");
  lie([](auto& response) { metadata(response)["name"] = "b"; });
  expect_failure("returned invalid object: must have the same name: a != b");
  lie([](auto& response) { first(response).erase("metadata"); });
  expect_failure("returned invalid object: must have the same name: a != ");
  lie([](auto& response) { response["result"] = {{"status", "Failed"}, {"message", "too big"}}; });
  expect_failure("failed: too big");
  server_.on_raw("/convert", 200, "nonsense");
  expect_failure("failed: couldn't get version/kind; json parse error: ");
  server_.on_raw("/convert", 500, "broken");
  expect_failure("failed: an error on the server (\"broken\") has prevented the request from "
                 "succeeding");
  // What is not the webhook's business stays as it was.
  lie([](auto& response) {
    metadata(response)["generation"] = 77;
    metadata(response)["finalizers"] = {"example.com/hold"};
    metadata(response)["annotations"] = {{"by", "hook"}};
    first(response)["spec"].as_object()["bogus"] = 1;
  });
  const auto shown = get(v2(), "default", "a");
  ASSERT_EQ(shown.code, 200) << shown.body;
  EXPECT_EQ(shown.at("metadata.generation"), "1");
  EXPECT_EQ(shown.at("metadata.finalizers"), "");
  EXPECT_EQ(shown.at("metadata.annotations.by"), "hook");
  EXPECT_THAT(shown.body, Not(HasSubstr("bogus")));
}

TEST_F(ConversionFailureTest, Away) {
  define_at("https://127.0.0.1:1/convert");
  make("a", 5);
  const auto why =
      "failed: Post \"https://127.0.0.1:1/convert?timeout=30s\": dial tcp 127.0.0.1:1: connect: "
      "connection refused";
  expect_failure(why);
  EXPECT_EQ(call("list", v2(), "default", "").at("message"), failure(why));
  EXPECT_EQ(call("delete", v2(), "default", "a").at("message"), failure(why));
  const auto made = create(v2(), "default", object("v2", "b", R"({"width":3})"));
  EXPECT_EQ(made.code, 500);
  EXPECT_THAT(made.at("message"), HasSubstr(failure("failed: Post ", "v2")));
  // In the version that is stored nobody is missed.
  EXPECT_EQ(get(v1(), "default", "b").code, 404);
  EXPECT_EQ(call("patch", v1(), "default", "a", R"({"spec":{"size":6}})", {}, kMerge).code, 200);
  EXPECT_EQ(call("list", v1(), "default", "").code, 200);
  make("c", 7);
  EXPECT_EQ(call("delete", v1(), "default", "c").code, 200);
  expect_served();
  // The webhook is found elsewhere.
  convert();
  const auto moved =
      call("patch", kDefinitions, "", name(),
           R"([{"op":"replace","path":"/spec/conversion/webhook/clientConfig/url","value":")" +
               server_.url("/convert") + "\"}]",
           {}, kJson);
  ASSERT_EQ(moved.code, 200) << moved.body;
  EXPECT_EQ(get(v2(), "default", "a").at("spec.width"), "6");
}

// One object that cannot be converted is in nobody's way but of those who want to see it.
TEST_F(ConversionFailureTest, Poison) {
  server_.on_whole("/convert", [](const std::string& question) {
    if (question.find(R"("size":13)") != std::string::npos)
      return not_converted(question, "unlucky");
    return converted(question, rename_size);
  });
  define();
  for (const auto* name : {"a", "b", "c", "d"}) make(name, 5);
  make("bad", 13, R"(,"labels":{"x":"y"})");
  EXPECT_EQ(get(v2(), "default", "bad").at("message"), failure("failed: unlucky"));
  EXPECT_EQ(call("list", v2(), "default", "").at("message"), failure("failed: unlucky"));
  const auto asked_before = asked();
  // The others were found out on the way.
  for (const auto* name : {"a", "b", "c", "d"})
    EXPECT_EQ(get(v2(), "default", name).at("spec.width"), "5");
  EXPECT_EQ(asked(), asked_before);
  EXPECT_EQ(call("list", v2(), "kube-system", "").code, 200);
  EXPECT_EQ(call("patch", v2(), "default", "a", R"({"spec":{"width":6}})", {}, kMerge).code, 200);
  ASSERT_EQ(call("patch", v1(), "default", "bad", R"({"spec":{"size":14}})", {}, kMerge).code, 200);
  EXPECT_EQ(call("list", v2(), "default", "").code, 200);
}

// Those who want the same wait for one answer, without a thread; nobody else waits.
TEST_F(ConversionFailureTest, Slow) {
  convert();
  define();
  make("a", 5);
  server_.hang("/convert");
  std::vector<std::future<Reply>> waiting;
  for (int i = 0; i < 40; ++i)
    waiting.push_back(
        std::async(std::launch::async, [this] { return get(v2(), "default", "a"); }));
  ASSERT_TRUE(testing::eventually([&] { return asked() > 0; }));
  for (int i = 0; i < 10; ++i) expect_served();
  EXPECT_EQ(call("patch", v1(), "default", "a", R"({"spec":{"size":6}})", {}, kMerge).code, 200);
  server_.let_go("/convert");
  for (auto& one : waiting) {
    const auto reply = one.get();
    EXPECT_EQ(reply.code, 200) << reply.body;
    EXPECT_THAT(reply.at("spec.width"), ::testing::AnyOf("5", "6"));
  }
}

TEST_F(ConversionFailureTest, Former) {
  convert();
  define();
  make("old", 5, R"(,"labels":{"x":"y"})");
  const auto before = get(v1(), "default", "old");
  store_v2();
  EXPECT_EQ(asked(), 0u);
  // It is still stored as it was, and read so in its own version.
  const auto own = get(v1(), "default", "old");
  EXPECT_EQ(own.body, before.body);
  EXPECT_EQ(asked(), 0u);
  const auto shown = get(v2(), "default", "old");
  ASSERT_EQ(shown.code, 200) << shown.body;
  EXPECT_EQ(shown.at("spec.width"), "5");
  EXPECT_EQ(shown.at("metadata.resourceVersion"), before.at("metadata.resourceVersion"));
  // Whatever writes it, stores it anew, even without a change.
  const auto written = call("update", v2(), "default", "old", shown.body);
  ASSERT_EQ(written.code, 200) << written.body;
  EXPECT_NE(written.at("metadata.resourceVersion"), before.at("metadata.resourceVersion"));
  EXPECT_EQ(written.at("metadata.generation"), "1");
  const auto again = call("update", v2(), "default", "old", written.body);
  EXPECT_EQ(again.at("metadata.resourceVersion"), written.at("metadata.resourceVersion"));
  EXPECT_EQ(get(v1(), "default", "old").at("spec.size"), "5");
  EXPECT_EQ(get(v1(), "default", "old").at("metadata.labels.x"), "y");
}

// A server that starts finds what is stored, and asks nobody before somebody wants to know.
TEST_F(ConversionFailureTest, Restart) {
  convert();
  define();
  make("old", 5);
  store_v2();
  ASSERT_EQ(create(v2(), "default", object("v2", "new", R"({"width":3})")).code, 201);
  const auto asked_before = asked();
  restart_server();
  EXPECT_EQ(get(v1(), "default", "old").at("spec.size"), "5");
  EXPECT_EQ(get(v2(), "default", "new").at("spec.width"), "3");
  EXPECT_EQ(asked(), asked_before);
  server_.on_raw("/convert", 500, "away");
  restart_server();
  EXPECT_EQ(get(v1(), "default", "old").at("spec.size"), "5");
  expect_failure("failed: an error on the server", "old");
  convert();
  EXPECT_EQ(get(v2(), "default", "old").at("spec.width"), "5");
  EXPECT_EQ(get(v1(), "default", "new").at("spec.size"), "3");
}

// A server that ends does not wait for a webhook, nor does what waited for it come back later.
TEST_F(ConversionFailureTest, End) {
  convert();
  define();
  make("a", 5);
  server_.hang("/convert");
  auto waiting = std::async(std::launch::async, [this] { return get(v2(), "default", "a"); });
  ASSERT_TRUE(testing::eventually([&] { return asked() > 0; }));
  restart_server();
  EXPECT_NE(waiting.get().code, 200);
  server_.let_go("/convert");
  EXPECT_EQ(get(v2(), "default", "a").at("spec.width"), "5");
}

// Those who look at metadata alone, as the garbage collector and quotas do.
TEST_F(ConversionFailureTest, Stored) {
  convert();
  define();
  make("old", 5);
  store_v2();
  server_.on_raw("/convert", 500, "away");
  const ApiTest::Query stored = {{"asStored", "true"}};
  EXPECT_EQ(call("list", v2(), "default", "").code, 500);
  const auto list = call("list", v2(), "default", "", "", stored);
  EXPECT_EQ(list.code, 200);
  EXPECT_THAT(list.body, HasSubstr(R"("colour":"red","size":5)"));
  EXPECT_EQ(call("get", v2(), "default", "old", "", stored).at("metadata.name"), "old");
  // What is written is written in the version that is named.
  EXPECT_EQ(call("patch", v2(), "default", "old", R"({"metadata":{"labels":{"a":"b"}}})", stored,
                 kMerge)
                .code,
            500);
  EXPECT_EQ(call("deletecollection", v2(), "default", "", "", stored).code, 200);
  EXPECT_EQ(get(v1(), "default", "old").code, 404);
}

// A definition goes with its objects, whatever version they are stored in, though the webhook is
// away. TearDown() of the fixture waits for its end.
TEST_F(ConversionFailureTest, Gone) {
  convert();
  define();
  make("old", 5);
  make("held", 5, R"(,"finalizers":["example.com/hold"])");
  store_v2();
  ASSERT_EQ(create(v2(), "default", object("v2", "new", R"({"width":3})")).code, 201);
  server_.on_raw("/convert", 500, "away");
  ASSERT_EQ(call("delete", kDefinitions, "", name()).code, 200);
  ASSERT_TRUE(testing::eventually([&] { return get(v1(), "default", "old").code == 404; }));
  EXPECT_EQ(get(v2(), "default", "new").code, 404);
  const auto held = get(v1(), "default", "held");
  EXPECT_EQ(held.at("apiVersion"), "conversion.example.com/v1");
  EXPECT_NE(held.at("metadata.deletionTimestamp"), "");
  convert();
  EXPECT_EQ(call("patch", v2(), "default", "held", R"({"metadata":{"finalizers":null}})", {},
                 kMerge)
                .code,
            200);
}

}  // namespace
}  // namespace kubus::apiserver
