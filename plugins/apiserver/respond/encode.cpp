#include "respond/encode.h"

#include <google/protobuf/message.h>
#include <k8s/meta/v1/list_meta.pb.h>

#include "custom/kind.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/schema.h"
#include "registry/list_query.h"
#include "respond/status_body.h"
#include "respond/views.h"
#include "versions/version.h"
#include "yaml/yaml.h"

namespace kubus::apiserver {
namespace {

const Bytes& newline() {
  static const Bytes text = Bytes::copy("\n");
  return text;
}

// Nothing for what is not stored.
std::string version_text(std::int64_t revision) {
  return revision == 0 ? std::string() : std::to_string(revision);
}

meta_v1::ListMeta list_metadata(const ListResult& list) {
  meta_v1::ListMeta metadata;
  if (list.revision != 0) metadata.set_resourceversion(version_text(list.revision));
  if (!list.next.empty()) metadata.set_continue_(continue_token(list.revision, list.next));
  if (list.remaining) metadata.set_remainingitemcount(*list.remaining);
  return metadata;
}

std::string list_head(std::string_view kind, std::string_view version,
                      const std::string& metadata) {
  std::string head = "{\"kind\":\"";
  head.append(kind).append("\",\"apiVersion\":\"").append(version).append("\",\"metadata\":");
  return head.append(metadata).append(",\"items\":[");
}

// That of custom kinds names the next page also where there is none.
std::string object_list_metadata(const ResourceInfo& resource, const ListResult& list) {
  auto json = to_json(list_metadata(list));
  if (custom_kind(resource) && list.next.empty())
    json.insert(1, json == "{}" ? R"("continue":"")" : R"("continue":"",)");
  return json;
}

void list_json(const Call& call, const ListResult& list, std::vector<Bytes>& body) {
  const auto& resource = *call.resource;
  // Items of custom kinds have their types.
  const auto skip = custom_kind(resource) ? 1 : type_prefix(resource).size();
  static const Bytes first = Bytes::copy("{"), next = Bytes::copy(",{"), end = Bytes::copy("]}\n");
  body.reserve(list.items.size() * 2 + 2);
  body.push_back(
      Bytes(list_head(list_kind_of(resource), resource.api_version(),
                      object_list_metadata(resource, list))));
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    body.push_back(i == 0 ? first : next);
    body.push_back(list.items[i]->json().slice(skip));
  }
  body.push_back(end);
}

Bytes list_protobuf(const Call& call, const ListResult& list) {
  std::vector<std::string_view> items;
  items.reserve(list.items.size());
  for (const auto& object : list.items) items.push_back(object->raw_protobuf());
  std::string out;
  append_list(call.resource->api_version(), call.resource->kind + "List", list_metadata(list),
              items, out);
  return Bytes(std::move(out));
}

std::string list_table(const Call& call, const ListResult& list) {
  std::vector<std::unique_ptr<Message>> messages;
  std::vector<TableRow> rows;
  for (const auto& object : list.items) {
    messages.push_back(object->decode());
    rows.push_back({messages.back().get(), object->json().view()});
  }
  const auto metadata = list_metadata(list);
  auto options = table_options(call.query, call.accepted);
  options.resource_version = metadata.resourceversion();
  options.continue_token = metadata.continue_();
  if (list.remaining) options.remaining_items = *list.remaining;
  return object_table(newest_version(*call.resource), rows, options);
}

std::string list_metadata_json(const Call& call, const ListResult& list) {
  const auto& version = call.accepted.as_version;
  auto json = list_head("PartialObjectMetadataList",
                        "meta.k8s.io/" + (version.empty() ? "v1" : version),
                        to_json(list_metadata(list)));
  for (std::size_t i = 0; i < list.items.size(); ++i) {
    if (i > 0) json.push_back(',');
    json.append(metadata_json(list.items[i]->metadata(), call.accepted));
  }
  return json.append("]}");
}

Bytes list_metadata_protobuf(const Call& call, const ListResult& list) {
  meta_v1::PartialObjectMetadataList message;
  *message.mutable_metadata() = list_metadata(list);
  for (const auto& object : list.items) *message.add_items() = metadata_message(*object);
  std::string out;
  append_envelope("meta.k8s.io/" + call.accepted.as_version, "PartialObjectMetadataList",
                  message.SerializeAsString(), out);
  return Bytes(std::move(out));
}

// JSON in the format that is wanted: as it is, or as YAML.
void add_text(std::string json, Encoded& encoded) {
  if (encoded.format == Format::kYaml) {
    if (auto yaml = json_to_yaml(json); yaml.ok()) {
      encoded.body.push_back(Bytes(std::move(*yaml)));
      return;
    }
    encoded.format = Format::kJson;
  }
  json.push_back('\n');
  encoded.body.push_back(Bytes(std::move(json)));
}

void encode_list(const Call& call, const ListResult& list, Encoded& encoded) {
  const auto& accepted = call.accepted;
  if (accepted.view == View::kTable) return add_text(list_table(call, list), encoded);
  if (encoded.format == Format::kProtobuf) {
    encoded.body.push_back(accepted.view == View::kMetadata ? list_metadata_protobuf(call, list)
                                                            : list_protobuf(call, list));
    return;
  }
  if (accepted.view == View::kMetadata) return add_text(list_metadata_json(call, list), encoded);
  list_json(call, list, encoded.body);
  if (encoded.format != Format::kYaml) return;
  std::string json;
  for (const auto& piece : std::exchange(encoded.body, {})) json.append(piece.view());
  add_text(std::move(json), encoded);
}

Bytes partial_protobuf(const meta_v1::PartialObjectMetadata& partial, const Accepted& accepted) {
  std::string out;
  append_envelope("meta.k8s.io/" + accepted.as_version, "PartialObjectMetadata",
                  partial.SerializeAsString(), out);
  return Bytes(std::move(out));
}

Bytes metadata_protobuf(const meta_v1::ObjectMeta& metadata, const Accepted& accepted) {
  meta_v1::PartialObjectMetadata partial;
  *partial.mutable_metadata() = metadata;
  return partial_protobuf(partial, accepted);
}

Bytes encode_seen(const Object& object, const Accepted& accepted, const Query& query,
                  bool headers) {
  const bool protobuf = accepted.format == Format::kProtobuf;
  if (accepted.view == View::kObject) return protobuf ? object.protobuf() : object.json();
  if (accepted.view == View::kMetadata) {
    if (!protobuf) return Bytes(metadata_json(object.metadata(), accepted));
    return partial_protobuf(metadata_message(object), accepted);
  }
  const auto message = object.decode();
  const TableRow row{message.get(), object.json().view()};
  auto options = table_options(query, accepted);
  options.headers = headers;
  const auto version = version_text(object.revision());
  options.resource_version = version;
  return Bytes(object_table(object.resource(), {&row, 1}, options));
}

void encode_object(const Call& call, const ObjectPtr& object, Encoded& encoded) {
  if (call.accepted.view == View::kObject && encoded.format == Format::kJson) {
    encoded.body = {object->json(), newline()};
    return;
  }
  auto bytes = encode_seen(*object, call.accepted, call.query, true);
  if (encoded.format == Format::kProtobuf)
    encoded.body.push_back(std::move(bytes));
  else
    add_text(bytes.str(), encoded);
}

void encode_metadata(const Call& call, const meta_v1::ObjectMeta& metadata, Encoded& encoded) {
  if (encoded.format != Format::kProtobuf)
    return add_text(metadata_json(to_json(metadata), call.accepted), encoded);
  encoded.body.push_back(metadata_protobuf(metadata, call.accepted));
}

void encode_message(const Call& call, const Message& message, Encoded& encoded) {
  const bool is_table = call.accepted.view == View::kTable;
  if (call.accepted.view == View::kMetadata && metadata_of(message)) {
    encode_metadata(call, *metadata_of(message), encoded);
  } else if (encoded.format == Format::kProtobuf) {
    encoded.body.push_back(Bytes(to_protobuf(message)));
  } else if (is_table && custom_kind(*call.resource) &&
             message.GetDescriptor() == call.resource->message) {
    const TableRow row{&message, {}};
    const auto options = table_options(call.query, call.accepted);
    add_text(object_table(*call.resource, {&row, 1}, options), encoded);
  } else if (is_table && metadata_of(message)) {
    const TableRow row{&message, {}};
    auto options = table_options(call.query, call.accepted);
    add_text(table_json(*message.GetDescriptor(), {&row, 1}, options), encoded);
  } else {
    add_text(to_json(message), encoded);
  }
}

Encoded encode_seen_answer(const Call& call, const Answer& answer) {
  Encoded encoded;
  encoded.code = answer.code;
  encoded.format = call.accepted.format;
  if (answer.list) {
    encode_list(call, *answer.list, encoded);
  } else if (answer.object) {
    encode_object(call, answer.object, encoded);
  } else if (answer.message) {
    encode_message(call, *answer.message, encoded);
  } else if (answer.removed) {
    const auto& gone = *answer.removed;
    encoded.body.push_back(
        success_body(gone.name, gone.group, gone.kind, gone.uid, encoded.format));
  }
  return encoded;
}

// Rows of tables are made of objects as they are stored.
bool is_converted(const Call& call) {
  return call.accepted.view != View::kTable && version_of(*call.resource);
}

// What cannot be converted is left out, as if it were not there.
Answer converted(const Call& call, const Answer& answer) {
  const auto& version = *version_of(*call.resource);
  Answer seen = answer;
  if (answer.object)
    if (auto object = served_as(answer.object, *call.resource); object.ok()) seen.object = *object;
  if (answer.message && answer.message->GetDescriptor() == version.stored->message)
    seen.message = version.to_served(*answer.message);
  if (!answer.list) return seen;
  seen.list->items.clear();
  for (const auto& item : answer.list->items)
    if (auto object = served_as(item, *call.resource); object.ok())
      seen.list->items.push_back(std::move(*object));
  return seen;
}

}  // namespace

Bytes encode_bookmark(const ResourceInfo& resource, std::int64_t revision, bool initial_end,
                      const Accepted& accepted) {
  const auto version = std::to_string(revision);
  if (accepted.view == View::kTable) {
    TableOptions options;
    if (!accepted.as_version.empty()) options.version = accepted.as_version;
    options.headers = false;
    options.resource_version = version;
    return Bytes(object_table(resource, {}, options));
  }
  auto object = new_message(resource);
  if (const auto* kind = custom_kind(resource)) {
    static_cast<CustomObject&>(*object).set_api_version(kind->api_version());
    static_cast<CustomObject&>(*object).set_kind(kind->kind);
  }
  auto& metadata = *metadata_of(*object);
  metadata.set_resourceversion(version);
  if (initial_end) (*metadata.mutable_annotations())["k8s.io/initial-events-end"] = "true";
  if (accepted.view == View::kMetadata) {
    if (accepted.format == Format::kJson) return Bytes(metadata_json(to_json(metadata), accepted));
    return metadata_protobuf(metadata, accepted);
  }
  return Bytes(accepted.format == Format::kProtobuf ? to_protobuf(*object) : to_json(*object));
}

Bytes encode_watched(const ObjectPtr& object, const Call& call, bool headers) {
  if (!is_converted(call)) return encode_seen(*object, call.accepted, call.query, headers);
  const auto seen = served_as(object, *call.resource);
  return encode_seen(seen.ok() ? **seen : *object, call.accepted, call.query, headers);
}

Encoded encode_answer(const Call& call, const Answer& answer) {
  if (is_converted(call)) return encode_seen_answer(call, converted(call, answer));
  return encode_seen_answer(call, answer);
}

}  // namespace kubus::apiserver
