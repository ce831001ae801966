#include "webhooks/review_decoding.h"

#include <boost/json.hpp>

#include "kubus/api/json_value.h"
#include "respond/go_values.h"
#include "yaml/yaml.h"

namespace kubus::apiserver::webhooks {
namespace {

namespace json = boost::json;

constexpr const char* kReview = "AdmissionReview";

Status broken(const std::string& why) {
  return Status(Code::kServiceUnavailable, "couldn't get version/kind; json parse error: " + why);
}

Result<json::value> parse(std::string_view body) {
  json::value tree;
  if (body.starts_with('{')) {
    if (const auto read = parse_json(body, tree); !read.ok()) return broken(read.message());
    return tree;
  }
  // What does not begin as JSON does is read as YAML.
  const auto text = yaml_to_json(body);
  if (!text.ok()) return broken(text.status().message());
  if (const auto read = parse_json(*text, tree); !read.ok()) return broken(read.message());
  if (tree.is_null()) return json::value(json::object());
  if (!tree.is_object())
    return broken(std::string("json: cannot unmarshal ") + go_kind(tree) +
                  " into Go value of type " + std::string(kTypeMetaStruct));
  return tree;
}

std::string text_of(const json::object& tree, const char* name) {
  const auto* value = tree.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

// Of an object that is of another type than the one that is expected.
Status other_type(const TypeMeta& type, const std::string& version) {
  const bool review = type.kind == kReview && (type.api_version == "admission.k8s.io/v1" ||
                                               type.api_version == "admission.k8s.io/v1beta1");
  const bool status = type.kind == "Status" && type.api_version == "v1";
  if (review || status)
    return Status(Code::kServiceUnavailable,
                  "converting (" + type.api_version.substr(type.api_version.rfind('/') + 1) + "." +
                      type.kind + ") to (" + version + "." + kReview + "): unknown conversion");
  return Status(Code::kServiceUnavailable, "no kind \"" + type.kind +
                                          "\" is registered for version \"" + type.api_version +
                                          "\" in scheme \"pkg/runtime/scheme.go:110\"");
}

}  // namespace

std::string go_text(const TypeMeta& type) {
  const bool grouped = type.api_version.find('/') != std::string::npos;
  return (grouped ? "" : "/") + type.api_version + ", Kind=" + type.kind;
}

Result<TypeMeta> decode_review(std::string_view body, const std::string& version,
                               admission_v1::AdmissionReview& review) {
  const auto tree = parse(body);
  if (!tree.ok()) return tree.status();
  const auto& object = tree->get_object();
  TypeMeta said;
  said.api_version = text_of(object, "apiVersion");
  said.kind = text_of(object, "kind");
  // What is left open is taken to be what is expected.
  const auto expected = "admission.k8s.io/" + version;
  TypeMeta type = said;
  if (type.api_version.empty()) type.api_version = expected;
  if (type.kind.empty()) type.kind = kReview;
  if (type.api_version != expected || type.kind != kReview) return other_type(type, version);
  if (const auto read = from_json(*tree, review); !read.ok())
    return Status(Code::kServiceUnavailable, read.message());
  return said;
}

}  // namespace kubus::apiserver::webhooks
