#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "kubus/api/schema.h"

namespace kubus {
namespace {

// The text of an entry follows its name in kDocText.
struct DocEntry {
  std::uint32_t offset;
  std::uint32_t name_size;
  std::uint32_t text_size;
};

#include "k8s_docs.inc"

std::string_view find_doc(std::string_view name) {
  auto name_of = [](const DocEntry& entry) {
    return std::string_view(kDocText + entry.offset, entry.name_size);
  };
  auto it = std::lower_bound(
      std::begin(kDocIndex), std::end(kDocIndex), name,
      [&](const DocEntry& entry, std::string_view wanted) { return name_of(entry) < wanted; });
  if (it == std::end(kDocIndex) || name_of(*it) != name) return {};
  return {kDocText + it->offset + it->name_size, it->text_size};
}

}  // namespace

std::string_view description_of(const google::protobuf::Descriptor& type) {
  return find_doc(type.full_name());
}

std::string_view description_of(const google::protobuf::FieldDescriptor& field) {
  return find_doc(field.full_name());
}

}  // namespace kubus
