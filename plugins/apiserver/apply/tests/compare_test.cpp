#include "apply/compare.h"

#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <string>

#include "apply/fields_v1.h"
#include "kubus/api/json.h"
#include "kubus/api/resource.h"

namespace kubus::apiserver {
namespace {

const Atom& type_of(std::string_view api_version, std::string_view kind) {
  return atom_of(*find_message(api_version, kind));
}

// The object as this server writes it.
std::string written(std::string_view api_version, std::string_view kind, std::string_view json) {
  auto object = new_message(*find_message(api_version, kind));
  const auto status = from_json(json, *object);
  EXPECT_TRUE(status.ok()) << status.to_string() << json;
  return to_json(*object);
}

std::string created(std::string_view api_version, std::string_view kind, std::string_view json) {
  const auto found = compare(type_of(api_version, kind), written(api_version, kind, "{}"),
                             written(api_version, kind, json));
  return encode_fields(unite(found.added, found.modified));
}

// What the reference says of who creates these.
TEST(Compare, FindsTheFieldsOfANewObject) {
  EXPECT_EQ(
      created("v1", "ConfigMap",
              R"({"metadata":{"name":"a","labels":{"x":"y"}},"data":{"k":"v"}})"),
      R"({"f:data":{".":{},"f:k":{}},"f:metadata":{"f:labels":{".":{},"f:x":{}},"f:name":{}}})");
  EXPECT_EQ(
      created(
          "v1", "Pod",
          R"({"metadata":{"labels":{"run":"web"}},"spec":{"containers":[{"name":"web",)"
          R"("image":"nginx","imagePullPolicy":"Always","resources":{},)"
          R"("terminationMessagePath":"/dev/termination-log","terminationMessagePolicy":"File",)"
          R"("ports":[{"containerPort":80,"protocol":"TCP"}],"env":[{"name":"A","value":"b"}],)"
          R"("args":["x"]}],"restartPolicy":"Always","securityContext":{},)"
          R"("nodeSelector":{"a":"b"},"volumes":[{"name":"v","emptyDir":{}}]}})"),
      R"({"f:metadata":{"f:labels":{".":{},"f:run":{}}},"f:spec":{"f:containers":{)"
      R"("k:{\"name\":\"web\"}":{".":{},"f:args":{},"f:env":{".":{},"k:{\"name\":\"A\"}":{".":{},)"
      R"("f:name":{},"f:value":{}}},"f:image":{},"f:imagePullPolicy":{},"f:name":{},"f:ports":)"
      R"({".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{},)"
      R"("f:protocol":{}}},"f:resources":{},"f:terminationMessagePath":{},)"
      R"("f:terminationMessagePolicy":{}}},"f:nodeSelector":{},"f:restartPolicy":{},)"
      R"("f:securityContext":{},"f:volumes":{".":{},"k:{\"name\":\"v\"}":{".":{},)"
      R"("f:emptyDir":{},"f:name":{}}}}})");
  EXPECT_EQ(
      created("apps/v1", "Deployment",
              R"({"spec":{"replicas":2,"selector":{"matchLabels":{"a":"b"}},"strategy":)"
              R"({"type":"RollingUpdate","rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},)"
              R"("template":{"metadata":{"labels":{"a":"b"}}}}})"),
      R"({"f:spec":{"f:replicas":{},"f:selector":{},"f:strategy":{"f:rollingUpdate":{".":{},)"
      R"("f:maxSurge":{},"f:maxUnavailable":{}},"f:type":{}},"f:template":{"f:metadata":)"
      R"({"f:labels":{".":{},"f:a":{}}}}}})");
}

struct Change {
  const char* kind;
  const char* before;
  const char* after;
  const char* added;
  const char* modified;
  const char* removed;
};

TEST(Compare, FindsWhatDiffers) {
  constexpr Change kChanges[] = {
      {"ConfigMap", R"({"data":{"a":"1","b":"2"}})", R"({"data":{"b":"3","c":"4"}})",
       R"({"f:data":{"f:c":{}}})", R"({"f:data":{"f:b":{}}})", R"({"f:data":{"f:a":{}}})"},
      {"ConfigMap", R"({"data":{"a":"1"}})", R"({})", "{}", "{}",
       R"({"f:data":{".":{},"f:a":{}}})"},
      {"ConfigMap", R"({"data":{"<\"":"1"}})", R"({"data":{"<\"":"2"}})", "{}",
       R"({"f:data":{"f:\u003c\"":{}}})", "{}"},
      // A list of objects is compared by keys, whatever its order.
      {"Pod", R"({"spec":{"containers":[{"name":"a","image":"i"},{"name":"b","image":"j"}]}})",
       R"({"spec":{"containers":[{"name":"b","image":"j"},{"name":"a","image":"k"}]}})", "{}",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:image":{}}}}})", "{}"},
      // The default of a key counts as the key.
      {"Pod", R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":1}]}]}})",
       R"({"spec":{"containers":[{"name":"a","ports":[{"containerPort":1,"protocol":"TCP"}]}]}})",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:ports":{)"
       R"("k:{\"containerPort\":1,\"protocol\":\"TCP\"}":{"f:protocol":{}}}}}}})",
       "{}", "{}"},
      // Whole maps and lists.
      {"Service", R"({"spec":{"selector":{"a":"b"}}})", R"({"spec":{"selector":{"a":"c"}}})", "{}",
       R"({"f:spec":{"f:selector":{}}})", "{}"},
      {"Pod", R"({"spec":{"tolerations":[{"key":"a"}],"containers":null}})",
       R"({"spec":{"tolerations":[{"key":"a"},{"key":"b"}],"containers":null}})", "{}",
       R"({"f:spec":{"f:tolerations":{}}})", "{}"},
      // Sets.
      {"Pod", R"({"metadata":{"finalizers":["a","b"]}})",
       R"({"metadata":{"finalizers":["b","c"]}})",
       R"({"f:metadata":{"f:finalizers":{"v:\"c\"":{}}}})", "{}",
       R"({"f:metadata":{"f:finalizers":{"v:\"a\"":{}}}})"},
      // Items that were there twice and are not any more.
      {"Pod",
       R"({"spec":{"containers":[{"name":"a","env":[{"name":"E","value":"1"},{"name":"E"}]}]}})",
       R"({"spec":{"containers":[{"name":"a","env":[{"name":"E","value":"1"}]}]}})",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:env":{"k:{\"name\":\"E\"}":)"
       R"({".":{},"f:name":{},"f:value":{}}}}}}})",
       "{}",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:env":{"k:{\"name\":\"E\"}":{}}}}}})"},
      {"Pod",
       R"({"spec":{"containers":[{"name":"a","env":[{"name":"E","value":"1"},{"name":"E"}]}]}})",
       R"({"spec":{"containers":[{"name":"a","env":[{"name":"E","value":"2"},{"name":"E"}]}]}})",
       "{}",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{"f:env":{"k:{\"name\":\"E\"}":{}}}}}})",
       "{}"},
  };
  for (const auto& c : kChanges) {
    const auto found = compare(type_of("v1", c.kind), written("v1", c.kind, c.before),
                               written("v1", c.kind, c.after));
    EXPECT_EQ(encode_fields(found.added), c.added) << c.after;
    EXPECT_EQ(encode_fields(found.modified), c.modified) << c.after;
    EXPECT_EQ(encode_fields(found.removed), c.removed) << c.after;
  }
}

TEST(Compare, FindsNothingInWhatIsTheSame) {
  const auto json = written("v1", "Pod", R"({"spec":{"containers":[{"name":"a"}]}})");
  EXPECT_TRUE(compare(type_of("v1", "Pod"), json, json).same());
}

TEST(Compare, TakesManyKeysInAnyOrder) {
  std::string before = R"({"data":{)", after = R"({"data":{)";
  for (int i = 0; i < 200; ++i) {
    const auto comma = i == 0 ? "" : ",";
    before += comma + ("\"k" + std::to_string(i) + "\":\"v\"");
    after += comma + ("\"k" + std::to_string((i * 7) % 200) + "\":\"v\"");
  }
  const auto found = compare(type_of("v1", "ConfigMap"), before + "}}", after + R"(,"new":"v"}})");
  EXPECT_EQ(encode_fields(found.added), R"({"f:data":{"f:new":{}}})");
  EXPECT_TRUE(found.modified.empty());
  EXPECT_TRUE(found.removed.empty());
}

TEST(FieldSetOf, HasWhatIsApplied) {
  struct Case {
    const char* kind;
    const char* json;
    const char* fields;
  };
  constexpr Case kCases[] = {
      {"ConfigMap", R"({"apiVersion":"v1","data":{"a":"b"},"kind":"ConfigMap"})",
       R"({"f:apiVersion":{},"f:data":{"f:a":{}},"f:kind":{}})"},
      {"ConfigMap", R"({"data":{}})", R"({"f:data":{}})"},
      {"ConfigMap", R"({"data":null,"immutable":null})", R"({"f:data":{},"f:immutable":{}})"},
      {"Pod",
       R"({"spec":{"containers":[{"image":"i","name":"a","ports":[{"containerPort":80}]}]}})",
       R"({"f:spec":{"f:containers":{"k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:name":{},)"
       R"("f:ports":{"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},)"
       R"("f:containerPort":{}}}}}}})"},
      {"Pod", R"({"metadata":{"finalizers":["a"]},"spec":{"imagePullSecrets":[{"name":"s"}]}})",
       R"({"f:metadata":{"f:finalizers":{"v:\"a\"":{}}},"f:spec":{"f:imagePullSecrets":)"
       R"({"k:{\"name\":\"s\"}":{}}}})"},
      {"Service", R"({"spec":{"selector":{"a":"b"}}})", R"({"f:spec":{"f:selector":{}}})"},
  };
  for (const auto& c : kCases)
    EXPECT_EQ(encode_fields(field_set_of(type_of("v1", c.kind), c.json)), c.fields) << c.json;
}

// Every API type has an atom, and the lists in it can be told apart.
TEST(Atom, IsThereForEveryResource) {
  for (const auto& resource : all_resources()) {
    const auto& atom = atom_of(*resource.message);
    EXPECT_EQ(atom.map, Merging::kSeparate) << resource.plural;
    EXPECT_NE(atom.field("kind"), nullptr) << resource.plural;
    EXPECT_NE(atom.field("metadata"), nullptr) << resource.plural;
    EXPECT_EQ(atom.field("nothing"), nullptr);
  }
  const auto& pod = type_of("v1", "Pod");
  const auto* containers = pod.field("spec")->field("containers");
  EXPECT_EQ(containers->list, Merging::kSeparate);
  ASSERT_EQ(containers->keys.size(), 1u);
  EXPECT_EQ(containers->keys[0].name, "name");
  const auto* ports = containers->items->field("ports");
  ASSERT_EQ(ports->keys.size(), 2u);
  EXPECT_EQ(ports->keys[1].fallback, "\"TCP\"");
  EXPECT_EQ(pod.field("spec")->field("tolerations")->list, Merging::kWhole);
  EXPECT_EQ(pod.field("spec")->field("nodeSelector")->map, Merging::kWhole);
}

}  // namespace
}  // namespace kubus::apiserver
