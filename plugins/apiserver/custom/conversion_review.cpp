#include "custom/conversion_review.h"

#include <algorithm>
#include <boost/json.hpp>
#include <utility>

#include "kubus/api/json.h"
#include "kubus/api/json_value.h"
#include "respond/go_values.h"
#include "validation/checks.h"
#include "validation/field_error.h"

namespace kubus::apiserver {
namespace {

namespace json = boost::json;

constexpr std::string_view kReviewGroup = "apiextensions.k8s.io/";
constexpr std::string_view kReviewKind = "ConversionReview";
constexpr std::size_t kShownOfAnswer = 1024;

Status failed(std::string why) { return Status(Code::kUnknown, std::move(why)); }

std::string text_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object* object_at(const json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  return value ? value->if_object() : nullptr;
}

// Versions of before v1 were not checked, and are not in the reference to this day.
Status check_answer_to(const json::object& review, const json::object& response,
                       const std::string& uid) {
  const auto wanted = std::string(kReviewGroup) + "v1";
  const auto version = text_at(review, "apiVersion"), kind = text_at(review, "kind");
  if (version != wanted || kind != kReviewKind)
    return failed("expected webhook response of " + wanted + ", Kind=" + std::string(kReviewKind) +
                  ", got " + version + ", Kind=" + kind);
  const auto answered = text_at(response, "uid");
  if (answered != uid)
    return failed("expected response.uid=" + apiserver::quoted(uid) + ", got " +
                  apiserver::quoted(answered));
  return {};
}

Status check_success(const json::object& response) {
  const auto* result = object_at(response, "result");
  const auto status = result ? text_at(*result, "status") : std::string();
  if (status == "Success") return {};
  auto message = result ? text_at(*result, "message") : std::string();
  if (!message.empty()) return failed(std::move(message));
  return failed("response.result.status was '" + status + "', not 'Success'");
}

Status check_map(std::string_view name, const json::object& map) {
  StringMap texts;
  for (const auto& [key, value] : map) texts[std::string(key)] = std::string(value.get_string());
  ErrorList errors;
  if (name == "labels")
    check_labels(texts, Path("metadata").child("labels"), errors);
  else
    check_annotations(texts, Path("metadata").child("annotation"), errors);
  return errors.empty() ? Status() : failed(join_errors(errors.errors()));
}

// Labels or annotations: what the webhook returned takes the place of what there was.
Status take_map(std::string_view name, const json::object& returned, json::object& metadata) {
  const auto* value = returned.if_contains(name);
  const auto* before = object_at(metadata, name);
  if (!value || value->is_null()) {
    metadata.erase(name);
    return {};
  }
  const auto* map = value->if_object();
  const auto field = "metadata." + std::string(name);
  if (!map)
    return failed("invalid " + field + " of type " + go_type(*value) + " in converted object");
  for (const auto& [key, text] : *map)
    if (!text.is_string())
      return failed(field + "[" + std::string(key) + "] must be a string, but is " + go_type(text) +
                    " in converted object");
  if (!before || *before != *map) KUBUS_TRY(check_map(name, *map));
  metadata[name] = *map;
  return {};
}

Status restore_metadata(const json::object& original, json::object& converted) {
  const auto* found = converted.if_contains("metadata");
  if (!found) return failed("missing metadata in converted object");
  const auto* returned = found->if_object();
  if (!returned)
    return failed("invalid metadata of type " + std::string(go_type(*found)) +
                  " in converted object");
  const auto* before = object_at(original, "metadata");
  json::object metadata = before ? *before : json::object();
  for (const std::string_view name : {"labels", "annotations"})
    KUBUS_TRY(take_map(name, *returned, metadata));
  converted["metadata"] = std::move(metadata);
  return {};
}

Status check_same(const json::object& original, const json::object& converted) {
  static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
      {"name", "name"}, {"namespace", "namespace"}, {"uid", "UID"}};
  const auto* before = object_at(original, "metadata");
  const auto* now = object_at(converted, "metadata");
  for (const auto& [field, shown] : kNames) {
    const auto left = before ? text_at(*before, field) : std::string();
    const auto right = now ? text_at(*now, field) : std::string();
    if (left != right)
      return failed("must have the same " + std::string(shown) + ": " + left + " != " + right);
  }
  return {};
}

}  // namespace

std::string_view review_version(const std::vector<std::string>& accepted) {
  for (const auto& version : accepted)
    if (version == "v1" || version == "v1beta1") return version;
  return {};
}

std::string conversion_question(std::string_view review_version, const std::string& uid,
                                const std::string& api_version,
                                const std::vector<std::string_view>& objects) {
  std::size_t size = 256;
  for (const auto object : objects) size += object.size() + 1;
  std::string out;
  out.reserve(size);
  out.append(R"({"kind":")").append(kReviewKind).append(R"(","apiVersion":")").append(kReviewGroup);
  out.append(review_version).append(R"(","request":{"uid":)");
  append_json_string(uid, out);
  out.append(R"(,"desiredAPIVersion":)");
  append_json_string(api_version, out);
  out.append(R"(,"objects":[)");
  for (std::size_t i = 0; i < objects.size(); ++i) out.append(i ? "," : "").append(objects[i]);
  return out.append("]}}");
}

Result<std::vector<json::value>> converted_objects(std::string_view answer,
                                                   std::string_view review_version,
                                                   const std::string& uid) {
  json::value tree;
  if (const auto status = parse_json(answer, tree); !status.ok())
    return failed("couldn't get version/kind; json parse error: " + status.message());
  auto* review = tree.if_object();
  if (!review || text_at(*review, "kind").empty())
    return failed("Object 'Kind' is missing in '" + std::string(answer.substr(0, kShownOfAnswer)) +
                  "'");
  auto* response = review->if_contains("response");
  if (!response || !response->is_object()) return failed("no response provided");
  if (review_version == "v1") KUBUS_TRY(check_answer_to(*review, response->get_object(), uid));
  KUBUS_TRY(check_success(response->get_object()));
  std::vector<json::value> out;
  auto* objects = response->get_object().if_contains("convertedObjects");
  if (objects && objects->is_array())
    for (auto& object : objects->get_array()) out.push_back(std::move(object));
  return out;
}

Status settle_converted(const json::object& original, const std::string& api_version,
                        json::value& converted) {
  auto* object = converted.if_object();
  const auto invalid = [](const std::string& why) {
    return failed("returned invalid object at index 0: " + why);
  };
  if (!object)
    return failed("failed: Object 'Kind' is missing in '" +
                  json::serialize(converted).substr(0, kShownOfAnswer) + "'");
  if (const auto version = text_at(*object, "apiVersion"); version != api_version)
    return invalid("invalid groupVersion (expected " + api_version + ", received " + version + ")");
  if (const auto kind = text_at(*object, "kind"); kind != text_at(original, "kind"))
    return invalid("invalid kind (expected " + text_at(original, "kind") + ", received " + kind +
                   ")");
  if (auto status = check_same(original, *object); !status.ok())
    return failed("returned invalid object: " + status.message());
  if (auto status = restore_metadata(original, *object); !status.ok())
    return failed("returned invalid metadata: " + status.message());
  return {};
}

}  // namespace kubus::apiserver
