// Atom: what apply has to know about the type of a value: whether it is merged field by field or
// taken whole, and how the items of a list are told apart.
//
// Thread safety: immutable once built; those that the functions here return live as long as the
// process.
//
// Plain data, so that any description of a type can be its source: the descriptors of the API
// types here, the schema of a custom resource elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace google::protobuf {
class Descriptor;
}

namespace kubus::apiserver {

enum class ScalarKind : std::uint8_t { kNone, kString, kNumber, kBool, kAny };

// What a list or a map is to apply.
enum class Merging : std::uint8_t {
  kNone,      // it is no value of this type
  kWhole,     // one value with one owner
  kSeparate,  // every item, field or key has owners of its own
};

struct Atom {
  struct Key {
    std::string name;
    std::string fallback;  // JSON of its default; empty where it has none
  };
  struct NameHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const {
      return std::hash<std::string_view>()(name);
    }
  };
  using Fields = std::unordered_map<std::string, const Atom*, NameHash, std::equal_to<>>;

  // Values of several forms fit where more than one of these is set.
  ScalarKind scalar = ScalarKind::kNone;
  Merging list = Merging::kNone;
  Merging map = Merging::kNone;  // of objects and maps

  const Atom* items = nullptr;   // of a list
  std::vector<Key> keys;         // of a list of objects, sorted; a list without is a set
  Fields fields;                 // of an object
  const Atom* values = nullptr;  // of keys that are no fields; null: there are no others

  // Null where the object has no such field.
  const Atom* field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? nullptr : found->second;
  }
  // The type of a member, declared or not; null where there can be none.
  const Atom* member(std::string_view name) const {
    const Atom* declared = field(name);
    return declared ? declared : values;
  }
};

// Anything: lists are taken whole, objects apart.
const Atom& any_atom();
// Anything, taken whole.
const Atom& whole_atom();
// The atom of an API type, made on first use.
const Atom& atom_of(const google::protobuf::Descriptor& type);

}  // namespace kubus::apiserver
