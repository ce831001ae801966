#include "apply/field_manager.h"

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>
#include <k8s/meta/v1/status.pb.h>

#include <boost/json.hpp>

#include "apply/fields_v1.h"
#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "kubus/api/resource.h"
#include "kubus/object.h"

namespace kubus::apiserver {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// One object that managers write to in turn, as a server would keep it.
class Written {
 public:
  Written(const char* api_version, const char* kind)
      : type_(*find_message(api_version, kind)), manager_(kind_of(api_version, kind)) {
    object_ = new_message(type_);
  }

  void update(const std::string& name, const std::string& json) {
    auto next = read(json);
    metadata_of(*next)->set_uid("1");
    EncodedManagers sent = metadata_of(*next)->managedfields(), out;
    metadata_of(*next)->clear_managedfields();
    const auto live = to_json(*object_);
    const bool resets = json.find(R"("managedFields":[])") != json.npos;
    EXPECT_TRUE(manager_
                    .update({live, *metadata_of(*object_), exists()}, to_json(*next), sent, resets,
                            name, now(), out)
                    .ok());
    *metadata_of(*next)->mutable_managedfields() = out;
    object_ = std::move(next);
  }

  Status apply(const std::string& name, const std::string& json, bool force = false) {
    const auto live = to_json(*object_);
    const auto config = boost::json::parse(json);
    auto applied =
        manager_.apply({live, *metadata_of(*object_), exists()}, {config, name, force}, now());
    if (!applied.ok()) return applied.status();
    object_ = read(applied->json);
    metadata_of(*object_)->set_uid("1");
    *metadata_of(*object_)->mutable_managedfields() = applied->managed;
    return {};
  }

  // Of each manager: who, how, what, and when it last wrote.
  std::vector<std::string> managers() const {
    std::vector<std::string> out;
    for (const auto& entry : metadata_of(*object_)->managedfields())
      out.push_back(entry.manager() + " " + entry.operation() +
                    (entry.subresource().empty() ? "" : "/" + entry.subresource()) + " " +
                    entry.fieldsv1().raw() + " " + std::to_string(entry.time().seconds()));
    return out;
  }
  // The object without its metadata.
  std::string json() const {
    auto copy = std::unique_ptr<Message>(object_->New());
    copy->CopyFrom(*object_);
    metadata_of(*copy)->Clear();
    return to_json(*copy);
  }
  meta_v1::ObjectMeta& metadata() { return *metadata_of(*object_); }

 private:
  ManagedKind kind_of(const std::string& api_version, const std::string& kind) const {
    const auto empty = new_message(type_);
    const bool core = api_version.find('/') == std::string::npos;
    return {&atom_of(type_),
            api_version,
            (core ? "/" : "") + api_version + ", Kind=" + kind,
            kind,
            to_json(*empty),
            {},
            {}};
  }
  bool exists() const { return !metadata_of(std::as_const(*object_))->uid().empty(); }
  std::unique_ptr<Message> read(const std::string& json) const {
    auto message = new_message(type_);
    const auto status = from_json(json, *message);
    EXPECT_TRUE(status.ok()) << status.to_string();
    return message;
  }
  // Every write is a second later.
  meta_v1::Time now() {
    meta_v1::Time time;
    time.set_seconds(++clock_);
    return time;
  }

  const google::protobuf::Descriptor& type_;
  FieldManager manager_;
  std::unique_ptr<Message> object_;
  std::int64_t clock_ = 0;
};

std::string map_json(const std::string& data) {
  return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{)" + data + "}}";
}

TEST(FieldManager, GivesFieldsToWhoChangesThem) {
  Written map("v1", "ConfigMap");
  map.update("one", map_json(R"("a":"1","b":"2")"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(one Update {"f:data":{".":{},"f:a":{},"f:b":{}}} 1)"));
  map.update("two", map_json(R"("a":"1","b":"3","c":"4")"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(one Update {"f:data":{".":{},"f:a":{}}} 1)",
                                          R"(two Update {"f:data":{"f:b":{},"f:c":{}}} 2)"));
  // Nothing changes: neither owners nor times.
  map.update("three", map_json(R"("a":"1","b":"3","c":"4")"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(one Update {"f:data":{".":{},"f:a":{}}} 1)",
                                          R"(two Update {"f:data":{"f:b":{},"f:c":{}}} 2)"));
  // A value that its owner changes: the same set, another time.
  map.update("two", map_json(R"("a":"1","b":"5","c":"4")"));
  EXPECT_THAT(map.managers()[1], HasSubstr("} 4"));
  // What is gone belongs to nobody, and managers of nothing go.
  map.update("one", map_json(R"("a":"1")"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(one Update {"f:data":{".":{},"f:a":{}}} 1)"));
}

TEST(FieldManager, AppliesAndRemovesWhatIsNoLongerApplied) {
  Written map("v1", "ConfigMap");
  ASSERT_TRUE(map.apply("one", map_json(R"("a":"1","b":"2")")).ok());
  EXPECT_THAT(map.managers(), ElementsAre(R"(one Apply {"f:data":{"f:a":{},"f:b":{}}} 1)"));
  map.update("two", map_json(R"("a":"1","b":"2","c":"3")"));
  ASSERT_TRUE(map.apply("one", map_json(R"("a":"1")")).ok());
  EXPECT_THAT(map.json(), HasSubstr(R"("data":{"a":"1","c":"3"})"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(one Apply {"f:data":{"f:a":{}}} 3)",
                                          R"(two Update {"f:data":{"f:c":{}}} 2)"));
  ASSERT_TRUE(map.apply("one", map_json("")).ok());
  EXPECT_THAT(map.json(), HasSubstr(R"("data":{"c":"3"})"));
}

TEST(FieldManager, KeepsWhatSomebodyElseAppliesAsWell) {
  Written map("v1", "ConfigMap");
  ASSERT_TRUE(map.apply("one", map_json(R"("a":"1","b":"2")")).ok());
  // The same values are no conflict; they have two owners now. Nothing was changed, so that the
  // second has no time.
  ASSERT_TRUE(map.apply("two", map_json(R"("a":"1")")).ok());
  EXPECT_THAT(map.managers(), ElementsAre(R"(two Apply {"f:data":{"f:a":{}}} 0)",
                                          R"(one Apply {"f:data":{"f:a":{},"f:b":{}}} 1)"));
  ASSERT_TRUE(map.apply("one", map_json("")).ok());
  EXPECT_THAT(map.json(), HasSubstr(R"("data":{"a":"1"})"));
  ASSERT_TRUE(map.apply("two", map_json("")).ok());
  EXPECT_THAT(map.json(), ::testing::Not(HasSubstr(R"("a")")));
}

std::vector<std::string> causes(const Status& status) {
  meta_v1::StatusDetails details;
  details.ParseFromString(status.details());
  std::vector<std::string> out;
  for (const auto& cause : details.causes())
    out.push_back(cause.reason() + ": " + cause.message() + ": " + cause.field());
  return out;
}

TEST(FieldManager, RefusesToTakeWhatSomebodyElseHas) {
  Written map("v1", "ConfigMap");
  map.update("one", map_json(R"("a":"1","b":"2")"));
  ASSERT_TRUE(map.apply("three", map_json(R"("c":"3")")).ok());
  auto refused = map.apply("two", map_json(R"("a":"9")"));
  EXPECT_EQ(refused.code(), Code::kConflict);
  EXPECT_EQ(refused.message(),
            "Apply failed with 1 conflict: conflict with \"one\" using v1: .data.a");
  EXPECT_THAT(causes(refused),
              ElementsAre(R"(FieldManagerConflict: conflict with "one" using v1: .data.a)"));
  refused = map.apply("two", map_json(R"("a":"9","b":"9","c":"9")"));
  EXPECT_EQ(
      refused.message(),
      "Apply failed with 3 conflicts: conflicts with \"one\" using v1:\n- .data.a\n- .data.b\n"
      "conflicts with \"three\":\n- .data.c");
  ASSERT_TRUE(map.apply("two", map_json(R"("a":"9","b":"9")"), true).ok());
  EXPECT_THAT(map.json(), HasSubstr(R"("data":{"a":"9","b":"9","c":"3"})"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(three Apply {"f:data":{"f:c":{}}} 2)",
                                          R"(two Apply {"f:data":{"f:a":{},"f:b":{}}} 5)",
                                          R"(one Update {"f:data":{}} 1)"));
}

std::string deployment(const std::string& containers, const std::string& more = "") {
  return R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{)" + more +
         R"("template":{"spec":{"containers":[)" + containers + "]}}}}";
}

TEST(FieldManager, SharesAListItemByItem) {
  Written object("apps/v1", "Deployment");
  ASSERT_TRUE(object.apply("one", deployment(R"({"name":"a","image":"i"})")).ok());
  ASSERT_TRUE(object
                  .apply("two", deployment(R"({"name":"a","ports":[{"containerPort":80}]},)"
                                           R"({"name":"b","image":"j"})"))
                  .ok());
  EXPECT_THAT(object.json(), HasSubstr(R"("containers":[{"name":"a","image":"i","ports":)"
                                       R"([{"containerPort":80}],"resources":{}},{"name":"b")"));
  // Nobody else has b; a stays, as the other needs it.
  ASSERT_TRUE(object.apply("two", deployment("")).ok());
  EXPECT_THAT(object.json(),
              HasSubstr(R"("containers":[{"name":"a","image":"i","resources":{}}])"));
  const auto refused = object.apply("two", deployment(R"({"name":"a","image":"k"})"));
  EXPECT_EQ(refused.message(),
            "Apply failed with 1 conflict: conflict with \"one\": "
            ".spec.template.spec.containers[name=\"a\"].image");
}

// As the reference's schemas have it, which give such keys a default.
TEST(FieldManager, TakesAnItemWithoutItsKeyForOneOfThatOfNothing) {
  Written object("apps/v1", "Deployment");
  ASSERT_TRUE(object.apply("one", deployment(R"({"ports":[{"name":"web"}]})")).ok());
  EXPECT_THAT(object.managers()[0],
              HasSubstr(R"("f:containers":{"k:{\"name\":\"\"}":{".":{},"f:ports":{)"
                        R"("k:{\"containerPort\":0,\"protocol\":\"TCP\"}":{".":{},"f:name":{}}}}})"));
}

TEST(FieldManager, TakesAnotherOrderForAChange) {
  Written map("v1", "ConfigMap");
  const auto finalizers = [](const std::string& all) {
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","finalizers":[)" + all +
           R"(]},"data":{"b":"1","a":"2"}})";
  };
  ASSERT_TRUE(map.apply("one", finalizers(R"("x/a","x/b")")).ok());
  ASSERT_TRUE(map.apply("one", finalizers(R"("x/a","x/b")")).ok());
  EXPECT_THAT(map.managers()[0], HasSubstr("} 1"));
  ASSERT_TRUE(map.apply("one", finalizers(R"("x/b","x/a")")).ok());
  EXPECT_THAT(map.managers()[0], HasSubstr("} 3"));
  EXPECT_EQ(map.metadata().finalizers(0), "x/b");
}

TEST(FieldManager, RefusesWhatCannotBeApplied) {
  Written map("v1", "ConfigMap");
  struct Case {
    const char* json;
    Code code;
    const char* message;
  };
  constexpr Case kCases[] = {
      {R"({"kind":"ConfigMap"})", Code::kBadRequest, "invalid object type: /, Kind=ConfigMap"},
      {R"({"apiVersion":"apps/v1","kind":"Deployment"})", Code::kBadRequest,
       "invalid object type: apps/v1, Kind=Deployment"},
      {R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"managedFields":[]}})",
       Code::kBadRequest, "metadata.managedFields must be nil"},
      {R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"n"},"x":1})",
       Code::kUnknown,
       "failed to create typed patch object (n/a; /v1, Kind=ConfigMap): .x: field not declared in "
       "schema"},
  };
  for (const auto& c : kCases) {
    const auto status = map.apply("one", c.json);
    EXPECT_EQ(status.code(), c.code) << c.json;
    EXPECT_EQ(status.message(), c.message);
  }
}

TEST(FieldManager, TakesManagedFieldsFromClients) {
  Written map("v1", "ConfigMap");
  map.update("one", map_json(R"("a":"1")"));
  const auto with = [](const std::string& entries) {
    return R"({"metadata":{"managedFields":)" + entries + R"(},"data":{"a":"1"}})";
  };
  map.update("two", with(R"([{"manager":"moved","operation":"Apply","apiVersion":"v1",)"
                         R"("fieldsType":"FieldsV1","fieldsV1":{"f:data":{"f:a":{}}}}])"));
  EXPECT_THAT(map.managers(), ElementsAre(R"(moved Apply {"f:data":{"f:a":{}}} 0)"));
  // What makes no sense leaves things as they were.
  for (const char* bad :
       {R"([{"manager":"x"}])",
        R"([{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV2"}])",
        R"([{"manager":"x","operation":"Update","apiVersion":"v1","fieldsType":"FieldsV1",)"
        R"("fieldsV1":{"f":{}}}])"}) {
    map.update("two", with(bad));
    EXPECT_THAT(map.managers(), ElementsAre(R"(moved Apply {"f:data":{"f:a":{}}} 0)")) << bad;
  }
  map.update("two", with("[{}]"));
  EXPECT_THAT(map.managers(), IsEmpty());
  // Nothing is kept track of until somebody applies.
  map.update("two", map_json(R"("a":"2")"));
  EXPECT_THAT(map.managers(), IsEmpty());
  ASSERT_TRUE(map.apply("three", map_json(R"("b":"3")")).ok());
  EXPECT_THAT(map.managers(),
              ElementsAre(R"(three Apply {"f:data":{"f:b":{}}} 8)",
                          R"(before-first-apply Update {"f:data":{".":{},"f:a":{}}} 8)"));
  map.update("two", with("[]"));
  EXPECT_THAT(map.managers(), IsEmpty());
}

TEST(FieldManager, KeepsOfWhatClientsSendWhatTheTypeHas) {
  Written object("apps/v1", "Deployment");
  object.update("one", deployment(R"({"name":"a"})"));
  const auto entry = [](const char* name, const char* fields) {
    return R"({"manager":")" + std::string(name) +
           R"(","operation":"Update","apiVersion":"apps/v1","fieldsType":"FieldsV1","fieldsV1":)" +
           fields + "}";
  };
  // Somebody who has nothing, and somebody who has a part of what is taken whole.
  auto sent = deployment(R"({"name":"a"})");
  sent.insert(sent.find("},\"spec\""),
              R"(,"managedFields":[)" + entry("none", "{}") + "," +
                  entry("part", R"({"f:spec":{"f:selector":{"f:matchLabels":{"f:a":{}}}}})") + "]");
  object.update("two", sent);
  EXPECT_THAT(object.managers(), ElementsAre(R"(part Update {"f:spec":{"f:selector":{}}} 0)"));
}

TEST(FieldManager, JoinsTheOldestOfManyUpdaters) {
  Written map("v1", "ConfigMap");
  std::string data;
  for (int i = 10; i < 23; ++i) {
    data += (data.empty() ? "\"k" : ",\"k") + std::to_string(i) + "\":\"v\"";
    map.update("m" + std::to_string(i), map_json(data));
  }
  const auto managers = map.managers();
  ASSERT_EQ(managers.size(), 10u);
  EXPECT_EQ(managers[0],
            R"(ancient-changes Update {"f:data":{".":{},"f:k10":{},"f:k11":{},"f:k12":{},)"
            R"("f:k13":{}}} 4)");
  EXPECT_EQ(managers[9], R"(m22 Update {"f:data":{"f:k22":{}}} 13)");
}

TEST(FieldManager, KeepsTrackOfManyFields) {
  Written map("v1", "ConfigMap");
  const auto data = [](const char* value) {
    std::string json;
    for (int i = 0; i < 1000; ++i)
      json += (i > 0 ? ",\"k" : "\"k") + std::to_string(i) + "\":\"" + value + "\"";
    return map_json(json);
  };
  map.update("one", data("1"));
  map.update("two", data("2"));
  ASSERT_EQ(map.managers().size(), 2u);
  EXPECT_EQ(map.managers()[0], R"(one Update {"f:data":{}} 1)");
  EXPECT_THAT(map.managers()[1], HasSubstr(R"("f:k999":{})"));
  EXPECT_THAT(map.apply("three", data("3")).message(), HasSubstr("failed with 1000 conflicts"));
}

TEST(FieldManager, LetsKubectlSucceedClientSideApply) {
  const auto annotated = [](const std::string& image, const std::string& last) {
    return R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","annotations":{)"
           R"("kubectl.kubernetes.io/last-applied-configuration":)" +
           boost::json::serialize(boost::json::string(last)) + R"(}},"data":{"image":")" + image +
           "\"}}";
  };
  Written map("v1", "ConfigMap");
  map.update("kubectl-client-side-apply", annotated("1", map_json(R"("image":"1")")));
  EXPECT_EQ(map.apply("other", map_json(R"("image":"2")")).code(), Code::kConflict);
  ASSERT_TRUE(map.apply("kubectl", map_json(R"("image":"2")")).ok());
  EXPECT_THAT(map.json(), HasSubstr(R"("image":"2")"));
  // The annotation follows.
  const auto& annotations = map.metadata().annotations();
  EXPECT_EQ(annotations.at("kubectl.kubernetes.io/last-applied-configuration"),
            "{\"apiVersion\":\"v1\",\"data\":{\"image\":\"2\"},\"kind\":\"ConfigMap\","
            "\"metadata\":{\"name\":\"a\"}}\n");
  // What somebody changed after it was applied is not kubectl's.
  map.update("edit", annotated("3", map_json(R"("image":"2")")));
  EXPECT_EQ(map.apply("kubectl", map_json(R"("image":"4")")).message(),
            "Apply failed with 1 conflict: conflict with \"edit\" using v1: .data.image");
}

}  // namespace
}  // namespace kubus::apiserver
