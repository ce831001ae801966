#include "openapi/about.h"

#include <google/protobuf/descriptor.h>

#include <array>
#include <map>
#include <set>

#include "openapi/names.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kMeta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
constexpr std::string_view kInfo = "io.k8s.apimachinery.pkg.version.Info";
constexpr std::array<std::string_view, 3> kTypes = {"application/json", "application/yaml",
                                                    "application/vnd.kubernetes.protobuf"};
constexpr std::array<std::string_view, 9> kFacts = {
    "major",     "minor",     "gitVersion", "gitCommit", "gitTreeState",
    "buildDate", "goVersion", "compiler",   "platform"};
// Of a server that behaves like an older one.
constexpr std::array<std::string_view, 4> kEmulated = {
    "emulationMajor", "emulationMinor", "minCompatibilityMajor", "minCompatibilityMinor"};

About about(std::string page, std::string operation, std::string tag, std::string description,
            std::string_view kind) {
  return {std::move(page), std::move(operation), std::move(tag), std::move(description),
          std::string(kMeta).append(kind), ""};
}

void add_group(const std::string& group, const std::set<std::string>& versions,
               std::vector<About>& out) {
  const auto word = group_word(group);
  const std::string page = group.empty() ? "api" : "apis/" + group;
  out.push_back(group.empty()
                    ? about(page, "getCoreAPIVersions", group_tag(group),
                            "versions of the core API", "APIVersions")
                    : about(page, "get" + word + "APIGroup", group_tag(group),
                            "versions of a group of the API", "APIGroup"));
  for (const auto& version : versions)
    out.push_back(about(page + "/" + version,
                        "get" + word + camel_case(version) + "APIResources",
                        group_tag(group) + "_" + version, "resources of a version",
                        "APIResourceList"));
}

std::string info_schema() {
  std::string text;
  JsonOut out(text);
  out.open().field("description", "Which server this is, and how it was built.");
  out.key("properties").open();
  for (const auto fact : kFacts) out.key(fact).open().field("type", "string").close();
  for (const auto fact : kEmulated) out.key(fact).open().field("type", "string").close();
  out.close().texts("required", kFacts).field("type", "object").close();
  return text;
}

void write_schema(JsonOut& out, const About& about, OpenApiVersion version) {
  out.key("schema").open();
  if (about.schema.empty())
    out.field("type", "string");
  else
    out.field("$ref", schema_reference(version, about.schema));
  out.close();
}

}  // namespace

std::vector<About> all_about(const std::vector<const ResourceInfo*>& resources) {
  std::map<std::string, std::set<std::string>> groups;
  for (const auto* resource : resources) groups[resource->group].insert(resource->version);
  std::vector<About> out = {
      about("apis", "getAPIVersions", "apis", "groups of the API", "APIGroupList"),
      {"version", "getCodeVersion", "version", "version of the server", std::string(kInfo),
       "application/json"},
      {".well-known/openid-configuration", "getServiceAccountIssuerOpenIDConfiguration",
       "WellKnown", "who makes the tokens of service accounts", "", "application/json"},
      {"openid/v1/jwks", "getServiceAccountIssuerOpenIDKeyset", "openid",
       "public keys that tokens of service accounts are verified with", "",
       "application/jwk-set+json"}};
  for (const auto& [group, versions] : groups) add_group(group, versions, out);
  return out;
}

void write_about(JsonOut& out, const About& about, OpenApiVersion version) {
  std::vector<std::string_view> types(kTypes.begin(), kTypes.end());
  if (!about.type.empty()) types = {about.type};
  out.key("/" + about.page + "/").open().key("get").open();
  out.field("description", about.description).field("operationId", about.operation);
  out.key("tags").open('[').text(about.tag).close(']');
  if (version == OpenApiVersion::kV2) {
    if (!about.schema.empty()) out.texts("consumes", types);
    out.texts("produces", types).raw_field("schemes", R"(["https"])");
  }
  out.key("responses").open().key("200").open().field("description", "OK");
  if (version == OpenApiVersion::kV2) {
    write_schema(out, about, version);
  } else {
    out.key("content").open();
    for (const auto type : types) {
      out.key(type).open();
      write_schema(out, about, version);
      out.close();
    }
    out.close();
  }
  out.close().key("401").open().field("description", "Unauthorized").close();
  out.close().close().close();
}

void add_about_types(SchemaSet& types, const About& about) {
  if (about.schema == kInfo) return types.add_text(std::string(kInfo), info_schema());
  if (about.schema.empty()) return;
  const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
      "k8s.io.apimachinery.pkg.apis.meta.v1." + about.schema.substr(kMeta.size()));
  if (type) types.add(*type);
}

}  // namespace kubus::apiserver
