// What is believed of a conversion webhook, and what is said of one that cannot be believed.
#include "custom/conversion_review.h"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

json::value parsed(const std::string& text) { return json::parse(text); }

std::string answer(const std::string& response, const std::string& version = "v1") {
  return R"({"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/)" + version +
         R"(","response":)" + response + "}";
}

std::string why(const std::string& text, std::string_view version = "v1") {
  const auto objects = converted_objects(text, version, "u-1");
  return objects.ok() ? "" : objects.status().message();
}

TEST(ConversionReview, IsOfTheFirstVersionThatIsKnown) {
  EXPECT_EQ(review_version({"v1", "v1beta1"}), "v1");
  EXPECT_EQ(review_version({"v9", "v1beta1", "v1"}), "v1beta1");
  EXPECT_EQ(review_version({"v2"}), "");
}

TEST(ConversionReview, AsksForAVersionOfObjects) {
  const auto question = parsed(
      conversion_question("v1beta1", "u-1", "example.com/v2", {R"({"a":1})", R"({"b":2})"}));
  EXPECT_EQ(question, parsed(R"({"kind":"ConversionReview",
      "apiVersion":"apiextensions.k8s.io/v1beta1","request":{"uid":"u-1",
      "desiredAPIVersion":"example.com/v2","objects":[{"a":1},{"b":2}]}})"));
}

TEST(ConversionReview, HasTheObjectsOfASuccess) {
  const auto objects = converted_objects(
      answer(R"({"uid":"u-1","result":{"status":"Success"},"convertedObjects":[{"a":1},7]})"), "v1",
      "u-1");
  ASSERT_TRUE(objects.ok()) << objects.status().to_string();
  EXPECT_EQ(*objects, (std::vector<json::value>{parsed(R"({"a":1})"), 7}));
  const auto none =
      converted_objects(answer(R"({"uid":"u-1","result":{"status":"Success"}})"), "v1", "u-1");
  ASSERT_TRUE(none.ok());
  EXPECT_TRUE(none->empty());
}

TEST(ConversionReview, SaysWhyThereAreNone) {
  EXPECT_THAT(why("nonsense"),
              ::testing::StartsWith("couldn't get version/kind; json parse error"));
  EXPECT_EQ(why("{}"), "Object 'Kind' is missing in '{}'");
  EXPECT_EQ(why(R"({"kind":"ConversionReview","apiVersion":"apiextensions.k8s.io/v1"})"),
            "no response provided");
  EXPECT_EQ(why(answer(R"({"uid":"u-1","result":{"status":"Failed","message":"too old"}})")),
            "too old");
  EXPECT_EQ(why(answer(R"({"uid":"u-1","result":{"status":"Odd"}})")),
            "response.result.status was 'Odd', not 'Success'");
  EXPECT_EQ(why(answer(R"({"uid":"u-1"})")), "response.result.status was '', not 'Success'");
}

TEST(ConversionReview, MustBeTheAnswerToTheQuestion) {
  const std::string fine = R"({"uid":"u-2","result":{"status":"Success"}})";
  EXPECT_EQ(why(answer(fine)), R"(expected response.uid="u-1", got "u-2")");
  EXPECT_EQ(why(answer(fine, "v1beta1")),
            "expected webhook response of apiextensions.k8s.io/v1, Kind=ConversionReview, got "
            "apiextensions.k8s.io/v1beta1, Kind=ConversionReview");
  // Which was not asked for before v1.
  EXPECT_EQ(why(answer(fine, "v1beta1"), "v1beta1"), "");
}

constexpr const char* kOriginal =
    R"({"apiVersion":"example.com/v1","kind":"Apple","metadata":{"name":"a","namespace":"default",
    "uid":"u","generation":3,"labels":{"old":"1"},"annotations":{"note":"x"},
    "finalizers":["example.com/hold"]},"spec":{"size":1}})";

std::string settled(const std::string& text) {
  auto converted = parsed(text);
  const auto status =
      settle_converted(parsed(kOriginal).as_object(), "example.com/v2", converted);
  return status.ok() ? json::serialize(converted) : status.message();
}

// A converted object with other metadata.
std::string with_metadata(const std::string& metadata) {
  return settled(R"({"apiVersion":"example.com/v2","kind":"Apple","metadata":)" + metadata +
                 R"(,"spec":{"width":1}})");
}

TEST(ConvertedObject, KeepsItsMetadataButForLabelsAndAnnotations) {
  const auto out = parsed(
      with_metadata(R"({"name":"a","namespace":"default","uid":"u","generation":9,
      "labels":{"new":"2"},"finalizers":[]})"));
  EXPECT_EQ(out, parsed(R"({"apiVersion":"example.com/v2","kind":"Apple","metadata":{"name":"a",
      "namespace":"default","uid":"u","generation":3,"labels":{"new":"2"},
      "finalizers":["example.com/hold"]},"spec":{"width":1}})"));
}

TEST(ConvertedObject, IsTheObjectThatWasSent) {
  EXPECT_EQ(with_metadata(R"({"name":"b","namespace":"default","uid":"u"})"),
            "returned invalid object: must have the same name: a != b");
  EXPECT_EQ(with_metadata(R"({"name":"a","namespace":"other","uid":"u"})"),
            "returned invalid object: must have the same namespace: default != other");
  EXPECT_EQ(with_metadata(R"({"name":"a","namespace":"default"})"),
            "returned invalid object: must have the same UID: u != ");
}

TEST(ConvertedObject, IsOfTheTypeThatWasAskedFor) {
  EXPECT_EQ(settled(R"({"apiVersion":"example.com/v3","kind":"Apple"})"),
            "returned invalid object at index 0: invalid groupVersion (expected example.com/v2, "
            "received example.com/v3)");
  EXPECT_EQ(settled(R"({"apiVersion":"example.com/v2","kind":"Pear"})"),
            "returned invalid object at index 0: invalid kind (expected Apple, received Pear)");
  EXPECT_EQ(settled("7"), "failed: Object 'Kind' is missing in '7'");
}

TEST(ConvertedObject, HasLabelsThatCouldHaveBeenWritten) {
  const std::string names = R"("name":"a","namespace":"default","uid":"u",)";
  EXPECT_EQ(with_metadata("{" + names + R"("labels":7})"),
            "returned invalid metadata: invalid metadata.labels of type int64 in converted object");
  EXPECT_EQ(with_metadata("{" + names + R"("annotations":{"a":true}})"),
            "returned invalid metadata: metadata.annotations[a] must be a string, but is bool in "
            "converted object");
  EXPECT_THAT(with_metadata("{" + names + R"("labels":{"a":"not a label"}})"),
              ::testing::StartsWith(
                  R"(returned invalid metadata: metadata.labels: Invalid value: "not a label": )"));
}

}  // namespace
}  // namespace kubus::apiserver
