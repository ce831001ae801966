// Custom kinds whose versions a webhook converts: what clients of either version see and write.
#include "tests/conversion_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

TEST_F(ConversionTest, Read) {
  convert();
  define();
  make("a", 5, R"(,"labels":{"x":"y"})");
  EXPECT_EQ(asked(), 0u);
  const auto first = get(v1(), "default", "a");
  const auto second = get(v2(), "default", "a");
  ASSERT_EQ(second.code, 200) << second.body;
  EXPECT_EQ(second.at("apiVersion"), "conversion.example.com/v2");
  // Defaults are those of the version that is stored.
  EXPECT_THAT(second.body, HasSubstr(R"("spec":{"colour":"red","width":5})"));
  for (const auto* path : {"metadata.resourceVersion", "metadata.uid", "metadata.generation",
                           "metadata.creationTimestamp", "metadata.labels.x"})
    EXPECT_EQ(second.at(path), first.at(path)) << path;
  ASSERT_THAT(server_.questions("/convert"), SizeIs(1));
  const auto question = server_.questions("/convert")[0];
  EXPECT_EQ(json_text(json_at(question, "apiVersion")), "apiextensions.k8s.io/v1");
  EXPECT_EQ(json_text(json_at(question, "request.desiredAPIVersion")), "conversion.example.com/v2");
  EXPECT_THAT(question, HasSubstr(R"("colour":"red")"));
  EXPECT_THAT(question, Not(HasSubstr("resourceVersion")));
  // What is known is not asked about again.
  EXPECT_EQ(get(v2(), "default", "a").body, second.body);
  const auto list = call("list", v2(), "default", "");
  EXPECT_THAT(list.body, HasSubstr(R"("width":5)"));
  EXPECT_EQ(asked(), 1u);
}

// A webhook may answer with more than a version has a place for.
TEST_F(ConversionTest, Nulls) {
  convert([](auto& object, const std::string& from, const std::string& to) {
    rename_size(object, from, to);
    auto& spec = object["spec"].as_object();
    spec["bogus"] = 1;
    if (to == "v2") spec["colour"] = nullptr;
    object["status"] = {{"phase", nullptr}};
  });
  define();
  make("a", 5);
  const auto seen = get(v2(), "default", "a");
  EXPECT_EQ(seen.at("spec"), R"({"width":5})");
  EXPECT_EQ(seen.at("status"), "{}");
  const auto made = create(v2(), "default", object("v2", "b", R"({"width":3})"));
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("status"), "{}");
  EXPECT_EQ(get(v1(), "default", "b").at("status"), "{}");
}

TEST_F(ConversionTest, Write) {
  convert();
  define();
  const auto refused = create(v2(), "default", object("v2", "a", R"({"width":1})"));
  EXPECT_EQ(refused.code, 422);
  EXPECT_THAT(refused.at("message"), HasSubstr("spec.width in body should be greater than"));
  EXPECT_EQ(asked(), 0u);
  const auto made = create(v2(), "default", object("v2", "a", R"({"width":3,"bogus":1})"));
  ASSERT_EQ(made.code, 201) << made.body;
  // What v1 has no place for is lost on the way, as its schema says.
  EXPECT_THAT(made.body, HasSubstr(R"("spec":{"colour":"red","width":3})"));
  EXPECT_EQ(made.at("apiVersion"), "conversion.example.com/v2");
  EXPECT_THAT(made.at("metadata.managedFields"),
              HasSubstr(R"("apiVersion":"conversion.example.com/v2")"));
  EXPECT_THAT(get(v1(), "default", "a").body, HasSubstr(R"("spec":{"colour":"red","size":3})"));
  EXPECT_EQ(get(v2(), "default", "a").body, made.body);
}

TEST_F(ConversionTest, Patch) {
  convert();
  define();
  make("a", 5);
  const auto before = get(v2(), "default", "a");
  const auto same =
      call("patch", v2(), "default", "a", R"({"spec":{"width":5}})", {}, kMerge);
  EXPECT_EQ(same.body, before.body);
  const auto patched =
      call("patch", v2(), "default", "a", R"({"spec":{"width":6}})", {}, kMerge);
  ASSERT_EQ(patched.code, 200) << patched.body;
  EXPECT_EQ(patched.at("spec.width"), "6");
  EXPECT_EQ(patched.at("metadata.generation"), "2");
  EXPECT_EQ(get(v1(), "default", "a").at("spec.size"), "6");
  const auto status =
      call("patch", v2() + "/status", "default", "a",
           R"({"spec":{"width":9},"status":{"phase":"Ready"}})", {}, kMerge);
  ASSERT_EQ(status.code, 200) << status.body;
  EXPECT_EQ(status.at("status.phase"), "Ready");
  const auto now = get(v1(), "default", "a");
  EXPECT_EQ(now.at("status.phase"), "Ready");
  EXPECT_EQ(now.at("spec.size"), "6");
  EXPECT_EQ(now.at("metadata.generation"), "2");
}

TEST_F(ConversionTest, Update) {
  convert();
  define();
  make("a", 5);
  auto body = get(v2(), "default", "a").body;
  body.replace(body.find(R"("width":5)"), 9, R"("width":7)");
  const auto updated = call("update", v2(), "default", "a", body);
  ASSERT_EQ(updated.code, 200) << updated.body;
  EXPECT_EQ(updated.at("spec.width"), "7");
  EXPECT_EQ(call("update", v2(), "default", "a", body).code, 409);
  EXPECT_EQ(get(v1(), "default", "a").at("spec.size"), "7");
}

TEST_F(ConversionTest, Apply) {
  convert();
  define();
  const std::string apply = "application/apply-patch+yaml";
  const auto made = call("patch", v2(), "default", "a", object("v2", "a", R"({"width":3})"),
                         {{"fieldManager", "me"}}, apply);
  ASSERT_EQ(made.code, 201) << made.body;
  const auto again = call("patch", v2(), "default", "a", object("v2", "a", R"({"width":4})"),
                          {{"fieldManager", "me"}}, apply);
  ASSERT_EQ(again.code, 200) << again.body;
  EXPECT_EQ(again.at("spec.width"), "4");
  const auto conflict = call("patch", v2(), "default", "a", object("v2", "a", R"({"width":5})"),
                             {{"fieldManager", "you"}}, apply);
  EXPECT_EQ(conflict.code, 409) << conflict.body;
  EXPECT_THAT(conflict.body, HasSubstr(".spec.width"));
  EXPECT_EQ(get(v1(), "default", "a").at("spec.size"), "4");
}

// Who owns a field under the name that it has in another version.
TEST_F(ConversionTest, Owners) {
  convert();
  define();
  const auto apply = [this](const std::string& version, const std::string& who,
                            const std::string& spec, const std::string& force = "false") {
    return call("patch", version == "v1" ? v1() : v2(), "default", "a",
                object(version, "a", spec), {{"fieldManager", who}, {"force", force}},
                "application/apply-patch+yaml");
  };
  ASSERT_EQ(apply("v1", "me", R"({"size":3,"colour":"blue"})").code, 201);
  const auto same = apply("v2", "you", R"({"width":3})");
  ASSERT_EQ(same.code, 200) << same.body;
  const auto conflict = apply("v2", "you", R"({"width":5})");
  EXPECT_EQ(conflict.code, 409) << conflict.body;
  EXPECT_THAT(conflict.at("message"), HasSubstr(R"(conflict with "me": .spec.size)"));
  const auto forced = apply("v2", "you", R"({"width":5})", "true");
  ASSERT_EQ(forced.code, 200) << forced.body;
  EXPECT_EQ(get(v1(), "default", "a").at("spec.size"), "5");
  EXPECT_THAT(forced.at("metadata.managedFields"), Not(HasSubstr("f:size")));
  // An update takes it away, too.
  const auto patched = call("patch", v1(), "default", "a", R"({"spec":{"size":6}})",
                            {{"fieldManager", "ed"}}, kMerge);
  ASSERT_EQ(patched.code, 200) << patched.body;
  EXPECT_THAT(patched.at("metadata.managedFields"), Not(HasSubstr("f:width")));
  EXPECT_THAT(patched.at("metadata.managedFields"), HasSubstr("f:size"));
  // What is no longer applied goes, under whatever name it was applied.
  ASSERT_EQ(apply("v1", "me", R"({"size":7,"colour":"blue"})", "true").code, 200);
  const auto less = apply("v2", "me", R"({"colour":"green"})");
  ASSERT_EQ(less.code, 200) << less.body;
  EXPECT_EQ(less.at("spec"), R"({"colour":"green"})");
  EXPECT_THAT(less.at("metadata.managedFields"), Not(HasSubstr("f:size")));
  // Nobody can tell who owns what while the webhook is away.
  server_.on_raw("/convert", 500, "away");
  const auto lost =
      call("patch", v1(), "default", "a", R"({"spec":{"size":9}})", {}, kMerge);
  ASSERT_EQ(lost.code, 200) << lost.body;
  EXPECT_EQ(lost.at("metadata.managedFields"), "");
}

TEST_F(ConversionTest, DryRun) {
  convert();
  define();
  const ApiTest::Query dry = {{"dryRun", "All"}};
  const auto made = create(v2(), "default", object("v2", "a", R"({"width":3})"), dry);
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("spec"), R"({"colour":"red","width":3})") << "as it would be read";
  EXPECT_EQ(get(v1(), "default", "a").code, 404);
  const auto really = create(v2(), "default", object("v2", "b", R"({"width":3})"));
  EXPECT_EQ(really.at("spec"), made.at("spec"));
  const auto trial = call("patch", v2(), "default", "b",
                          R"({"metadata":{"finalizers":["example.com/hold"]},"spec":{"width":8}})",
                          dry, kMerge);
  ASSERT_EQ(trial.code, 200) << trial.body;
  EXPECT_EQ(trial.at("spec"), R"({"colour":"red","width":8})");
  EXPECT_EQ(trial.at("metadata.resourceVersion"), really.at("metadata.resourceVersion"));
  EXPECT_EQ(get(v1(), "default", "b").at("spec.size"), "3");
  make("held", 5, R"(,"finalizers":["example.com/hold"])");
  const auto ending = call("delete", v2(), "default", "held", "", dry);
  ASSERT_EQ(ending.code, 200) << ending.body;
  EXPECT_EQ(ending.at("apiVersion"), "conversion.example.com/v2");
  EXPECT_NE(ending.at("metadata.deletionTimestamp"), "");
  EXPECT_EQ(get(v1(), "default", "held").at("metadata.deletionTimestamp"), "");
  call("patch", v1(), "default", "held", R"({"metadata":{"finalizers":null}})", {}, kMerge);
  server_.on_raw("/convert", 500, "no");
  const auto failed = create(v2(), "default", object("v2", "a", R"({"width":3})"), dry);
  EXPECT_EQ(failed.code, 500);
  EXPECT_THAT(failed.at("message"), HasSubstr(failure("failed: ", "v2")));
}

TEST_F(ConversionTest, Delete) {
  convert();
  define();
  make("a", 5);
  make("held", 5, R"(,"finalizers":["example.com/hold"])");
  const auto gone = call("delete", v2(), "default", "a");
  ASSERT_EQ(gone.code, 200) << gone.body;
  EXPECT_EQ(gone.at("status"), "Success");
  EXPECT_EQ(get(v1(), "default", "a").code, 404);
  const auto held = call("delete", v2(), "default", "held");
  ASSERT_EQ(held.code, 200) << held.body;
  EXPECT_EQ(held.at("apiVersion"), "conversion.example.com/v2");
  EXPECT_EQ(held.at("spec.width"), "5");
  EXPECT_NE(held.at("metadata.deletionTimestamp"), "");
  const auto freed = call("patch", v2(), "default", "held",
                          R"({"metadata":{"finalizers":null}})", {}, kMerge);
  EXPECT_EQ(freed.code, 200) << freed.body;
  EXPECT_EQ(get(v2(), "default", "held").code, 404);
}

TEST_F(ConversionTest, Collection) {
  convert();
  define();
  make("a", 5, R"(,"labels":{"x":"y"})");
  make("b", 6);
  const auto some =
      call("deletecollection", v2(), "default", "", "", {{"labelSelector", "x=y"}});
  ASSERT_EQ(some.code, 200) << some.body;
  EXPECT_EQ(get(v1(), "default", "a").code, 404);
  EXPECT_EQ(get(v1(), "default", "b").code, 200);
}

// Labels are what the webhook makes of them in a version, and select by that.
TEST_F(ConversionTest, Select) {
  convert([](auto& object, const std::string& from, const std::string& to) {
    rename_size(object, from, to);
    object["metadata"].as_object()["labels"] = {{"in", to}};
  });
  define();
  for (const auto* name : {"a", "b", "c"}) make(name, 5);
  const auto list = [&](const std::string& path, const ApiTest::Query& query) {
    return call("list", path, "default", "", "", query);
  };
  EXPECT_THAT(list(v1(), {{"labelSelector", "in"}}).body, HasSubstr(R"("items":[])"));
  const auto page = list(v2(), {{"labelSelector", "in=v2"}, {"limit", "2"}});
  EXPECT_THAT(page.body, HasSubstr(R"("name":"b")"));
  EXPECT_THAT(page.body, Not(HasSubstr(R"("name":"c")")));
  const auto rest = list(v2(), {{"labelSelector", "in=v2"},
                                {"limit", "2"},
                                {"continue", page.at("metadata.continue")}});
  EXPECT_THAT(rest.body, HasSubstr(R"("name":"c")"));
  EXPECT_EQ(rest.at("metadata.continue"), "");
  EXPECT_EQ(rest.at("metadata.resourceVersion"), page.at("metadata.resourceVersion"));
  const auto plain = list(v2(), {{"limit", "1"}});
  EXPECT_EQ(plain.at("metadata.remainingItemCount"), "2");
  const auto one = list(v2(), {{"fieldSelector", "metadata.name=b"}});
  EXPECT_THAT(one.body, HasSubstr(R"("name":"b")"));
  EXPECT_THAT(one.body, Not(HasSubstr(R"("name":"a")")));
}

// A definition of before v1 of the question, or of after it.
TEST_F(ConversionTest, Beta) {
  convert();
  define();
  make("a", 5);
  const auto moved = call(
      "patch", kDefinitions, "", name(),
      R"([{"op":"replace","path":"/spec/conversion/webhook/conversionReviewVersions",)"
      R"("value":["v9","v1beta1","v1"]}])",
      {}, kJson);
  ASSERT_EQ(moved.code, 200) << moved.body;
  EXPECT_EQ(get(v2(), "default", "a").at("spec.width"), "5");
  ASSERT_THAT(server_.questions("/convert"), SizeIs(1));
  EXPECT_EQ(json_text(json_at(server_.questions("/convert")[0], "apiVersion")),
            "apiextensions.k8s.io/v1beta1");
}

TEST_F(ConversionTest, Count) {
  convert();
  define();
  make("a", 5);
  EXPECT_EQ(get(v2(), "default", "a").code, 200);
  server_.on_raw("/convert", 500, "away");
  EXPECT_EQ(create(v2(), "default", object("v2", "b", R"({"width":3})")).code, 500);
  const auto metrics = body_of(exchange("GET", "/metrics"));
  const auto series = [&](const std::string& from, const std::string& succeeded,
                          const std::string& to) {
    return "apiserver_crd_conversion_webhook_duration_seconds_count{crd_name=\"" + name() +
           "\",from_version=\"" + from + "\",succeeded=\"" + succeeded + "\",to_version=\"" + to +
           "\"} 1\n";
  };
  EXPECT_THAT(metrics, HasSubstr(series("v1", "true", "v2")));
  EXPECT_THAT(metrics, HasSubstr(series("v2", "false", "v1")));
  EXPECT_THAT(metrics, HasSubstr(R"(apiserver_conversion_webhook_request_total{failure_type=)"
                                 R"("conversion_webhook_call_failure",result="failure"})"));
}

TEST_F(ConversionTest, ManyAtOnce) {
  convert();
  define();
  for (int i = 0; i < 230; ++i) make("n" + std::to_string(i), i + 1);
  const auto list = call("list", v2(), "default", "");
  ASSERT_EQ(list.code, 200) << list.body;
  for (int i = 0; i < 230; ++i)
    EXPECT_THAT(list.body, HasSubstr(R"("width":)" + std::to_string(i + 1) + "}"));
  EXPECT_EQ(asked(), 3u);
}

}  // namespace
}  // namespace kubus::apiserver
