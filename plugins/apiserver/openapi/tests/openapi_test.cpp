#include "openapi/openapi.h"

#include <google/protobuf/unknown_field_set.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

#include "openapi/document_proto.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kSchemas = "#/components/schemas/";
constexpr std::string_view kDefinitions = "#/definitions/";

void collect_references(const json::value& value, std::set<std::string>& out) {
  if (const json::object* object = value.if_object()) {
    for (const auto& member : *object) {
      if (member.key() == "$ref" && member.value().is_string()) {
        out.emplace(member.value().get_string());
      }
      collect_references(member.value(), out);
    }
  } else if (const json::array* array = value.if_array()) {
    for (const json::value& item : *array) collect_references(item, out);
  }
}

json::value parse(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  return json::parse({text.data(), text.size()}, {}, options);
}

TEST(OpenApi, IndexLeadsToDocuments) {
  const OpenApi api("v1.35.0");
  const json::value index = parse(api.index());
  const json::object& paths = index.at("paths").as_object();
  ASSERT_TRUE(paths.contains("api/v1"));
  ASSERT_TRUE(paths.contains("apis/apps/v1"));
  EXPECT_TRUE(std::string_view(paths.at("apis/apps/v1").at("serverRelativeURL").as_string())
                  .starts_with("/openapi/v3/apis/apps/v1?hash="));
  EXPECT_EQ(api.index(), api.index());
  EXPECT_FALSE(api.document("apis/nope/v1").has_value());
}

// The values of the field `number` in an encoded message.
std::vector<std::string> values_of(const std::string& message, int number) {
  google::protobuf::UnknownFieldSet set;
  EXPECT_TRUE(set.ParseFromString(message));
  std::vector<std::string> out;
  for (int i = 0; i < set.field_count(); ++i)
    if (set.field(i).number() == number) out.push_back(set.field(i).length_delimited());
  return out;
}

// The first value at the end of a path of field numbers; empty when there is none.
std::string value_at(std::string message, std::initializer_list<int> path) {
  for (const int number : path) {
    const auto values = values_of(message, number);
    if (values.empty()) return {};
    message = values.front();
  }
  return message;
}

struct AboutCase {
  const char *page, *operation, *tag, *schema;
};

class OpenApiAbout : public testing::TestWithParam<AboutCase> {};

TEST_P(OpenApiAbout, IsInBothVersions) {
  const OpenApi api("v1.35.0");
  const auto& about = GetParam();
  const auto path = "/" + std::string(about.page) + "/";
  const auto v3 = parse(*api.document(about.page));
  const auto& get = v3.at("paths").at(path).at("get");
  EXPECT_EQ(get.at("operationId"), about.operation);
  EXPECT_EQ(get.at("tags"), json::value({about.tag}));
  const auto& content = get.at("responses").at("200").at("content").as_object();
  const auto schema = std::string(about.schema);
  EXPECT_EQ(content.begin()->value().at("schema").at("$ref"), json::value("#/components/schemas/" + schema));
  EXPECT_TRUE(v3.at("components").at("schemas").as_object().contains(schema));
  const auto v2 = parse(api.document_v2());
  EXPECT_EQ(v2.at("paths").at(path).at("get").at("operationId"), about.operation);
  EXPECT_TRUE(v2.at("definitions").as_object().contains(schema));
}

INSTANTIATE_TEST_SUITE_P(
    Pages, OpenApiAbout,
    testing::Values(
        AboutCase{"api", "getCoreAPIVersions", "core",
                  "io.k8s.apimachinery.pkg.apis.meta.v1.APIVersions"},
        AboutCase{"api/v1", "getCoreV1APIResources", "core_v1",
                  "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList"},
        AboutCase{"apis", "getAPIVersions", "apis",
                  "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroupList"},
        AboutCase{"apis/apps", "getAppsAPIGroup", "apps",
                  "io.k8s.apimachinery.pkg.apis.meta.v1.APIGroup"},
        AboutCase{"apis/rbac.authorization.k8s.io/v1", "getRbacAuthorizationV1APIResources",
                  "rbacAuthorization_v1", "io.k8s.apimachinery.pkg.apis.meta.v1.APIResourceList"},
        AboutCase{"version", "getCodeVersion", "version", "io.k8s.apimachinery.pkg.version.Info"}));

TEST(OpenApi, WatchesHavePathsOfTheirOwn) {
  const auto core = parse(*OpenApi("v1.35.0").document("api/v1")).at("paths").as_object();
  const auto id = [&](const char* path) { return core.at(path).at("get").at("operationId"); };
  EXPECT_EQ(id("/api/v1/watch/pods"), "watchCoreV1PodListForAllNamespaces");
  EXPECT_EQ(id("/api/v1/watch/namespaces/{namespace}/pods"), "watchCoreV1NamespacedPodList");
  EXPECT_EQ(id("/api/v1/watch/namespaces/{namespace}/pods/{name}"), "watchCoreV1NamespacedPod");
  EXPECT_EQ(id("/api/v1/watch/nodes/{name}"), "watchCoreV1Node");
  EXPECT_FALSE(core.contains("/api/v1/watch/namespaces/{namespace}/bindings"));
}

TEST(OpenApi, Version2IsThereInProtobufToo) {
  const std::string text = OpenApi("v1.35.0").document_v2();
  const std::string document = openapi_v2_protobuf(text);
  EXPECT_EQ(value_at(document, {1}), "2.0");
  EXPECT_EQ(value_at(document, {2, 1}), "Kubernetes");
  const json::value wanted = parse(text);
  EXPECT_EQ(values_of(value_at(document, {8}), 2).size(), wanted.at("paths").as_object().size());
  const auto definitions = values_of(value_at(document, {9}), 1);
  EXPECT_EQ(definitions.size(), wanted.at("definitions").as_object().size());
  const auto map = std::find_if(definitions.begin(), definitions.end(), [](const auto& named) {
    return value_at(named, {1}) == "io.k8s.api.core.v1.ConfigMap";
  });
  ASSERT_NE(map, definitions.end());
  EXPECT_EQ(value_at(*map, {2, 22, 1}), "object");
  EXPECT_EQ(value_at(*map, {2, 31, 1}), "x-kubernetes-group-version-kind");
  EXPECT_EQ(value_at(*map, {2, 31, 2, 2}), R"([{"group":"","kind":"ConfigMap","version":"v1"}])");
}

TEST(OpenApi, EveryReferenceIsDefined) {
  const OpenApi api("v1.35.0");
  const json::value index = parse(api.index());
  for (const auto& entry : index.at("paths").as_object()) {
    const auto text = api.document(entry.key());
    ASSERT_TRUE(text.has_value()) << entry.key();
    const json::value document = parse(*text);
    const json::object& schemas = document.at("components").at("schemas").as_object();
    std::set<std::string> references;
    collect_references(document, references);
    for (const std::string& reference : references) {
      ASSERT_TRUE(reference.starts_with(kSchemas));
      EXPECT_TRUE(schemas.contains(reference.substr(kSchemas.size())))
          << entry.key() << ": " << reference;
    }
  }
}

TEST(OpenApi, DescribesTypes) {
  const OpenApi api("v1.35.0");
  const json::value document = parse(*api.document("api/v1"));
  const json::value& schemas = document.at("components").at("schemas");
  const json::value& pod = schemas.at("io.k8s.api.core.v1.Pod");
  EXPECT_EQ(pod.at("x-kubernetes-group-version-kind").at(0).at("kind"), "Pod");
  EXPECT_TRUE(pod.at("properties").as_object().contains("apiVersion"));
  const json::value& spec = schemas.at("io.k8s.api.core.v1.PodSpec");
  const json::value& containers = spec.at("properties").at("containers");
  EXPECT_EQ(containers.at("x-kubernetes-list-type"), "map");
  EXPECT_EQ(containers.at("x-kubernetes-list-map-keys").at(0), "name");
  EXPECT_EQ(containers.at("x-kubernetes-patch-merge-key"), "name");
  EXPECT_EQ(containers.at("x-kubernetes-patch-strategy"), "merge");
  EXPECT_EQ(spec.at("required").at(0), "containers");
  const json::value& volume = schemas.at("io.k8s.api.core.v1.Volume");
  EXPECT_TRUE(volume.at("properties").as_object().contains("configMap"));
  EXPECT_FALSE(volume.at("properties").as_object().contains("volumeSource"));
  EXPECT_EQ(schemas.at("io.k8s.apimachinery.pkg.util.intstr.IntOrString").at("format"),
            "int-or-string");
  EXPECT_EQ(schemas.at("io.k8s.apimachinery.pkg.apis.meta.v1.Time").at("format"), "date-time");
}

TEST(OpenApi, DescribesOperations) {
  const OpenApi api("v1.35.0");
  const json::value document = parse(*api.document("apis/apps/v1"));
  const json::value& item =
      document.at("paths").at("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
  const json::value& patch = item.at("patch");
  EXPECT_EQ(patch.at("operationId"), "patchAppsV1NamespacedDeployment");
  EXPECT_EQ(patch.at("x-kubernetes-action"), "patch");
  EXPECT_EQ(patch.at("x-kubernetes-group-version-kind").at("kind"), "Deployment");
  bool validates = false;
  for (const json::value& parameter : patch.at("parameters").as_array()) {
    validates |= parameter.at("name") == "fieldValidation";
  }
  EXPECT_TRUE(validates);
  const json::value& scale =
      document.at("paths").at("/apis/apps/v1/namespaces/{namespace}/deployments/{name}/scale");
  EXPECT_EQ(scale.at("get").at("x-kubernetes-group-version-kind").at("group"), "autoscaling");
  EXPECT_EQ(document.at("paths").at("/apis/apps/v1/deployments").at("get").at("operationId"),
            "listAppsV1DeploymentForAllNamespaces");
}

TEST(OpenApi, SecondVersionHasEverythingInOneDocument) {
  const OpenApi api("v1.35.0");
  const json::value document = parse(api.document_v2());
  EXPECT_EQ(document.at("swagger"), "2.0");
  const json::object& definitions = document.at("definitions").as_object();
  std::set<std::string> references;
  collect_references(document, references);
  for (const std::string& reference : references) {
    ASSERT_TRUE(reference.starts_with(kDefinitions));
    EXPECT_TRUE(definitions.contains(reference.substr(kDefinitions.size()))) << reference;
  }
}

}  // namespace
}  // namespace kubus::apiserver
