// The protobuf content type: arbitrary bytes as they stand and as the object of a sound envelope;
// whatever is taken must be printable.
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include "golden.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "target.h"

namespace kubus::fuzz {

void run(std::string_view input) {
  static google::protobuf::LogSilencer silence;
  for (const char* kind : {"Pod", "Event", "ConfigMap"}) {
    const auto& type = *find_message("v1", kind);
    auto message = new_message(type);
    (void)from_protobuf(input, *message);
    std::string envelope;
    append_envelope("v1", kind, input, envelope);
    TypeMeta type_meta;
    if (!from_protobuf(envelope, *message, &type_meta).ok()) continue;
    require(type_meta.kind == kind, "the envelope lost its kind");
    const std::string json = to_json(*message);
    auto again = new_message(type);
    require(from_json(json, *again).ok(), "JSON of our own is not taken");
  }
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (const auto& golden : test::goldens()) {
    const auto meta = peek_type_meta(golden.json);
    auto message = new_message(*find_message(meta->api_version, meta->kind));
    require(from_json(golden.json, *message).ok(), "a golden object is not taken");
    all.push_back(to_protobuf(*message));
    all.push_back(message->SerializeAsString());
  }
  return all;
}

}  // namespace kubus::fuzz
