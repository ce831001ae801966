#include <gtest/gtest.h>
#include <k8s/core/v1/event.pb.h>
#include <k8s/core/v1/pod.pb.h>
#include <k8s/core/v1/secret.pb.h>

#include <string>

#include "kubus/api/json.h"
#include "kubus/api/types.h"

namespace kubus {
namespace {

struct Case {
  std::string json;
  std::string error;  // empty: it is read
};

template <class T>
void expect_errors(const std::vector<Case>& cases, const DecodeOptions& options = {}) {
  for (const auto& [json, error] : cases) {
    SCOPED_TRACE(json);
    T message;
    Status status = from_json(json, message, options);
    EXPECT_EQ(status.message(), error);
    if (!error.empty()) {
      EXPECT_EQ(status.code(), Code::kBadRequest);
    }
  }
}

TEST(Decode, WrongTypesNameTheirField) {
  const std::string cannot = "json: cannot unmarshal ";
  expect_errors<core_v1::Pod>({
      {R"({"spec":"a"})", cannot + "string into Go struct field Pod.spec of type v1.PodSpec"},
      {R"("a")", cannot + "string into Go value of type v1.Pod"},
      {R"([])", cannot + "array into Go value of type v1.Pod"},
      {R"({"metadata":{"labels":{"a":1}}})",
       cannot + "number into Go struct field ObjectMeta.metadata.labels of type string"},
      {R"({"metadata":{"labels":[1]}})",
       cannot + "array into Go struct field ObjectMeta.metadata.labels of type map[string]string"},
      {R"({"spec":{"containers":{}}})",
       cannot + "object into Go struct field PodSpec.spec.containers of type []v1.Container"},
      {R"({"spec":{"containers":["a",{"name":"ok"}]}})",
       cannot + "string into Go struct field PodSpec.spec.containers of type v1.Container"},
      {R"({"spec":{"hostNetwork":"true"}})",
       cannot + "string into Go struct field PodSpec.spec.hostNetwork of type bool"},
      {R"({"spec":{"priority":3000000000}})",
       cannot + "number 3000000000 into Go struct field PodSpec.spec.priority of type int32"},
      {R"({"spec":{"terminationGracePeriodSeconds":1.5}})",
       cannot + "number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of "
                "type int64"},
      {R"({"spec":{"volumes":[{"hostPath":{"path":1}}]}})",
       cannot + "number into Go struct field "
                "HostPathVolumeSource.spec.volumes.VolumeSource.hostPath.path of type string"},
      {R"({"spec":{"containers":[{"livenessProbe":{"httpGet":{"port":true}}}]}})",
       cannot + "bool into Go struct field "
                "HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.port of type "
                "int32"},
      {R"({"metadata":{"creationTimestamp":1}})",
       cannot + "number into Go struct field ObjectMeta.metadata.creationTimestamp of type string"},
  });
}

TEST(Decode, BadValuesOfSpecialTypesAreExplained) {
  expect_errors<core_v1::Pod>({
      {R"({"metadata":{"creationTimestamp":"abc"}})",
       R"(parsing time "abc" as "2006-01-02T15:04:05Z07:00": cannot parse "abc" as "2006")"},
      {R"({"spec":{"containers":[{"resources":{"limits":{"cpu":"x"}}}]}})",
       "quantities must match the regular expression "
       "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"},
  });
  expect_errors<core_v1::Event>({
      {R"({"eventTime":"2020-01-01T00:00:00Z"})",
       R"(parsing time "2020-01-01T00:00:00Z" as "2006-01-02T15:04:05.000000Z07:00": )"
       R"(cannot parse "Z" as ".000000")"},
  });
  expect_errors<core_v1::Secret>({
      {R"({"data":{"a":"Y!=="}})", "illegal base64 data at input byte 1"},
      {R"({"data":{"a":1}})",
       "json: cannot unmarshal number into Go struct field Secret.data of type []uint8"},
  });
}

TEST(Decode, MalformedTextIsRefusedWhereItBreaks) {
  const std::string bad = "invalid character ";
  const std::string end = "unexpected end of JSON input";
  expect_errors<core_v1::Pod>({
      {"", end},
      {"{", end},
      {R"({"a")", end},
      {R"({"a":1,)", end},
      {R"({"a":"x)", end},
      {R"({"a":1,})", bad + "'}' looking for beginning of object key string"},
      {R"({"a":[1,]})", bad + "']' looking for beginning of value"},
      {R"({"a" 1})", bad + "'1' after object key"},
      {R"({"a":1 "b"})", bad + R"('"' after object key:value pair)"},
      {R"({"a":[1 2]})", bad + "'2' after array element"},
      {R"({a:1})", bad + "'a' looking for beginning of object key string"},
      {R"({"a":"\x"})", bad + "'x' in string escape code"},
      {R"({"a":"\u12g4"})", bad + "'g' in \\u hexadecimal character escape"},
      {"{\"a\":\"x\ny\"}", bad + "'\\n' in string literal"},
      {R"({"a":-x})", bad + "'x' in numeric literal"},
      {R"({"a":1.})", bad + "'}' after decimal point in numeric literal"},
      {R"({"a":01})", bad + "'1' after object key:value pair"},
      {R"({"a":tru})", bad + "'}' in literal true (expecting 'e')"},
      {R"({"a":1}x)", bad + "'x' after top-level value"},
      {std::string("\0", 1), bad + "'\\x00' looking for beginning of value"},
  });
}

TEST(Decode, SyntaxErrorsComeBeforeTypeErrors) {
  expect_errors<core_v1::Pod>(
      {{R"({"spec":1,"x":})", "invalid character '}' looking for beginning of value"}});
}

TEST(Decode, StrictNamesEveryUnknownAndDuplicateField) {
  DecodeOptions strict;
  strict.strict = true;
  expect_errors<core_v1::Pod>(
      {
          {R"({"spec":{"replcas":1}})", R"(strict decoding error: unknown field "spec.replcas")"},
          {R"({"Kind":"Pod","spec":{"foo":1,"foo":2,"containers":[{"name":"a","bar":1,)"
           R"("name":"b"}],"nodeSelector":{"a":"1","a":"2"}}})",
           R"(strict decoding error: unknown field "Kind", unknown field "spec.foo", )"
           R"(unknown field "spec.containers[0].bar", )"
           R"(duplicate field "spec.containers[0].name", duplicate field "spec.nodeSelector.a")"},
          {R"({"kind":"Pod","kind":"Pod"})", R"(strict decoding error: duplicate field "kind")"},
          {R"({"spec":{"volumes":[{"emptyDir":{"x":1}}]}})",
           R"(strict decoding error: unknown field "spec.volumes[0].emptyDir.x")"},
          {R"({"spec":{"nodeSelector":{"anything":"goes"}}})", ""},
      },
      strict);
}

TEST(Decode, StrictErrorsCanBeCollectedAsWarnings) {
  std::vector<std::string> warnings;
  DecodeOptions options;
  options.strict_errors = &warnings;
  core_v1::Pod pod;
  ASSERT_TRUE(from_json(R"({"x":1,"metadata":{"name":"p"}})", pod, options).ok());
  EXPECT_EQ(warnings, std::vector<std::string>{R"(unknown field "x")"});
  EXPECT_EQ(pod.metadata().name(), "p");
}

TEST(Decode, LenientIgnoresUnknownFieldsAndLetsTheLastDuplicateWin) {
  core_v1::Pod pod;
  ASSERT_TRUE(from_json(R"({"Spec":{"x":[{}]},"metadata":{"name":"a","name":"b"}})", pod).ok());
  EXPECT_EQ(pod.metadata().name(), "b");
  EXPECT_FALSE(pod.has_spec());
}

TEST(Decode, NullLeavesFieldsUnset) {
  core_v1::Pod pod;
  ASSERT_TRUE(from_json(R"({"metadata":{"labels":null,"name":null,"deletionTimestamp":null},)"
                        R"("spec":{"priority":null,"containers":null},"status":null})",
                        pod)
                  .ok());
  EXPECT_FALSE(pod.metadata().has_name());
  EXPECT_FALSE(pod.metadata().has_deletiontimestamp());
  EXPECT_FALSE(pod.spec().has_priority());
  EXPECT_TRUE(from_json("null", pod).ok());
}

TEST(Decode, ZeroIsKeptApartFromUnsetOnlyForPointers) {
  core_v1::Pod pod;
  ASSERT_TRUE(from_json(R"({"spec":{"priority":0,"hostNetwork":false}})", pod).ok());
  EXPECT_TRUE(pod.spec().has_priority());
  EXPECT_FALSE(pod.spec().has_hostnetwork());
}

TEST(Decode, MalformedUtf8IsReplaced) {
  core_v1::Pod pod;
  ASSERT_TRUE(from_json("{\"metadata\":{\"name\":\"a\xff"
                        "b\",\"uid\":\"\\ud800x\\ud83d\\ude00\"}}",
                        pod)
                  .ok());
  EXPECT_EQ(pod.metadata().name(), "a\uFFFDb");
  EXPECT_EQ(pod.metadata().uid(), "\uFFFDx\U0001F600");
}

TEST(Decode, DepthAndSizeAreBounded) {
  core_v1::Pod pod;
  std::string deep = R"({"x":)" + std::string(5000, '[') + std::string(5000, ']') + "}";
  EXPECT_EQ(from_json(deep, pod).message(), "exceeded max depth");
  DecodeOptions small;
  small.max_bytes = 4;
  EXPECT_EQ(from_json("{    }", pod, small).code(), Code::kRequestEntityTooLarge);
}

TEST(Decode, TypeMetaIsHandedOutAndNestedOnesAreIgnored) {
  core_v1::Pod pod;
  TypeMeta type_meta;
  DecodeOptions options;
  options.type_meta = &type_meta;
  ASSERT_TRUE(from_json(R"({"apiVersion":"v1","kind":"Pod"})", pod, options).ok());
  EXPECT_EQ(type_meta, (TypeMeta{"v1", "Pod"}));
}

TEST(PeekTypeMeta, ReadsNoFurtherThanNeeded) {
  EXPECT_EQ(*peek_type_meta(R"({"a":[{}],"kind":"K","apiVersion":"g/v1",garbage)"),
            (TypeMeta{"g/v1", "K"}));
  EXPECT_EQ(*peek_type_meta("{}"), TypeMeta{});
  EXPECT_FALSE(peek_type_meta("[]").ok());
  EXPECT_FALSE(peek_type_meta(R"({"kind":1})").ok());
  EXPECT_FALSE(peek_type_meta("").ok());
}

TEST(CompactJson, DropsSpaceBetweenTokensOnly) {
  std::string out;
  ASSERT_TRUE(compact_json(" { \"a b\" : [ 1 , \"\\\" x\" ] } \n", out).ok());
  EXPECT_EQ(out, R"({"a b":[1,"\" x"]})");
  EXPECT_FALSE(compact_json("1 2", out).ok());
}

}  // namespace
}  // namespace kubus
