// Type: what the checker knows of an expression before it runs.
//
// Thread safety: immutable; a type that is shared may be read from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kubus::apiserver::cel {

// Of values and types alike; the last three are of types only.
enum class Kind : std::uint8_t {
  kError,
  kNull,
  kBool,
  kInt,
  kUint,
  kDouble,
  kString,
  kBytes,
  kList,
  kMap,
  kTimestamp,
  kDuration,
  kType,
  kOptional,
  kOpaque,
  kDyn,
  kObject,
  kParam,
};

struct Type;
using TypePtr = std::shared_ptr<const Type>;

struct Type {
  Kind kind = Kind::kDyn;
  // Of an object, an opaque type ("kubernetes.Quantity") or a parameter of a signature ("A").
  std::string name = {};
  // Of the items of a list, the keys and values of a map, the value of an optional.
  std::vector<TypePtr> params = {};
  // Of an object, under the names that expressions use.
  std::map<std::string, TypePtr, std::less<>> fields = {};
  // The name in the document where an expression must write it differently.
  std::map<std::string, std::string, std::less<>> written = {};

  // How many characters, items or entries a document may have here at most, where it says.
  std::uint64_t most = 0;

  // As errors name it: "map(string, int)".
  std::string text() const;
};

// One shared type of each kind that needs no parameters.
TypePtr type_of(Kind kind);
TypePtr list_of(TypePtr item);
TypePtr map_of(TypePtr key, TypePtr value);
TypePtr optional_of(TypePtr value);
TypePtr type_of_type(TypePtr type);
TypePtr opaque_type(std::string_view name);
TypePtr object_type(std::string name, std::map<std::string, TypePtr, std::less<>> fields);

bool same_type(const Type& a, const Type& b);

// What type parameters stand for while one call is matched.
using Bindings = std::map<std::string, TypePtr, std::less<>>;
// Whether a value of type `given` goes where `wanted` is asked for; `wanted` may have parameters.
bool assignable(const TypePtr& wanted, const TypePtr& given, Bindings& bindings);
TypePtr substitute(const TypePtr& type, const Bindings& bindings);

// "self" stays, "a-b" is written "a__dash__b", "namespace" "__namespace__"; empty for a name that
// no expression can say.
std::string escaped_name(std::string_view property);
// Under the name that expressions say; left out where they cannot say it, or `field` is null.
void declare_field(Type& type, const std::string& property, TypePtr field);

}  // namespace kubus::apiserver::cel
