// Bodies within all limits that try to become large, or to take long, on the other side: what they
// take is bounded, and others are served.
#include <gmock/gmock.h>

#include <functional>

#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

std::string n(std::size_t i) { return std::to_string(i); }

class BombTest : public HttpsTest {
 protected:
  static constexpr const char* kConfigMaps = "/api/v1/namespaces/default/configmaps";
  static constexpr const char* kPods = "/api/v1/namespaces/default/pods";
  static constexpr const char* kDeployments = "/apis/apps/v1/namespaces/default/deployments";
  static constexpr const char* kDefinitions =
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  static constexpr const char* kApply = "application/apply-patch+yaml";

  void SetUp() override {
    HttpsTest::SetUp();
    if (!IsSkipped()) before_ = resident_bytes();
  }
  void TearDown() override {
    if (IsSkipped()) return;
    expect_served();
    if (testing::kInstrumented) return;
    EXPECT_LT(resident_bytes(), before_ + (400U << 20));
  }

  static std::string list(std::size_t count, const std::function<std::string(std::size_t)>& item) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += (i > 0 ? "," : "") + item(i);
    return text;
  }
  static std::string containers(std::size_t count) {
    return list(count, [](auto i) { return R"({"name":"a)" + n(i) + "\"}"; });
  }
  static std::string many_keys(std::size_t count) {
    return list(count, [](auto i) { return "\"a" + n(i) + R"(":"")"; });
  }
  static std::string deployment(const std::string& name, const std::string& containers) {
    return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":")" + name +
           R"("},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":)"
           R"({"a":"b"}},"spec":{"containers":[)" +
           containers + "]}}}}";
  }
  static std::string pod(const std::string& containers) {
    return R"({"metadata":{"name":"bomb"},"spec":{"containers":[)" + containers + "]}}";
  }
  // With a schema of `spec`.
  static std::string definition(const std::string& kind, const std::string& spec) {
    return R"({"metadata":{"name":")" + kind + R"(s.bomb.io"},"spec":{"group":"bomb.io","scope":)" +
           R"("Namespaced","names":{"plural":")" + kind + R"(s","kind":")" + kind +
           R"("},"versions":[{"name":"v1","served":true,"storage":true,"schema":{)"
           R"("openAPIV3Schema":{"type":"object","properties":{"spec":)" +
           spec + "}}}}]}}";
  }
  static std::string custom(const std::string& kind, const std::string& spec) {
    return R"({"apiVersion":"bomb.io/v1","kind":")" + kind +
           R"(","metadata":{"name":"x"},"spec":)" + spec + "}";
  }
  bool is_defined(const std::string& plural) const {
    return testing::eventually(
        [&] { return status(exchange("GET", "/apis/bomb.io/v1/" + plural)) == 200; });
  }

 private:
  std::size_t before_ = 0;
};

TEST_F(BombTest, BodiesOfCountlessPartsAreRefused) {
  const auto empty = list(900'000, [](auto) { return "{}"; });
  const auto refused = exchange("POST", kPods, pod(empty));
  EXPECT_EQ(status(refused), 413);
  EXPECT_THAT(refused, HasSubstr("the body has more than 250000 objects and lists"));
  EXPECT_EQ(status(exchange("PATCH", kPods + std::string("/a"), pod(empty),
                            "application/merge-patch+json")),
            404);
  ASSERT_EQ(status(exchange("POST", kDeployments, deployment("parts", R"({"name":"c","image":"i"})"))),
            201);
  const auto target = kDeployments + std::string("/parts");
  for (const char* type : {"application/merge-patch+json", "application/strategic-merge-patch+json"})
    EXPECT_EQ(status(exchange("PATCH", target, deployment("parts", empty), type)), 413) << type;
  EXPECT_EQ(status(exchange("PATCH", target + "?fieldManager=f", deployment("parts", empty), kApply)),
            413);
  std::string spec;
  for (int i = 0; i < 1'400'000; ++i) spec += std::string("\x12\0", 2);
  const auto field = [](char tag, const std::string& bytes) {
    std::string text(1, tag);
    auto size = bytes.size();
    for (; size > 0x7f; size >>= 7) text.push_back(static_cast<char>(size | 0x80));
    text.push_back(static_cast<char>(size));
    return text + bytes;
  };
  const auto object = field('\x0a', field('\x0a', "bomb")) + field('\x12', spec);
  EXPECT_EQ(status(exchange("POST", kPods,
                            std::string("k8s\0", 4) +
                                field('\x0a', field('\x0a', "v1") + field('\x12', "Pod")) +
                                field('\x12', object),
                            "application/vnd.kubernetes.protobuf")),
            413);
  std::string yaml = "metadata: {name: bomb}\nspec:\n  containers:\n";
  for (int i = 0; i < 300'000; ++i) yaml += "  - {}\n";
  EXPECT_EQ(status(exchange("POST", kPods, yaml, "application/yaml")), 413);
}

TEST_F(BombTest, AnswersAreNotFarLargerThanWhatTheyAreAbout) {
  const auto mistakes = exchange("POST", kPods, pod(list(60'000, [](auto) { return "{}"; })));
  EXPECT_EQ(status(mistakes), 422);
  EXPECT_LT(mistakes.size(), 20U << 20);
  EXPECT_THAT(mistakes.substr(0, 1000), HasSubstr("spec.containers[0].name: Required value"));
  EXPECT_THAT(mistakes, HasSubstr(" more\",\"reason\":\"Invalid\""));
  const auto labels =
      exchange("POST", kConfigMaps, R"({"metadata":{"name":"l","labels":{)" +
                                        list(60'000, [](auto i) { return "\"-" + n(i) + R"(":"")"; }) +
                                        "}}}");
  EXPECT_EQ(status(labels), 422);
  EXPECT_LT(labels.size(), 20U << 20);
  const auto unknown =
      exchange("POST", kConfigMaps, R"({"metadata":{"name":"u"},)" +
                                        list(200'000, [](auto i) { return "\"u" + n(i) + "\":1"; }) + "}");
  EXPECT_EQ(status(unknown), 201);
  EXPECT_LT(unknown.size(), 16U << 10);
}

TEST_F(BombTest, AppliesOfCountlessFieldsAreBounded) {
  const auto map = [](const std::string& data) {
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"wide"},"data":{)" + data +
           "}}";
  };
  const auto target = kConfigMaps + std::string("/wide?fieldManager=f&force=true");
  // A million of them do not even fit into a body; of half the size they are more than is stored.
  EXPECT_EQ(status(exchange("PATCH", target, map(many_keys(1'000'000)), kApply)), 413);
  EXPECT_EQ(status(exchange("PATCH", target, map(many_keys(150'000)), kApply)), 413);
  EXPECT_EQ(status(exchange("PATCH", target, map(many_keys(10'000)), kApply)), 201);
  EXPECT_EQ(status(exchange("PATCH", target, map(many_keys(9'000)), kApply)), 200);
  EXPECT_EQ(status(exchange("DELETE", kConfigMaps + std::string("/wide"))), 200);
  std::string fields = list(60'000, [](auto i) { return "\"f:a" + n(i) + R"(":{})"; });
  EXPECT_THAT(
      status(exchange("POST", kConfigMaps,
                      R"({"metadata":{"name":"m","managedFields":[{"manager":"m","operation":)"
                      R"("Apply","apiVersion":"v1","fieldsType":"FieldsV1","fieldsV1":{"f:data":{)" +
                          fields + "}}}]}}")),
      AnyOf(201, 413));
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += R"({"f:a":)";
  EXPECT_EQ(status(exchange("POST", kConfigMaps,
                            R"({"metadata":{"name":"d","managedFields":[{"manager":"m","fieldsV1":)" +
                                deep + "{}" + std::string(100'000, '}') + "}]}}")),
            400);
}

TEST_F(BombTest, PatchesOfManyStepsOrItemsAreBounded) {
  ASSERT_EQ(
      status(exchange("POST", kDeployments, deployment("steps", R"({"name":"c","image":"i"})"))),
      201);
  const auto target = kDeployments + std::string("/steps");
  const auto steps = [](std::size_t count, const std::string& step) {
    return "[" + list(count, [&](auto) { return step; }) + "]";
  };
  const std::string test = R"({"op":"test","path":"/kind","value":"Deployment"})";
  const auto json = [&](const std::string& patch) {
    return exchange("PATCH", target, patch, "application/json-patch+json");
  };
  EXPECT_EQ(status(json(steps(10'000, test))), 200);
  const auto refused = json(steps(10'001, test));
  EXPECT_EQ(status(refused), 413);
  EXPECT_THAT(refused, HasSubstr("The allowed maximum operations in a JSON patch is 10000, got 10001"));
  // Each copy doubles what the next one copies.
  EXPECT_EQ(status(json("[" + list(60, [](auto i) {
                          return R"({"op":"copy","from":"/spec","path":"/spec/x)" + n(i) + "\"}";
                        }) + "]")),
            422);
  const auto strategic = [&](const std::string& spec) {
    return exchange("PATCH", target, R"({"spec":{"template":{"spec":{)" + spec + "}}}}",
                    "application/strategic-merge-patch+json");
  };
  EXPECT_EQ(status(strategic(R"("containers":[)" + containers(10'000) + "]")), 422);
  EXPECT_EQ(status(strategic(R"("$setElementOrder/containers":[)" + containers(20'000) +
                             R"(],"containers":[)" + containers(100) + "]")),
            422);
  EXPECT_EQ(status(strategic(R"("containers":[)" + list(10'000, [](auto i) {
                     return R"({"$patch":"delete","name":"a)" + n(i) + "\"}";
                   }) + "]")),
            200);
  EXPECT_EQ(status(exchange("PATCH", target + "?fieldManager=f&force=true",
                            deployment("steps", containers(5'000)), kApply)),
            422);
}

TEST_F(BombTest, ExpressionsOfDefinitionsTakeNeitherMemoryNorTime) {
  const auto define = [&](const std::string& kind, const std::string& spec) {
    return exchange("POST", kDefinitions, definition(kind, spec));
  };
  const auto pattern = [](const std::string& text) {
    return R"({"type":"string","pattern":")" + text + "\"}";
  };
  EXPECT_EQ(status(define("many", pattern("((a{1000}){1000}){1000}"))), 422);
  EXPECT_EQ(status(define("deep", pattern(std::string(500'000, '(') + "a" +
                                          std::string(500'000, ')')))),
            422);
  ASSERT_EQ(status(define("slow", R"({"type":"object","properties":{"p":{"type":"string",)"
                                  R"("pattern":"^(a+)+$"},"l":{"type":"array",)"
                                  R"("x-kubernetes-list-type":"set","items":{"type":"string"}}}})")),
            201);
  ASSERT_TRUE(is_defined("slows"));
  const std::string slows = "/apis/bomb.io/v1/namespaces/default/slows";
  EXPECT_EQ(status(exchange("POST", slows,
                            custom("slow", R"({"p":")" + std::string(1'000'000, 'a') + "!\"}"))),
            422);
  EXPECT_EQ(status(exchange("POST", slows, custom("slow", R"({"l":[)" + list(20'000, [](auto i) {
                                                            return "\"a" + n(i) + "\"";
                                                          }) + "]}"))),
            201);
  const std::string rule =
      R"x({"rule":"self.l.all(x, self.l.all(y, self.l.all(z, x == y || y == z || true)))"})x";
  const auto costly = define("costly", R"({"type":"object","properties":{"l":{"type":"array",)"
                                       R"("items":{"type":"string"}}},"x-kubernetes-validations":[)" +
                                           rule + "]}");
  EXPECT_EQ(status(costly), 422);
  EXPECT_THAT(costly, HasSubstr("cost"));
}

// Each item is told what would have been right, which is long.
TEST_F(BombTest, MistakesThatExplainThemselvesAreBounded) {
  ASSERT_EQ(status(exchange("POST", kDefinitions,
                            definition("choice", R"({"type":"array","items":{"type":"string","enum":[)" +
                                                     list(2'000, [](auto i) { return "\"a" + n(i) + "\""; }) +
                                                     "]}}"))),
            201);
  ASSERT_TRUE(is_defined("choices"));
  const auto answer = exchange("POST", "/apis/bomb.io/v1/namespaces/default/choices",
                               custom("choice", "[" + list(400, [](auto) { return "\"b\""; }) + "]"));
  EXPECT_EQ(status(answer), 422);
  EXPECT_LT(answer.size(), 30U << 20);
}

// As the reference has it: bodies are read as they are.
TEST_F(BombTest, BodiesAreNotUnpacked) {
  const std::string packed = std::string("\x1f\x8b\x08\0\0\0\0\0\0\3", 10) + std::string(1000, 'x');
  EXPECT_EQ(status(exchange("POST", kConfigMaps, packed, "application/json",
                            "Content-Encoding: gzip\r\n")),
            400);
}

}  // namespace
}  // namespace kubus::apiserver
