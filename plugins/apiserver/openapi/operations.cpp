#include "openapi/operations.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <span>
#include <vector>

#include "openapi/names.h"
#include "openapi/parameters.h"

namespace kubus::apiserver {
namespace {

constexpr std::string_view kPatchTypes[] = {
    "application/json-patch+json",
    "application/merge-patch+json",
    "application/strategic-merge-patch+json",
    "application/apply-patch+yaml",
};

// kubectl chooses by them how it patches.
std::vector<std::string_view> patch_types(const SchemaNames& names) {
  std::vector<std::string_view> out;
  for (const auto type : kPatchTypes)
    if (names.strategic || type.find("strategic") == type.npos) out.push_back(type);
  return out;
}

struct Kind {
  std::string group;
  std::string version;
  std::string kind;
};

struct Operation {
  std::string_view method;  // "get"
  std::string_view action;  // "list"
  std::string id;
  std::string description;
  std::vector<Parameter> parameters;
  std::string body;    // name of a schema, or empty
  std::string answer;  // likewise
  bool creates = false;
};

class PathWriter {
 public:
  PathWriter(JsonOut& out, const ResourceInfo& resource, const SchemaNames& names,
             OpenApiVersion version)
      : out_(out), resource_(resource), names_(names), version_(version) {}

  void write();

 private:
  struct Target {
    Kind kind;
    std::string schema;  // of the objects
    std::string suffix;  // of operation ids, as "Scale"
  };

  void write_collection(const std::string& path, bool namespaced, bool all_namespaces);
  void write_item(const std::string& path, const std::vector<std::string>& verbs,
                  const Target& target, bool subresource);
  // `common` parameters are those of all operations.
  void write_path(const std::string& path, const std::vector<Operation>& operations,
                  const Target& target, std::span<const Parameter> common = {});
  void write_operation(const Operation& operation, const Target& target);
  void write_parameter(const Parameter& parameter, std::string_view in, bool required);
  void write_parameters(const Operation& operation, bool has_body);
  void write_body(const Operation& operation);
  void write_answers(const Operation& operation);
  void write_watches(const std::string& root);
  void write_watch(const std::string& path, std::string_view action, std::string id);
  std::vector<std::string_view> answer_types(const Operation& operation) const;
  std::string operation_id(std::string_view verb, const Target& target, bool namespaced,
                           std::string_view tail = {}, std::string_view infix = {}) const;
  Target target_of(const SubresourceInfo& subresource) const;
  Target own_target() const;

  JsonOut& out_;
  const ResourceInfo& resource_;
  const SchemaNames& names_;
  OpenApiVersion version_;
};

std::string PathWriter::operation_id(std::string_view verb, const Target& target, bool namespaced,
                                     std::string_view tail, std::string_view infix) const {
  std::string out(verb);
  out += group_word(resource_.group) + camel_case(resource_.version);
  out += infix;
  if (namespaced) out += "Namespaced";
  return out.append(resource_.kind).append(target.suffix).append(tail);
}

// Custom objects have no protobuf form.
std::vector<std::string_view> PathWriter::answer_types(const Operation& operation) const {
  std::vector<std::string_view> out = {"application/json", "application/yaml"};
  if (!names_.strategic) return out;
  out.push_back("application/vnd.kubernetes.protobuf");
  if (operation.action != "list" && !operation.action.starts_with("watch")) return out;
  out.push_back("application/json;stream=watch");
  out.push_back("application/vnd.kubernetes.protobuf;stream=watch");
  return out;
}

PathWriter::Target PathWriter::own_target() const {
  return {{resource_.group, resource_.version, resource_.kind}, names_.object, ""};
}

PathWriter::Target PathWriter::target_of(const SubresourceInfo& subresource) const {
  std::string schema;
  if (subresource.message == resource_.message) {
    schema = names_.object;
  } else if (subresource.message != nullptr) {
    schema = message_info(*subresource.message).openapi_name;
  }
  return {
      {subresource.group, subresource.version, subresource.kind},
      schema,
      camel_case(subresource.name)};
}

void PathWriter::write_parameter(const Parameter& parameter, std::string_view in, bool required) {
  out_.open().field("name", parameter.name).field("in", in);
  out_.field("description", parameter.description);
  if (required) out_.raw_field("required", "true");
  if (version_ == OpenApiVersion::kV2) {
    out_.field("type", parameter.type);
    out_.raw_field("uniqueItems", "true");
  } else {
    out_.key("schema").open().field("type", parameter.type);
    out_.raw_field("uniqueItems", "true").close();
  }
  out_.close();
}

void PathWriter::write_body(const Operation& operation) {
  if (operation.body.empty() || version_ == OpenApiVersion::kV2) return;
  const std::string reference = schema_reference(version_, operation.body);
  out_.key("requestBody").open().key("content").open();
  const auto content = [&](std::string_view type) {
    out_.key(type).open().key("schema").open().field("$ref", reference).close().close();
  };
  if (operation.action == "patch") {
    for (std::string_view type : patch_types(names_)) content(type);
  } else {
    content("*/*");
  }
  out_.close();
  if (operation.method != "delete") out_.raw_field("required", "true");
  out_.close();
}

void PathWriter::write_answers(const Operation& operation) {
  const auto answer = [&](std::string_view code, std::string_view description) {
    out_.key(code).open().field("description", description);
    if (operation.answer.empty()) {
      out_.close();
      return;
    }
    const std::string reference = schema_reference(version_, operation.answer);
    if (version_ == OpenApiVersion::kV2) {
      out_.key("schema").open().field("$ref", reference).close();
    } else {
      out_.key("content").open();
      for (std::string_view type : answer_types(operation)) {
        out_.key(type).open().key("schema").open().field("$ref", reference).close().close();
      }
      out_.close();
    }
    out_.close();
  };
  out_.key("responses").open();
  answer("200", "OK");
  if (operation.creates) answer("201", "Created");
  if (operation.method == "post" || operation.action == "delete") answer("202", "Accepted");
  out_.key("401").open().field("description", "Unauthorized").close().close();
}

void PathWriter::write_operation(const Operation& operation, const Target& target) {
  out_.key(operation.method).open();
  out_.field("description", operation.description);
  out_.field("operationId", operation.id);
  const auto tag = group_tag(resource_.group) + "_" + resource_.version;
  out_.key("tags").open('[').text(tag).close(']');
  if (version_ == OpenApiVersion::kV2) {
    out_.key("consumes").open('[');
    if (operation.action == "patch")
      for (std::string_view type : patch_types(names_)) out_.text(type);
    else
      out_.text("*/*");
    out_.close(']');
    out_.texts("produces", answer_types(operation));
    out_.raw_field("schemes", R"(["https"])");
  }
  const bool has_body = version_ == OpenApiVersion::kV2 && !operation.body.empty();
  if (!operation.parameters.empty() || has_body) write_parameters(operation, has_body);
  write_body(operation);
  write_answers(operation);
  out_.field("x-kubernetes-action", operation.action);
  out_.key("x-kubernetes-group-version-kind").open().field("group", target.kind.group);
  out_.field("kind", target.kind.kind).field("version", target.kind.version).close();
  out_.close();
}

void PathWriter::write_parameters(const Operation& operation, bool has_body) {
  out_.key("parameters").open('[');
  for (const Parameter& parameter : operation.parameters) {
    write_parameter(parameter, "query", false);
  }
  if (has_body) {
    out_.open().field("in", "body").field("name", "body");
    if (operation.method != "delete") out_.raw_field("required", "true");
    out_.key("schema").open();
    out_.field("$ref", schema_reference(version_, operation.body)).close().close();
  }
  out_.close(']');
}

void PathWriter::write_path(const std::string& path, const std::vector<Operation>& operations,
                            const Target& target, std::span<const Parameter> common) {
  if (operations.empty()) return;
  out_.key(path).open();
  for (const Operation& operation : operations) write_operation(operation, target);
  out_.key("parameters").open('[');
  if (path.find("{name}") != std::string::npos) {
    write_parameter({"name", "string", "Name of the object"}, "path", true);
  }
  if (path.find("{namespace}") != std::string::npos) {
    write_parameter({"namespace", "string", "Namespace of the object"}, "path", true);
  }
  if (path.find("{path}") != std::string::npos) {
    write_parameter({"path", "string", "Path that is asked for"}, "path", true);
  }
  write_parameter(kPretty, "query", false);
  for (const Parameter& parameter : common) write_parameter(parameter, "query", false);
  out_.close(']').close();
}

std::vector<Parameter> all_of(std::span<const Parameter> parameters) {
  return {parameters.begin(), parameters.end()};
}

constexpr std::string_view kDeleteOptions = "io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions";
constexpr std::string_view kStatus = "io.k8s.apimachinery.pkg.apis.meta.v1.Status";
constexpr std::string_view kWatchEvent = "io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent";

void PathWriter::write_collection(const std::string& path, bool namespaced, bool all_namespaces) {
  const Target target = own_target();
  const std::string& kind = resource_.kind;
  std::vector<Operation> operations;
  if (resource_.has_verb("list") && !names_.list.empty()) {
    operations.push_back(
        {"get", "list",
         operation_id("list", target, namespaced, all_namespaces ? "ForAllNamespaces" : ""),
         "list or watch objects of kind " + kind, all_of(kList), "", names_.list});
  }
  if (resource_.has_verb("create") && !all_namespaces) {
    operations.push_back({"post", "post", operation_id("create", target, namespaced),
                          "create a " + kind, all_of(kWrite), target.schema, target.schema, true});
  }
  if (resource_.has_verb("deletecollection") && !all_namespaces) {
    std::vector<Parameter> parameters = all_of(kDelete);
    for (const Parameter& parameter : kList) {
      if (parameter.name != "watch" && parameter.name != "allowWatchBookmarks") {
        parameters.push_back(parameter);
      }
    }
    operations.push_back({"delete", "deletecollection",
                          operation_id("delete", target, namespaced, "", "Collection"),
                          "delete a collection of " + kind, std::move(parameters),
                          std::string(kDeleteOptions), std::string(kStatus)});
  }
  write_path(path, operations, target);
}

void PathWriter::write_item(const std::string& path, const std::vector<std::string>& verbs,
                            const Target& target, bool subresource) {
  const auto has = [&](std::string_view verb) {
    return std::find(verbs.begin(), verbs.end(), verb) != verbs.end();
  };
  const std::string what =
      subresource ? target.suffix + " of a " + resource_.kind : "a " + resource_.kind;
  const bool scoped = resource_.namespaced;
  const bool connect = subresource && target.kind.kind.ends_with("Options");
  std::vector<Operation> operations;
  if (has("get")) {
    operations.push_back({"get",
                          connect ? "connect" : "get",
                          operation_id(connect ? "connect" : "read", target, scoped),
                          "read " + what,
                          {},
                          "",
                          target.schema});
  }
  if (has("update")) {
    operations.push_back({"put", "put", operation_id("replace", target, scoped), "replace " + what,
                          all_of(kWrite), target.schema, target.schema, true});
  }
  if (has("create")) {
    operations.push_back({"post", connect ? "connect" : "post",
                          operation_id(connect ? "connectPost" : "create", target, scoped),
                          "create " + what, all_of(kWrite), connect ? "" : target.schema,
                          target.schema, true});
  }
  if (has("patch")) {
    std::vector<Parameter> parameters = all_of(kWrite);
    parameters.push_back(kForce);
    operations.push_back({"patch", "patch", operation_id("patch", target, scoped),
                          "change parts of " + what, std::move(parameters),
                          std::string(kPatchSchema), target.schema, true});
  }
  if (has("delete")) {
    operations.push_back({"delete", "delete", operation_id("delete", target, scoped),
                          "delete " + what, all_of(kDelete), std::string(kDeleteOptions),
                          std::string(kStatus)});
  }
  write_path(path, operations, target);
}

void PathWriter::write_watch(const std::string& path, std::string_view action, std::string id) {
  write_path(path,
             {{"get", action, std::move(id),
               "watch objects of kind " + resource_.kind + "; old: list with watch does it",
               {}, "", std::string(kWatchEvent)}},
             own_target(), kList);
}

// The paths that watches had before lists could be watched; custom kinds never had them.
void PathWriter::write_watches(const std::string& root) {
  if (!names_.strategic || !resource_.has_verb("watch")) return;
  const auto& target = own_target();
  const bool scoped = resource_.namespaced;
  const auto base = root + "/watch/" + (scoped ? "namespaces/{namespace}/" : "") + resource_.plural;
  write_watch(base, "watchlist", operation_id("watch", target, scoped, "List"));
  if (scoped)
    write_watch(root + "/watch/" + resource_.plural, "watchlist",
                operation_id("watch", target, false, "ListForAllNamespaces"));
  write_watch(base + "/{name}", "watch", operation_id("watch", target, scoped));
}

void PathWriter::write() {
  const std::string root =
      (resource_.group.empty() ? "/api/" : "/apis/" + resource_.group + "/") + resource_.version;
  const std::string base =
      root + (resource_.namespaced ? "/namespaces/{namespace}/" : "/") + resource_.plural;
  write_collection(base, resource_.namespaced, false);
  if (resource_.namespaced) write_collection(root + "/" + resource_.plural, false, true);
  std::vector<std::string> verbs = resource_.verbs;
  std::erase(verbs, "create");
  write_item(base + "/{name}", verbs, own_target(), false);
  for (const SubresourceInfo& subresource : resource_.subresources) {
    write_item(base + "/{name}/" + subresource.name, subresource.verbs, target_of(subresource),
               true);
  }
  write_watches(root);
}

}  // namespace

SchemaNames schema_names(const ResourceInfo& resource) {
  SchemaNames names;
  names.object = message_info(*resource.message).openapi_name;
  if (resource.list != nullptr) names.list = message_info(*resource.list).openapi_name;
  return names;
}

void write_paths(JsonOut& out, const ResourceInfo& resource, const SchemaNames& names,
                 OpenApiVersion version) {
  PathWriter(out, resource, names, version).write();
}

void add_types(SchemaSet& types, const ResourceInfo& resource) {
  types.add(*resource.message);
  if (resource.list != nullptr) types.add(*resource.list);
  for (const SubresourceInfo& subresource : resource.subresources) {
    if (subresource.message != nullptr) types.add(*subresource.message);
  }
}

void add_common_types(SchemaSet& types) {
  for (const char* kind : {"DeleteOptions", "Status", "WatchEvent"}) {
    const auto* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(
        std::string("k8s.io.apimachinery.pkg.apis.meta.v1.") + kind);
    if (type != nullptr) types.add(*type);
  }
}

}  // namespace kubus::apiserver
