#include "custom_object.h"

#include <google/protobuf/message.h>
#include <k8s/custom_object.pb.h>
#include <k8s/meta/v1/partial_object_metadata.pb.h>

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "kubus/api/json_value.h"

namespace kubus::json {
namespace {

using schema::CustomObject;

// The metadata is read as that of an object, so that mistakes in it are named from the top.
Status read_metadata(const boost::json::value& value, CustomObject& object,
                     const DecodeOptions& options) {
  std::string text = "{\"metadata\":";
  append_json(value, text, false);
  text += '}';
  meta_v1::PartialObjectMetadata holder;
  DecodeOptions inner = options;
  inner.type_meta = nullptr;
  std::vector<std::string> mistakes;
  if (options.strict_errors) inner.strict_errors = &mistakes;
  if (auto status = from_json(std::string_view(text), holder, inner); !status.ok()) {
    // What cannot be read is told of the metadata alone.
    meta_v1::ObjectMeta alone;
    auto own = from_json(value, alone);
    return own.ok() ? status : own;
  }
  std::sort(mistakes.begin(), mistakes.end());
  if (options.strict_errors)
    options.strict_errors->insert(options.strict_errors->end(), mistakes.begin(), mistakes.end());
  if (holder.has_metadata()) object.mutable_metadata()->Swap(holder.mutable_metadata());
  return {};
}

Status read_word(const boost::json::value& value, std::string_view name, std::string& out) {
  if (value.is_null()) return {};
  if (!value.is_string())
    return Status(Code::kBadRequest, "json: cannot unmarshal into Go struct field ." +
                                         std::string(name) + " of type string");
  out.assign(value.get_string().data(), value.get_string().size());
  return {};
}

}  // namespace

bool is_custom(const google::protobuf::Message& message) {
  return message.GetDescriptor() == CustomObject::descriptor();
}

Status custom_from_json(std::string_view json, google::protobuf::Message& message,
                        const DecodeOptions& options) {
  auto& object = static_cast<CustomObject&>(message);
  object.Clear();
  boost::json::value tree;
  KUBUS_TRY(parse_json(json, tree, options));
  if (tree.is_null()) return {};
  if (!tree.is_object())
    return Status(Code::kBadRequest, "json: cannot unmarshal into Go value of type map[string]any");
  for (const auto& member : tree.get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    if (key == "apiVersion") {
      KUBUS_TRY(read_word(member.value(), key, *object.mutable_api_version()));
    } else if (key == "kind") {
      KUBUS_TRY(read_word(member.value(), key, *object.mutable_kind()));
    } else if (key == "metadata") {
      KUBUS_TRY(read_metadata(member.value(), object, options));
    } else {
      append_json(member.value(), (*object.mutable_members())[std::string(key)]);
    }
  }
  if (options.type_meta) *options.type_meta = {object.api_version(), object.kind()};
  return {};
}

void append_custom_json(const google::protobuf::Message& message, std::string& out,
                        const EncodeOptions& options) {
  const auto& object = static_cast<const CustomObject&>(message);
  out += '{';
  if (options.type_meta) {
    out += "\"apiVersion\":";
    append_json_string(object.api_version(), out);
    out += ",\"kind\":";
    append_json_string(object.kind(), out);
    out += ',';
  }
  out += "\"metadata\":";
  append_json(object.metadata(), out);
  const std::map<std::string_view, std::string_view> sorted(object.members().begin(),
                                                            object.members().end());
  for (const auto& [name, value] : sorted) {
    out += ',';
    append_json_string(name, out);
    out.append(":").append(value);
  }
  out += '}';
}

}  // namespace kubus::json
