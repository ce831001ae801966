// Feeds arbitrary bytes to the decoder of the protobuf content type, as they stand and as the
// object of a sound envelope; whatever is taken must be printable.
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static google::protobuf::LogSilencer silence;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* kind : {"Pod", "Event", "ConfigMap"}) {
    const auto& type = *kubus::find_message("v1", kind);
    auto message = kubus::new_message(type);
    (void)kubus::from_protobuf(bytes, *message);
    std::string envelope;
    kubus::append_envelope("v1", kind, bytes, envelope);
    kubus::TypeMeta type_meta;
    if (!kubus::from_protobuf(envelope, *message, &type_meta).ok()) continue;
    if (type_meta.kind != kind) std::abort();
    std::string json = kubus::to_json(*message);
    auto again = kubus::new_message(type);
    if (!kubus::from_json(json, *again).ok()) std::abort();
  }
  return 0;
}
