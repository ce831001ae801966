// The answer of a webhook that converts objects as a test says.
//
// Thread safety: pure functions.
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <string>

namespace kubus::apiserver {

// Changes `object` into what it is in the version `to`, whose name it bears already.
using ConvertObject = std::function<void(boost::json::object& object, const std::string& from,
                                         const std::string& to)>;

// The answer to `question`, a ConversionReview: each object as `convert` makes it.
inline std::string converted(const std::string& question, const ConvertObject& convert) {
  auto review = boost::json::parse(question).as_object();
  auto request = std::move(review["request"]).as_object();
  const std::string wanted(request["desiredAPIVersion"].as_string());
  const auto version = [](const std::string& name) { return name.substr(name.find('/') + 1); };
  for (auto& object : request["objects"].as_array()) {
    auto& members = object.as_object();
    const std::string had(members["apiVersion"].as_string());
    members["apiVersion"] = wanted;
    convert(members, version(had), version(wanted));
  }
  review.erase("request");
  review["response"] = {{"uid", request["uid"]},
                        {"result", {{"status", "Success"}}},
                        {"convertedObjects", request["objects"]}};
  return boost::json::serialize(review);
}

// The answer of a webhook that has none for a reason.
inline std::string not_converted(const std::string& question, const std::string& why) {
  auto review = boost::json::parse(question).as_object();
  review["response"] = {{"uid", review["request"].as_object()["uid"]},
                        {"result", {{"status", "Failed"}, {"message", why}}}};
  review.erase("request");
  return boost::json::serialize(review);
}

// Of specs whose "size" is called "width" in v2.
inline void rename_size(boost::json::object& object, const std::string& from,
                        const std::string& to) {
  auto* spec = object.if_contains("spec");
  if (from == to || !spec) return;
  auto& members = spec->as_object();
  const char* had = from == "v2" ? "width" : "size";
  if (const auto* value = members.if_contains(had)) {
    auto moved = *value;
    members.erase(had);
    members[to == "v2" ? "width" : "size"] = std::move(moved);
  }
}

}  // namespace kubus::apiserver
