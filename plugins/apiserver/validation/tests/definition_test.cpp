#include "validation/definition.h"

#include <gtest/gtest.h>

#include "kubus/api/json.h"
#include "validation/definition_schema.h"
#include "validation/definition_warnings.h"

namespace kubus::apiserver {
namespace {

// The schema and the rest of its version.
std::string definition(const std::string& schema, const std::string& version = "",
                       const std::string& spec = "", const std::string& group = "example.com") {
  return R"({"metadata":{"name":"widgets.)" + group + R"("},"spec":{"group":")" + group +
         R"(","scope":"Namespaced",)" + spec +
         R"("names":{"plural":"widgets","singular":"widget","kind":"Widget","listKind":"WidgetList"},)"
         R"("versions":[{"name":"v1","served":true,"storage":true,)" +
         version + R"("schema":{"openAPIV3Schema":)" + schema +
         R"(}}]},"status":{"storedVersions":["v1"]}})";
}

CustomResourceDefinition read(const std::string& json) {
  CustomResourceDefinition object;
  const auto status = from_json(std::string_view(json), object);
  EXPECT_TRUE(status.ok()) << status.to_string() << "\n" << json;
  return object;
}

std::string errors_of(const std::string& json) {
  ErrorList errors;
  const auto definition = read(json);
  check_definition(definition, errors);
  check_definition_create(definition, errors);
  return join_errors(errors.errors());
}

std::string with_property(const std::string& property) {
  return definition(R"({"type":"object","properties":{"p":)" + property + "}}");
}

constexpr char kAny[] = R"({"type":"object","x-kubernetes-preserve-unknown-fields":true})";
constexpr char kAt[] = "spec.validation.openAPIV3Schema.properties[p]";

TEST(Definition, ASoundOneHasNoErrors) {
  EXPECT_EQ(errors_of(definition(kAny)), "");
  EXPECT_EQ(errors_of(definition(
                R"({"type":"object","properties":{"spec":{"type":"object","required":["a"],)"
                R"("properties":{"a":{"type":"string","default":"x","enum":["x","y"]},)"
                R"("port":{"x-kubernetes-int-or-string":true,"anyOf":[{"type":"integer"},)"
                R"({"type":"string"}]},"l":{"type":"array","x-kubernetes-list-type":"map",)"
                R"("x-kubernetes-list-map-keys":["n"],"items":{"type":"object","required":["n"],)"
                R"("properties":{"n":{"type":"string"}}}}},)"
                R"("anyOf":[{"required":["port"]},{"properties":{"a":{"maxLength":3}}}]}}})",
                R"("subresources":{"status":{},"scale":{"specReplicasPath":".spec.replicas",)"
                R"("statusReplicasPath":".status.replicas"}},"additionalPrinterColumns":[)"
                R"({"name":"A","type":"string","jsonPath":".spec.a"}],)"
                R"("selectableFields":[{"jsonPath":".spec.a"}],)")),
            "");
}

struct Case {
  const char* name;
  std::string json;
  std::string expected;
};

class DefinitionTest : public testing::TestWithParam<Case> {};

TEST_P(DefinitionTest, SaysWhatIsWrong) { EXPECT_EQ(errors_of(GetParam().json), GetParam().expected); }

const Case kCases[] = {
    {"no_type", with_property("{}"),
     std::string(kAt) + ".type: Required value: must not be empty for specified object fields"},
    {"strange_type", with_property(R"({"type":"text"})"),
     std::string(kAt) + R"(.type: Unsupported value: "text": supported values: "array", "boolean", )"
                        R"("integer", "number", "object", "string")"},
    {"no_item_type", with_property(R"({"type":"array","items":{}})"),
     std::string(kAt) + ".items.type: Required value: must not be empty for specified array items"},
    {"no_items", with_property(R"({"type":"array"})"),
     std::string(kAt) + ".items: Required value: must be specified"},
    {"root_type", definition("{}"),
     "spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root"},
    {"root_is_text", definition(R"({"type":"string"})"),
     R"(spec.validation.openAPIV3Schema.type: Invalid value: "string": must be object at the root)"},
    {"additional_beside_properties",
     with_property(R"({"type":"object","properties":{"a":{"type":"string"}},)"
                   R"("additionalProperties":{"type":"string"}})"),
     std::string(kAt) + ".additionalProperties: Forbidden: additionalProperties and properties are "
                        "mutual exclusive"},
    {"additional_false", with_property(R"({"type":"object","additionalProperties":false})"),
     std::string(kAt) +
         ".additionalProperties: Forbidden: additionalProperties cannot be set to false"},
    {"reference", with_property(R"({"type":"object","$ref":"#/x"})"),
     std::string(kAt) + ".$ref: Forbidden: $ref is not supported"},
    {"unique_items", with_property(R"({"type":"array","uniqueItems":true,"items":{"type":"string"}})"),
     std::string(kAt) + ".uniqueItems: Forbidden: uniqueItems cannot be set to true since the "
                        "runtime complexity becomes quadratic"},
    {"type_in_a_junctor", with_property(R"({"type":"string","allOf":[{"type":"string"}]})"),
     std::string(kAt) + ".allOf[0].type: Forbidden: must be empty to be structural"},
    {"not_in_the_structure",
     definition(R"({"type":"object","anyOf":[{"properties":{"a":{"minimum":1}}}]})"),
     "spec.validation.openAPIV3Schema.properties[a]: Required value: because it is defined in "
     "spec.validation.openAPIV3Schema.anyOf[0].properties[a]"},
    {"not_in_the_structure_below",
     with_property(R"({"type":"object","anyOf":[{"properties":{"a":{"minimum":1}}}]})"), ""},
    {"pattern", with_property(R"({"type":"string","pattern":"("})"),
     std::string(kAt) + R"(.pattern: Invalid value: "(": must be a valid regular expression, but )"
                        "isn't: error parsing regexp: missing closing ): `(`"},
    {"default_of_another_type", with_property(R"({"type":"integer","default":"x"})"),
     std::string(kAt) + R"(.default: Invalid value: "string":  in body must be of type )"
                        R"(integer: "string")"},
    {"default_unknown",
     with_property(R"({"type":"object","default":{"b":1},"properties":{"a":{"type":"string"}}})"),
     std::string(kAt) + R"(.default: Invalid value: {"b":1}: must not have unknown fields)"},
    {"list_keys", with_property(R"({"type":"array","x-kubernetes-list-type":"map",)"
                                R"("items":{"type":"object"}})"),
     std::string(kAt) + ".x-kubernetes-list-map-keys: Required value: must not be empty if "
                        "x-kubernetes-list-type is map"},
    {"list_key_unknown",
     with_property(R"({"type":"array","x-kubernetes-list-type":"map",)"
                   R"("x-kubernetes-list-map-keys":["n"],"items":{"type":"object"}})"),
     std::string(kAt) + R"(.x-kubernetes-list-map-keys: Invalid value: ["n"]: entries must all be )"
                        "names of item properties"},
    {"set_of_objects", with_property(R"({"type":"array","x-kubernetes-list-type":"set",)"
                                     R"("items":{"type":"object"}})"),
     std::string(kAt) + ".items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a "
                        "list with x-kubernetes-list-type=set"},
    {"list_type_of_an_object", with_property(R"({"type":"object","x-kubernetes-list-type":"atomic"})"),
     std::string(kAt) +
         R"(.type: Invalid value: "object": must be array if x-kubernetes-list-type is specified)"},
    {"scale_paths", definition(kAny, R"("subresources":{"scale":{"specReplicasPath":".x.replicas",)"
                                     R"("statusReplicasPath":".status.replicas"}},)"),
     R"(spec.subresources.scale.specReplicasPath: Invalid value: ".x.replicas": should be a json )"
     "path under .spec"},
    {"column", definition(kAny, R"("additionalPrinterColumns":[{"name":"A","type":"text",)"
                                R"("jsonPath":"spec.a"}],)"),
     R"([spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of )"
     "boolean,date,integer,number,string, "
     R"(spec.additionalPrinterColumns[0].JSONPath: Invalid value: "spec.a": must be a simple json )"
     "path starting with .]"},
    {"list_keys_twice",
     with_property(R"({"type":"array","x-kubernetes-list-type":"map",)"
                   R"("x-kubernetes-list-map-keys":["k","k","j"],"items":{"type":"object",)"
                   R"("required":["k"],"properties":{"k":{"type":"array","items":{"type":"string"}}}}})"),
     "[" + std::string(kAt) + R"(.items.properties[k].type: Invalid value: "object": must be a scalar )"
     "type if parent array's x-kubernetes-list-type is map, " + kAt +
         R"(.x-kubernetes-list-map-keys: Invalid value: ["k","k","j"]: must not contain duplicate )"
         "entries, " + kAt + R"(.x-kubernetes-list-map-keys: Invalid value: ["k","k","j"]: entries must )"
         "all be names of item properties]"},
    {"int_or_string_with_a_type",
     with_property(R"({"x-kubernetes-int-or-string":true,"type":"string"})"), ""},
    {"alternatives_of_int_and_string",
     with_property(R"({"type":"string","anyOf":[{"type":"integer"},{"type":"string"}]})"), ""},
    {"set_without_items", with_property(R"({"type":"string","x-kubernetes-list-type":"set"})"),
     std::string(kAt) +
         R"(.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified)"},
    {"additional_at_the_root", definition(R"({"type":"object","additionalProperties":true})"),
     "spec.validation.openAPIV3Schema.additionalProperties: Forbidden: must not be used at the root"},
    {"default_of_the_root", definition(R"({"type":"object","default":{}})"),
     "[spec.validation.openAPIV3Schema.default.apiVersion: Required value, "
     "spec.validation.openAPIV3Schema.default.kind: Required value]"},
    {"default_that_lacks_what_has_one",
     with_property(R"({"type":"object","required":["a"],"default":{},)"
                   R"("properties":{"a":{"type":"string","default":"x"}}})"),
     std::string(kAt) + ".default.a: Required value"},
    {"default_within",
     with_property(R"({"type":"object","default":{"a":1},"properties":{"a":{"type":"string"}}})"),
     std::string(kAt) + R"(.default.a: Invalid value: "integer": a in body must be of type string: )"
                        R"("integer")"},
    {"default_against_a_rule",
     with_property(R"({"type":"integer","default":5,"x-kubernetes-validations":[)"
                   R"({"rule":"self > 9","message":"too small"}]})"),
     std::string(kAt) + ".default: Invalid value: 5: too small"},
    {"empty_warning", definition(kAny, R"("deprecated":true,"deprecationWarning":"",)"),
     R"(spec.versions[0].deprecationWarning: Invalid value: "": must not be an empty string)"},
    {"hidden_in_a_warning", definition(kAny, R"("deprecated":true,"deprecationWarning":"é\u200bb",)"),
     "spec.versions[0].deprecationWarning: Invalid value: \"é\u200bb\": must only contain printable "
     "UTF-8 characters; non-printable character found at index 2"},
    {"scale_path_is_none", definition(kAny, R"("subresources":{"scale":{"specReplicasPath":"x",)"
                                            R"("statusReplicasPath":".status.a[0]"}},)"),
     R"(spec.subresources.scale.specReplicasPath: Invalid value: "x": must be a simple json path )"
     "starting with ."},
    {"selectable_item", definition(kAny, R"("selectableFields":[{"jsonPath":"[0]"}],)"),
     R"(spec.selectableFields[0].jsonPath: Invalid value: "[0]": is an invalid path: array notation )"
     "is not allowed"},
    {"selectable_word", definition(kAny, R"("selectableFields":[{"jsonPath":"spec.a"}],)"),
     R"(spec.selectableFields[0].jsonPath: Invalid value: "spec.a": is an invalid path: expected [ or )"
     ". but got: spec"},
    {"selectable_end", definition(kAny, R"("selectableFields":[{"jsonPath":"."}],)"),
     R"(spec.selectableFields[0].jsonPath: Invalid value: ".": is an invalid path: unexpected end of )"
     "JSON path"},
    {"selectable", definition(kAny, R"("selectableFields":[{"jsonPath":".spec.a"}],)"),
     R"(spec.selectableFields[0].jsonPath: Invalid value: ".spec.a": is an invalid path: does not refer to a valid field)"},
    {"preserved", definition(kAny, "", R"("preserveUnknownFields":true,)"),
     "spec.preserveUnknownFields: Invalid value: true: cannot set to true, set "
     "x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead"},
    {"group", definition(kAny, "", "", "example"),
     R"(spec.group: Invalid value: "example": should be a domain with at least one dot)"},
    {"protected_group", definition(kAny, "", "", "x.k8s.io"),
     "metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have "
     R"(approval annotation "api-approved.kubernetes.io", see )"
     "https://github.com/kubernetes/enhancements/pull/1111"},
};

INSTANTIATE_TEST_SUITE_P(All, DefinitionTest, testing::ValuesIn(kCases),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Definition, VersionsAreOneStoredAndUnique) {
  auto object = read(definition(kAny));
  *object.mutable_spec()->add_versions() = object.spec().versions(0);
  ErrorList errors;
  check_definition(object, errors);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors.errors()[0].detail, "must contain unique version names");
  EXPECT_EQ(errors.errors()[1].detail, "must have exactly one version marked as storage version");
  const std::string version =
      R"({"Name":"v1","Served":true,"Storage":true,"Deprecated":false,"DeprecationWarning":null,)"
      R"("Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null})";
  EXPECT_EQ(errors.errors()[0].bad_value, "[" + version + "," + version + "]");
}

std::string conversion_errors(const std::string& conversion) {
  return errors_of(definition(kAny, "", "\"conversion\":" + conversion + ","));
}

std::string webhook_errors(const std::string& client, const std::string& versions = R"(["v1"])") {
  return conversion_errors(R"({"strategy":"Webhook","webhook":{"clientConfig":)" + client +
                           R"(,"conversionReviewVersions":)" + versions + "}}");
}

TEST(Definition, ConversionsSayWhoConverts) {
  EXPECT_EQ(conversion_errors(R"({"strategy":"None"})"), "");
  EXPECT_EQ(conversion_errors(R"({"strategy":"Magic"})"),
            R"(spec.conversion.strategy: Unsupported value: "Magic": )"
            R"(supported values: "None", "Webhook")");
  EXPECT_EQ(conversion_errors(R"({"strategy":"None","webhook":{"clientConfig":{"url":"https://x"},)"
                              R"("conversionReviewVersions":["v1"]}})"),
            "[spec.conversion.webhookClientConfig: Forbidden: should not be set when strategy is "
            "not set to Webhook, spec.conversion.conversionReviewVersions: Forbidden: should not "
            "be set when strategy is not set to Webhook]");
  EXPECT_EQ(conversion_errors(R"({"strategy":"Webhook"})"),
            "[spec.conversion.webhookClientConfig: Required value: required when strategy is set "
            "to Webhook, spec.conversion.conversionReviewVersions: Required value]");
}

TEST(Definition, ConvertersAreReachedInOneWay) {
  const std::string one_of =
      "spec.conversion.webhookClientConfig: Required value: exactly one of url or service is "
      "required";
  const std::string service = R"("service":{"namespace":"a","name":"b","path":"/c/d","port":8443})";
  EXPECT_EQ(webhook_errors("{}"), one_of);
  EXPECT_EQ(webhook_errors(R"({"url":"https://x",)" + service + "}"), one_of);
  EXPECT_EQ(webhook_errors("{" + service + "}"), "");
  EXPECT_EQ(webhook_errors(R"({"url":"https://[::1]:8443/convert"})"), "");
  const std::string form = "; desired format: https://host[/path]";
  const std::string url = "spec.conversion.webhookClientConfig.url: ";
  EXPECT_EQ(webhook_errors(R"({"url":"http://x"})"),
            url + R"(Invalid value: "http": 'https' is the only allowed URL scheme)" + form);
  EXPECT_EQ(webhook_errors(R"({"url":"https:///x"})"),
            url + R"(Invalid value: "": host must be specified)" + form);
  EXPECT_EQ(webhook_errors(R"({"url":"https://x:y/"})"),
            url + R"(Required value: url must be a valid URL: parse "https://x:y/": )" +
                R"(invalid port ":y" after host)" + form);
  EXPECT_EQ(webhook_errors(R"({"url":"https://u:p@x/?q#f"})"),
            "[" + url + R"(Invalid value: "u:p": user information is not permitted in the URL, )" +
                url + R"(Invalid value: "f": fragments are not permitted in the URL, )" + url +
                R"(Invalid value: "q": query parameters are not permitted in the URL])");
  const std::string at = "spec.conversion.webhookClientConfig.service.";
  EXPECT_EQ(webhook_errors(R"({"service":{"namespace":"","name":"","port":0,"path":"x/_"}})"),
            "[" + at + "name: Required value: service name is required, " + at +
                "namespace: Required value: service namespace is required, " + at +
                "port: Invalid value: 0: port is not valid: must be between 1 and 65535, "
                "inclusive, " +
                at + R"(path: Invalid value: "x/_": must start with a '/', )" + at +
                R"(path: Invalid value: "x/_": segment[0] may not be empty, )" + at +
                R"(path: Invalid value: "x/_": segment[1]: )" + check_dns1123_subdomain("_")[0] +
                "]");
}

TEST(Definition, ConvertersSpeakAKnownVersion) {
  const std::string client = R"({"url":"https://x"})";
  const std::string at = "spec.conversion.conversionReviewVersions";
  EXPECT_EQ(webhook_errors(client, R"(["v9","v1beta1"])"), "");
  EXPECT_EQ(webhook_errors(client, "[]"), at + ": Required value");
  EXPECT_EQ(webhook_errors(client, R"(["v2","v2"])"),
            "[" + at + R"([1]: Invalid value: "v2": duplicate version, )" + at +
                R"(: Invalid value: ["v2","v2"]: must include at least one of v1, v1beta1])");
  EXPECT_EQ(webhook_errors(client, R"(["v1","1"])"),
            at + R"([1]: Invalid value: "1": )" + check_dns1035_label("1")[0]);
}

TEST(Definition, WebhooksConvertBetweenVersions) {
  const std::string webhook =
      R"("conversion":{"strategy":"Webhook","webhook":{"clientConfig":{"url":"https://x/"},)"
      R"("conversionReviewVersions":["v1"]}},)";
  auto object = read(definition(kAny, "", webhook));
  ErrorList one;
  check_definition(object, one);
  EXPECT_TRUE(one.empty()) << join_errors(one.errors());
  auto& second = *object.mutable_spec()->add_versions();
  second = object.spec().versions(0);
  second.set_name("v2");
  second.set_storage(false);
  ErrorList two;
  check_definition(object, two);
  EXPECT_TRUE(two.empty()) << join_errors(two.errors());
}

TEST(Definition, ItsNameIsToldOfFirstWhenItIsMade) {
  auto object = read(definition(kAny));
  object.mutable_spec()->mutable_names()->set_plural("gadgets");
  object.mutable_spec()->set_scope("Some");
  ErrorList errors;
  check_definition(object, errors);
  ASSERT_EQ(errors.size(), 1u);
  check_definition_create(object, errors);
  ASSERT_EQ(errors.size(), 2u);
  EXPECT_EQ(errors.errors()[0].to_string(),
            R"(metadata.name: Invalid value: "widgets.example.com": must be )"
            R"(spec.names.plural+"."+spec.group)");
}

TEST(Definition, NamesOfAnEstablishedOneStay) {
  const auto old = [] {
    auto object = read(definition(kAny));
    auto& condition = *object.mutable_status()->add_conditions();
    condition.set_type("Established");
    condition.set_status("True");
    return object;
  }();
  auto object = old;
  object.mutable_spec()->set_scope("Cluster");
  object.mutable_spec()->mutable_names()->set_kind("Gadget");
  ErrorList errors;
  check_definition_update(object, old, errors);
  EXPECT_EQ(join_errors(errors.errors()),
            R"([spec.scope: Invalid value: "Cluster": field is immutable, )"
            R"(spec.names.kind: Invalid value: "Gadget": field is immutable])");
}

TEST(Definition, StorageVersionIsAStoredOne) {
  auto object = read(definition(kAny));
  object.mutable_spec()->mutable_versions(0)->set_name("v2");
  object.mutable_status()->clear_storedversions();
  ErrorList none;
  check_definition(object, none);
  EXPECT_EQ(join_errors(none.errors()),
            "status.storedVersions: Invalid value: null: must have at least one stored version");
  *object.mutable_spec()->add_versions() = object.spec().versions(0);
  object.mutable_spec()->mutable_versions(1)->set_name("v1");
  object.mutable_spec()->mutable_versions(1)->set_storage(false);
  object.mutable_status()->add_storedversions("v1");
  ErrorList other;
  check_definition(object, other);
  EXPECT_EQ(join_errors(other.errors()),
            R"(status.storedVersions: Invalid value: ["v1"]: must have the storage version v2)");
}

TEST(Definition, FormatsOfTextsThatNobodyKnowsAreWarnedOf) {
  const auto warnings = [](const std::string& property) {
    const auto object = read(with_property(property));
    std::vector<std::string> out;
    warn_of_definition(object, nullptr, out);
    return out;
  };
  EXPECT_EQ(warnings(R"({"type":"string","format":"nonsense"})"),
            std::vector<std::string>{R"(unrecognized format "nonsense")"});
  EXPECT_TRUE(warnings(R"({"type":"string","format":"password"})").empty());
  EXPECT_TRUE(warnings(R"({"type":"integer","format":"nonsense"})").empty());
}

TEST(Definition, StoredVersionsStayDeclared) {
  auto object = read(definition(kAny));
  object.mutable_status()->clear_storedversions();
  object.mutable_status()->add_storedversions("v0");
  object.mutable_status()->add_storedversions("v1");
  ErrorList errors;
  check_definition(object, errors);
  EXPECT_EQ(join_errors(errors.errors()),
            "status.storedVersions[0]: Invalid value: \"v0\": missing from spec.versions; v0 was previously "
            "a storage version, and must remain in spec.versions until a storage migration ensures "
            "no data remains persisted in v0 and removes v0 from status.storedVersions");
  // A client of the status may write what it likes, but for the names.
  object.mutable_status()->clear_storedversions();
  ErrorList none;
  check_definition_status(object, object, none);
  EXPECT_TRUE(none.empty()) << join_errors(none.errors());
  object.mutable_status()->mutable_acceptednames()->set_plural("Bad Name");
  ErrorList named;
  check_definition_status(object, object, named);
  EXPECT_EQ(join_errors(named.errors()), "status.acceptedNames.plural: Invalid value: \"Bad Name\": " +
                                             check_dns1035_label("Bad Name")[0]);
}

}  // namespace
}  // namespace kubus::apiserver
