// What differs between two versions of an object, and which fields an object has, as sets.
//
// Thread safety: pure functions.
//
// They work on JSON text, which for most writes is much cheaper than parsing it: what is the same
// text in both is not even looked at.
#pragma once

#include <string_view>

#include "apply/atom.h"
#include "apply/field_set.h"

namespace kubus::apiserver {

struct Comparison {
  FieldSet added, modified, removed;
  bool same() const { return added.empty() && modified.empty() && removed.empty(); }
};

// Both are objects of type `type`, in JSON as this server writes it: without space, either both
// with keys sorted or both as the encoder of API types orders them. Duplicates in lists are told
// apart only by how many there are.
Comparison compare(const Atom& type, std::string_view before, std::string_view after);

// The fields of an object that is applied.
FieldSet field_set_of(const Atom& type, std::string_view json);

}  // namespace kubus::apiserver
