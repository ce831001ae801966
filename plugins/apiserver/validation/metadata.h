// The rules that hold for the metadata of every object.
//
// Thread safety: pure functions.
#pragma once

#include <cstddef>

#include "kubus/api/resource.h"
#include "validation/field_error.h"

namespace kubus::apiserver {

// In bytes, of who writes.
inline constexpr std::size_t kLongestFieldManager = 128;

using NameCheck = Messages (*)(std::string_view name);

// How objects of this kind may be called.
NameCheck name_check(const ResourceInfo& resource);

void check_metadata(const meta_v1::ObjectMeta& metadata, bool namespaced, NameCheck name,
                    const Path& path, ErrorList& errors);
// Of an object within another one, which need not have a name.
void check_embedded_metadata(const meta_v1::ObjectMeta& metadata, const Path& path,
                             ErrorList& errors);
// Finalizers of built-in kinds: a plain name is one of those that the API itself knows.
void check_finalizer_name(const std::string& name, const Path& path, ErrorList& errors);
void check_finalizer_names(const meta_v1::ObjectMeta& metadata, const Path& path,
                           ErrorList& errors);
void check_metadata_update(const meta_v1::ObjectMeta& metadata, const meta_v1::ObjectMeta& old,
                           const Path& path, ErrorList& errors);

}  // namespace kubus::apiserver
