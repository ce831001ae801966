// The protobuf content type: the first byte of the input chooses a kind, the rest are arbitrary
// bytes, taken as they stand and as the object of a sound envelope of every kind; whatever is taken
// must be printable.
#include <google/protobuf/message.h>
#include <google/protobuf/stubs/logging.h>

#include "golden.h"
#include "kubus/api/json.h"
#include "kubus/api/protobuf.h"
#include "kubus/api/resource.h"
#include "target.h"

namespace kubus::fuzz {
namespace {

struct Type {
  std::string api_version, kind;
};

// What a body can be: each kind, its list, options.
const std::vector<Type>& types() {
  static const std::vector<Type> all = [] {
    std::vector<Type> found = {{"v1", "DeleteOptions"}, {"v1", "Status"}, {"autoscaling/v1", "Scale"}};
    for (const auto& resource : all_resources()) {
      found.push_back({resource.api_version(), resource.kind});
      if (resource.list) found.push_back({resource.api_version(), resource.kind + "List"});
    }
    std::erase_if(found, [](const Type& type) {
      return find_message(type.api_version, type.kind) == nullptr;
    });
    return found;
  }();
  return all;
}

std::string chosen(std::size_t type, const std::string& bytes) {
  return static_cast<char>(type) + bytes;
}

}  // namespace

void run(std::string_view input) {
  static google::protobuf::LogSilencer silence;
  if (input.empty()) return;
  const auto& [api_version, kind] = types()[static_cast<unsigned char>(input[0]) % types().size()];
  input.remove_prefix(1);
  const auto& type = *find_message(api_version, kind);
  auto message = new_message(type);
  (void)from_protobuf(input, *message);
  std::string envelope;
  append_envelope(api_version, kind, input, envelope);
  TypeMeta type_meta;
  if (!from_protobuf(envelope, *message, &type_meta).ok()) return;
  require(type_meta.kind == kind, "the envelope lost its kind");
  const std::string json = to_json(*message);
  auto again = new_message(type);
  require(from_json(json, *again).ok(), "JSON of our own is not taken");
}

std::vector<std::string> seeds() {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < types().size() && i < 256; ++i) {
    const auto& [api_version, kind] = types()[i];
    const auto about = R"({"kind":")" + kind + R"(","apiVersion":")" + api_version + "\"";
    auto message = new_message(*find_message(api_version, kind));
    if (from_json(about + R"(,"metadata":{"name":"a","labels":{"b":"c"}}})", *message).ok())
      all.push_back(chosen(i, message->SerializeAsString()));
    for (const auto& golden : test::goldens()) {
      const auto meta = peek_type_meta(golden.json);
      if (meta->api_version != api_version || meta->kind != kind) continue;
      require(from_json(golden.json, *message).ok(), "a golden object is not taken");
      all.push_back(chosen(i, to_protobuf(*message)));
      all.push_back(chosen(i, message->SerializeAsString()));
    }
  }
  return all;
}

}  // namespace kubus::fuzz
