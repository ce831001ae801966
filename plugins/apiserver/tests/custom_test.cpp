// Custom resources: definitions, and the objects they describe, from the outside of the server.
#include <gmock/gmock.h>

#include "eventually.h"
#include "tests/https_fixture.h"

namespace kubus::apiserver {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kDefinitions = "apiextensions.k8s.io/customresourcedefinitions";

constexpr const char* kSchema =
    R"({"type":"object","properties":{"spec":{"type":"object","required":["size"],"properties":{)"
    R"("size":{"type":"integer","minimum":1,"maximum":10},"color":{"type":"string","default":"red",)"
    R"("enum":["red","blue"]},"port":{"x-kubernetes-int-or-string":true},)"
    R"("note":{"type":"string","nullable":true},"replicas":{"type":"integer"},)"
    R"("any":{"type":"object","x-kubernetes-preserve-unknown-fields":true},)"
    R"("parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],)"
    R"("items":{"type":"object","required":["name"],"properties":{"name":{"type":"string"},)"
    R"("weight":{"type":"integer"}}}}}},"status":{"type":"object","properties":{)"
    R"("phase":{"type":"string"},"replicas":{"type":"integer"},"selector":{"type":"string"}}}}})";

class CustomTest : public HttpsTest {
 protected:
  // What stands in a version beside its schema.
  static constexpr const char* kParts =
      R"("subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas",)"
      R"("statusReplicasPath":".status.replicas","labelSelectorPath":".status.selector"}},)"
      R"("selectableFields":[{"jsonPath":".spec.color"}],)"
      R"("additionalPrinterColumns":[{"name":"Size","type":"integer","jsonPath":".spec.size"},)"
      R"({"name":"Color","type":"string","priority":1,"jsonPath":".spec.color"}],)";

  static std::string version(const std::string& name, bool storage, const std::string& schema,
                             const std::string& parts = kParts) {
    return R"({"name":")" + name + R"(","served":true,"storage":)" +
           (storage ? "true," : "false,") + parts + R"("schema":{"openAPIV3Schema":)" + schema +
           "}}";
  }
  static std::string definition(const std::string& plural, const std::string& kind,
                                const std::string& versions) {
    return R"({"metadata":{"name":")" + plural +
           R"(.example.com"},"spec":{"group":"example.com",)" +
           R"("scope":"Namespaced","names":{"plural":")" + plural + R"(","kind":")" + kind +
           R"("},"versions":[)" + versions + "]}}";
  }
  // Makes a definition and waits until it is established.
  static void define(const std::string& plural, const std::string& kind,
                     const std::string& versions) {
    const auto made = create(kDefinitions, "", definition(plural, kind, versions));
    ASSERT_EQ(made.code, 201) << made.body;
    await_established(plural);
  }
  static void await_established(const std::string& plural) {
    ASSERT_TRUE(kubus::testing::eventually([&] {
      const auto now = get(kDefinitions, "", plural + ".example.com");
      return now.body.find(R"("type":"Established")") != std::string::npos &&
             now.body.find("InitialNamesAccepted") != std::string::npos;
    })) << get(kDefinitions, "", plural + ".example.com").body;
  }
  static std::string object(const std::string& kind, const std::string& name,
                            const std::string& spec, const std::string& version = "v1") {
    return R"({"apiVersion":"example.com/)" + version + R"(","kind":")" + kind +
           R"(","metadata":{"name":")" + name + R"("},"spec":)" + spec + "}";
  }
  static std::string path(const std::string& plural) { return "example.com/" + plural; }
};

TEST_F(CustomTest, AnObjectIsPrunedDefaultedAndKept) {
  define("apples", "Apple", version("v1", true, kSchema));
  const auto made = create(path("apples"), "default",
                           object("Apple", "a",
                                  R"({"size":3,"port":"10%","note":null,"bogus":1,)"
                                  R"("any":{"x":[1]}})"));
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("kind"), "Apple");
  EXPECT_EQ(made.at("metadata.generation"), "1");
  EXPECT_THAT(made.body, HasSubstr(R"("spec":{"any":{"x":[1]},"color":"red","note":null,)"
                                   R"("port":"10%","size":3})"));
  ASSERT_EQ(made.warnings.size(), 1u);
  EXPECT_EQ(made.warnings[0], R"(unknown field "spec.bogus")");
  EXPECT_EQ(get(path("apples"), "default", "a").body, made.body);
  const auto strict = create(path("apples"), "default", object("Apple", "b", R"({"size":3,"x":1})"),
                             {{"fieldValidation", "Strict"}});
  EXPECT_EQ(strict.code, 400);
  EXPECT_THAT(strict.body, HasSubstr(R"(strict decoding error: unknown field \"spec.x\")"));
}

TEST_F(CustomTest, WhatTheSchemaForbidsIsRefused) {
  define("pears", "Pear", version("v1", true, kSchema));
  const auto many = create(path("pears"), "default",
                           object("Pear", "a", R"({"size":11,"color":"green","port":true})"));
  EXPECT_EQ(many.code, 422);
  EXPECT_THAT(many.at("message"), HasSubstr("Pear.example.com \"a\" is invalid: ["));
  EXPECT_THAT(many.at("message"),
              HasSubstr("spec.size: Invalid value: 11: spec.size in body should be less than or "
                        "equal to 10"));
  EXPECT_THAT(many.at("message"), HasSubstr(R"(spec.color: Unsupported value: "green": supported )"
                                            R"(values: "red", "blue")"));
  const auto none = create(path("pears"), "default", object("Pear", "a", "{}"));
  EXPECT_EQ(none.at("message"), "Pear.example.com \"a\" is invalid: spec.size: Required value");
  const auto twice =
      create(path("pears"), "default",
             object("Pear", "a", R"({"size":1,"parts":[{"name":"x"},{"name":"x"}]})"));
  EXPECT_THAT(twice.at("message"), HasSubstr(R"(spec.parts[1]: Duplicate value: {"name":"x"})"));
  const auto other = create(path("pears"), "default", object("Apple", "a", R"({"size":1})"));
  EXPECT_EQ(other.at("message"),
            "Apple.example.com \"a\" is invalid: kind: Invalid value: \"Apple\": must be Pear");
}

TEST_F(CustomTest, StatusAndSpecChangeApart) {
  define("plums", "Plum", version("v1", true, kSchema));
  const auto made =
      create(path("plums"), "default",
             R"({"apiVersion":"example.com/v1","kind":"Plum","metadata":{"name":"a"},)"
             R"("spec":{"size":1},"status":{"phase":"early"}})");
  EXPECT_THAT(made.body, Not(HasSubstr("early")));
  const auto status =
      call("patch", path("plums/status"), "default", "a",
           R"({"spec":{"size":9},"status":{"phase":"Ready","selector":"app=a"}})", {}, kMerge);
  ASSERT_EQ(status.code, 200) << status.body;
  EXPECT_EQ(status.at("status.phase"), "Ready");
  EXPECT_EQ(status.at("spec.size"), "1");
  EXPECT_EQ(status.at("metadata.generation"), "1");
  const auto spec = call("patch", path("plums"), "default", "a",
                         R"({"spec":{"size":2},"status":{"phase":"late"}})", {}, kMerge);
  ASSERT_EQ(spec.code, 200) << spec.body;
  EXPECT_EQ(spec.at("status.phase"), "Ready");
  EXPECT_EQ(spec.at("metadata.generation"), "2");
  const auto scale =
      call("patch", path("plums/scale"), "default", "a", R"({"spec":{"replicas":4}})", {}, kMerge);
  ASSERT_EQ(scale.code, 200) << scale.body;
  EXPECT_EQ(scale.at("kind"), "Scale");
  EXPECT_EQ(scale.at("spec.replicas"), "4");
  EXPECT_EQ(scale.at("status.selector"), "app=a");
  EXPECT_EQ(get(path("plums"), "default", "a").at("spec.replicas"), "4");
}

TEST_F(CustomTest, PatchesAndApplies) {
  define("figs", "Fig", version("v1", true, kSchema));
  ASSERT_EQ(create(path("figs"), "default", object("Fig", "a", R"({"size":1})")).code, 201);
  const auto json = call("patch", path("figs"), "default", "a",
                         R"([{"op":"replace","path":"/spec/size","value":5}])", {}, kJson);
  EXPECT_EQ(json.at("spec.size"), "5");
  const auto strategic =
      call("patch", path("figs"), "default", "a", R"({"spec":{"size":6}})", {}, kStrategic);
  EXPECT_EQ(strategic.code, 415);
  const std::string apply_type = "application/apply-patch+yaml";
  const auto part = [](const std::string& name) {
    return object("Fig", "b", R"({"size":1,"parts":[{"name":")" + name + R"(","weight":1}]})");
  };
  const auto first =
      call("patch", path("figs"), "default", "b", part("x"), {{"fieldManager", "one"}}, apply_type);
  ASSERT_EQ(first.code, 201) << first.body;
  const auto second =
      call("patch", path("figs"), "default", "b", part("y"), {{"fieldManager", "two"}}, apply_type);
  ASSERT_EQ(second.code, 200) << second.body;
  EXPECT_THAT(second.body,
              HasSubstr(R"("parts":[{"name":"x","weight":1},{"name":"y","weight":1}])"));
  EXPECT_THAT(second.body, HasSubstr(R"(k:{\"name\":\"y\"})"));
  const auto conflict =
      call("patch", path("figs"), "default", "b", object("Fig", "b", R"({"size":2})"),
           {{"fieldManager", "two"}}, apply_type);
  EXPECT_EQ(conflict.code, 409);
  EXPECT_THAT(conflict.at("message"), HasSubstr(R"(conflict with "one": .spec.size)"));
}

TEST_F(CustomTest, OldMistakesDoNotForbidOtherChanges) {
  define("limes", "Lime", version("v1", true, kSchema));
  ASSERT_EQ(create(path("limes"), "default", object("Lime", "a", R"({"size":9})")).code, 201);
  std::string stricter = kSchema;
  stricter.replace(stricter.find("\"maximum\":10"), 12, "\"maximum\":5");
  auto changed =
      call("patch", kDefinitions, "", "limes.example.com",
           R"([{"op":"replace","path":"/spec/versions/0/schema/openAPIV3Schema","value":)" +
               stricter + "}]",
           {}, kJson);
  ASSERT_EQ(changed.code, 200) << changed.body;
  const auto color =
      call("patch", path("limes"), "default", "a", R"({"spec":{"color":"blue"}})", {}, kMerge);
  EXPECT_EQ(color.code, 200) << color.body;
  const auto size =
      call("patch", path("limes"), "default", "a", R"({"spec":{"size":8}})", {}, kMerge);
  EXPECT_EQ(size.code, 422) << size.body;
}

TEST_F(CustomTest, VersionsShowTheSameObjects) {
  const std::string v2 = R"({"type":"object","properties":{"spec":{"type":"object","properties":{)"
                         R"("size":{"type":"integer"},"unit":{"type":"string","default":"cm"}}}}})";
  define("dates", "Date", version("v1", true, kSchema) + "," + version("v2", false, v2, ""));
  const auto made = create(path("dates"), "default", object("Date", "a", R"({"size":1})"));
  ASSERT_EQ(made.code, 201) << made.body;
  const auto seen = get("example.com@v2/dates", "default", "a");
  ASSERT_EQ(seen.code, 200) << seen.body;
  EXPECT_EQ(seen.at("apiVersion"), "example.com/v2");
  EXPECT_EQ(seen.at("spec.unit"), "") << "defaults are those of the version that is stored";
  EXPECT_EQ(seen.at("spec.color"), "");
  EXPECT_EQ(seen.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
  // v2 becomes the one that is stored.
  const auto moved = call("patch", kDefinitions, "", "dates.example.com",
                          R"([{"op":"replace","path":"/spec/versions/0/storage","value":false},)"
                          R"({"op":"replace","path":"/spec/versions/1/storage","value":true}])",
                          {}, kJson);
  ASSERT_EQ(moved.code, 200) << moved.body;
  EXPECT_THAT(moved.body, HasSubstr(R"("storedVersions":["v1","v2"])"));
  EXPECT_EQ(get("example.com@v2/dates", "default", "a").at("spec.size"), "1");
  const auto unserved =
      call("patch", kDefinitions, "", "dates.example.com",
           R"([{"op":"replace","path":"/spec/versions/0/served","value":false}])", {}, kJson);
  ASSERT_EQ(unserved.code, 200) << unserved.body;
  EXPECT_EQ(get(path("dates"), "default", "a").code, 404);
  const auto gone = call("patch", kDefinitions, "", "dates.example.com",
                         R"([{"op":"remove","path":"/spec/versions/0"}])", {}, kJson);
  EXPECT_EQ(gone.code, 422);
  EXPECT_THAT(gone.body, HasSubstr("v1 was previously a storage version, and must remain in "
                                   "spec.versions"));
}

// Whatever is written goes through the version that is stored, also where it is only tried.
TEST_F(CustomTest, WhatIsStoredKnowsNothingElse) {
  const auto spec = [](const std::string& members) {
    return R"({"type":"object","properties":{"spec":{"type":"object","properties":{)" + members +
           "}}}}";
  };
  define("guavas", "Guava",
         version("v1", true, spec(R"("size":{"type":"integer","default":7})"), "") + "," +
             version("v2", false,
                     spec(R"("size":{"type":"integer","nullable":true},)"
                          R"("unit":{"type":"string","default":"cm"})"),
                     ""));
  const std::string v2 = "example.com@v2/guavas";
  const auto body = object("Guava", "a", R"({"size":null})", "v2");
  const auto tried = create(v2, "default", body, {{"dryRun", "All"}});
  ASSERT_EQ(tried.code, 201) << tried.body;
  EXPECT_EQ(tried.at("apiVersion"), "example.com/v2");
  EXPECT_EQ(tried.at("spec"), R"({"size":7})");
  EXPECT_EQ(tried.at("metadata.resourceVersion"), "");
  EXPECT_EQ(get(v2, "default", "a").code, 404);
  const auto made = create(v2, "default", body);
  ASSERT_EQ(made.code, 201) << made.body;
  EXPECT_EQ(made.at("spec"), tried.at("spec"));
  const std::string change = R"({"spec":{"size":3,"unit":"inch"}})";
  const auto trial = call("patch", v2, "default", "a", change, {{"dryRun", "All"}}, kMerge);
  ASSERT_EQ(trial.code, 200) << trial.body;
  EXPECT_EQ(trial.at("spec"), R"({"size":3})");
  EXPECT_EQ(trial.at("metadata.resourceVersion"), made.at("metadata.resourceVersion"));
  const auto changed = call("patch", v2, "default", "a", change, {}, kMerge);
  ASSERT_EQ(changed.code, 200) << changed.body;
  EXPECT_EQ(changed.at("spec"), trial.at("spec"));
  EXPECT_EQ(changed.at("metadata.generation"), "2");
  EXPECT_EQ(get(path("guavas"), "default", "a").at("spec"), trial.at("spec"));
}

// Fields have the same names in all versions, whoever named them where.
TEST_F(CustomTest, OwnersInOtherVersionsAreKnown) {
  const std::string spec =
      R"({"type":"object","properties":{"spec":{"type":"object","properties":{)"
      R"("size":{"type":"integer"},"unit":{"type":"string"}}}}})";
  define("papayas", "Papaya", version("v1", true, spec, "") + "," + version("v2", false, spec, ""));
  const auto apply = [](const std::string& version, const std::string& who,
                        const std::string& members, const std::string& force = "false") {
    return call("patch", "example.com@" + version + "/papayas", "default", "a",
                object("Papaya", "a", members, version),
                {{"fieldManager", who}, {"force", force}}, "application/apply-patch+yaml");
  };
  ASSERT_EQ(apply("v1", "one", R"({"size":1,"unit":"cm"})").code, 201);
  const auto conflict = apply("v2", "two", R"({"size":2})");
  EXPECT_EQ(conflict.code, 409);
  EXPECT_THAT(conflict.at("message"), HasSubstr(R"(conflict with "one": .spec.size)"));
  const auto forced = apply("v2", "two", R"({"size":2})", "true");
  ASSERT_EQ(forced.code, 200) << forced.body;
  EXPECT_THAT(forced.at("metadata.managedFields"), HasSubstr(R"({"f:spec":{"f:unit":{}}})"));
  // What one has applied in one version goes when it is not applied in the other.
  const auto less = apply("v2", "one", "{}");
  ASSERT_EQ(less.code, 200) << less.body;
  EXPECT_EQ(less.at("spec"), R"({"size":2})");
  // Whoever changes it has it, and nobody has anything in a version that is none.
  auto body = less.body;
  const std::string list = R"("managedFields":[)";
  ASSERT_NE(body.find(list), std::string::npos);
  body.insert(body.find(list) + list.size(),
              R"({"apiVersion":"example.com/v0","fieldsType":"FieldsV1","fieldsV1":)"
              R"({"f:spec":{"f:unit":{}}},"manager":"old","operation":"Update"},)");
  const auto changed_size = [&](std::string text, const std::string& version) {
    text.replace(text.find(R"("size":2)"), 8, R"("size":3)");
    text.replace(text.find("example.com/v2"), 14, "example.com/" + version);
    return text;
  };
  const auto changed = call("update", path("papayas"), "default", "a", changed_size(body, "v1"),
                            {{"fieldManager", "three"}});
  ASSERT_EQ(changed.code, 200) << changed.body;
  const auto owners = changed.at("metadata.managedFields");
  EXPECT_THAT(owners, HasSubstr(R"("manager":"three")"));
  EXPECT_THAT(owners, Not(HasSubstr(R"("manager":"two")")));
  EXPECT_THAT(owners, Not(HasSubstr(R"("manager":"old")")));
}

TEST_F(CustomTest, FieldsAreSelectable) {
  define("kiwis", "Kiwi", version("v1", true, kSchema));
  ASSERT_EQ(create(path("kiwis"), "default", object("Kiwi", "a", R"({"size":1})")).code, 201);
  ASSERT_EQ(
      create(path("kiwis"), "default", object("Kiwi", "b", R"({"size":1,"color":"blue"})")).code,
      201);
  const auto list =
      call("list", path("kiwis"), "default", "", "", {{"fieldSelector", "spec.color=blue"}});
  EXPECT_EQ(list.at("kind"), "KiwiList");
  EXPECT_THAT(list.body, HasSubstr(R"("name":"b")"));
  EXPECT_THAT(list.body, Not(HasSubstr(R"("name":"a")")));
  const auto other =
      call("list", path("kiwis"), "default", "", "", {{"fieldSelector", "spec.size=1"}});
  EXPECT_EQ(other.code, 400);
  EXPECT_THAT(other.at("message"), HasSubstr("field label not supported: spec.size"));
}

TEST_F(CustomTest, ADefinitionTakesItsObjectsAlong) {
  define("nuts", "Nut", version("v1", true, kSchema));
  ASSERT_EQ(create(path("nuts"), "default", object("Nut", "a", R"({"size":1})")).code, 201);
  auto held = object("Nut", "held", R"({"size":1})");
  held.replace(held.find(R"("name":"held")"), 13,
               R"("name":"held","finalizers":["example.com/hold"])");
  ASSERT_EQ(create(path("nuts"), "default", held).code, 201);
  ASSERT_EQ(call("delete", kDefinitions, "", "nuts.example.com").code, 200);
  EXPECT_TRUE(
      kubus::testing::eventually([&] { return get(path("nuts"), "default", "a").code == 404; }));
  EXPECT_EQ(get(path("nuts"), "default", "held").code, 200);
  const auto late = create(path("nuts"), "default", object("Nut", "late", R"({"size":1})"));
  EXPECT_EQ(late.code, 405) << late.body;
  EXPECT_THAT(get(kDefinitions, "", "nuts.example.com").body, HasSubstr("InstanceDeletion"));
  ASSERT_EQ(call("patch", path("nuts"), "default", "held", R"({"metadata":{"finalizers":null}})",
                 {}, kMerge)
                .code,
            200);
  EXPECT_TRUE(kubus::testing::eventually(
      [&] { return get(kDefinitions, "", "nuts.example.com").code == 404; }));
  EXPECT_EQ(get(path("nuts"), "default", "held").code, 404);
  // Nothing of it is left for one of the same name.
  define("nuts", "Nut", version("v1", true, kSchema));
  EXPECT_THAT(call("list", path("nuts"), "default", "").body, HasSubstr(R"("items":[])"));
}

TEST_F(CustomTest, NamesAreTakenOnce) {
  define("grapes", "Grape", version("v1", true, kSchema));
  ASSERT_EQ(
      create(kDefinitions, "", definition("raisins", "Grape", version("v1", true, kSchema))).code,
      201);
  const auto name = "raisins.example.com";
  EXPECT_TRUE(kubus::testing::eventually([&] {
    return get(kDefinitions, "", name).body.find("ListKindConflict") != std::string::npos;
  }));
  const auto refused = get(kDefinitions, "", name);
  EXPECT_THAT(refused.body, HasSubstr(R"(\"GrapeList\" is already in use)"));
  EXPECT_THAT(refused.body, HasSubstr("NotAccepted"));
  EXPECT_EQ(call("list", path("raisins"), "default", "").code, 404);
  ASSERT_EQ(call("delete", kDefinitions, "", "grapes.example.com").code, 200);
  await_established("raisins");
}

TEST_F(CustomTest, RulesInExpressionsHold) {
  std::string schema = kSchema;
  schema.insert(1, R"j("x-kubernetes-validations":[
      {"rule":"self.spec.size > 0","messageExpression":"'size is %d'.format([self.spec.size])",
       "fieldPath":".spec.size"
},
      {"rule":"self.spec.size >= oldSelf.spec.size","message":"does not shrink",
       "reason":"FieldValueForbidden"}],)j");
  ;
  define("olives", "Olive", version("v1", true, schema));
  const auto refused = create(path("olives"), "default", object("Olive", "a", R"({"size":0})"));
  EXPECT_EQ(refused.code, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("spec.size: Invalid value: size is 0"));
  ASSERT_EQ(create(path("olives"), "default", object("Olive", "a", R"({"size":5})")).code, 201);
  const auto shrink =
      call("patch", path("olives"), "default", "a", R"({"spec":{"size":4}})", {}, kMerge);
  EXPECT_EQ(shrink.code, 422) << shrink.body;
  EXPECT_THAT(shrink.body, HasSubstr("Forbidden: does not shrink"));
  EXPECT_EQ(
      call("patch", path("olives"), "default", "a", R"({"spec":{"size":6}})", {}, kMerge).code,
      200);
}

TEST_F(CustomTest, RulesThatAreNoneAreRefused) {
  std::string schema = kSchema;
  schema.insert(1, R"("x-kubernetes-validations":[{"rule":"self.spec.weight > 0"}],)");
  const auto refused =
      create(kDefinitions, "", definition("figs", "Fig", version("v1", true, schema)));
  EXPECT_EQ(refused.code, 422) << refused.body;
  EXPECT_THAT(refused.body, HasSubstr("x-kubernetes-validations[0].rule: Invalid value:"));
  EXPECT_THAT(refused.body,
              HasSubstr("compilation failed: ERROR: \\u003cinput\\u003e:1:10: undefined field "
                        "'weight'"));
}

TEST_F(CustomTest, IsDiscoveredAndDescribed) {
  define("melons", "Melon", version("v1", true, kSchema));
  const auto resources = body_of(exchange("GET", "/apis/example.com/v1"));
  EXPECT_THAT(resources, HasSubstr(R"("name":"melons")"));
  EXPECT_THAT(resources, HasSubstr(R"("name":"melons/scale")"));
  EXPECT_THAT(body_of(exchange("GET", "/apis")), HasSubstr("example.com"));
  const auto described = body_of(exchange("GET", "/openapi/v3/apis/example.com/v1"));
  EXPECT_THAT(described, HasSubstr(R"("com.example.v1.Melon")"));
  EXPECT_THAT(described, HasSubstr("/apis/example.com/v1/namespaces/{namespace}/melons"));
  EXPECT_THAT(body_of(exchange("GET", "/openapi/v2")), HasSubstr("com.example.v1.Melon"));
  const auto list = exchange("GET", "/apis/example.com/v1/namespaces/default/melons", "", "",
                             "Accept: application/json;as=Table;v=v1;g=meta.k8s.io\r\n");
  EXPECT_THAT(list, HasSubstr(R"("name":"Size")"));
  ASSERT_EQ(call("delete", kDefinitions, "", "melons.example.com").code, 200);
  EXPECT_TRUE(kubus::testing::eventually([&] {
    return body_of(exchange("GET", "/apis/example.com/v1")).find("melons") == std::string::npos;
  }));
}

}  // namespace
}  // namespace kubus::apiserver
