// Which version of an object a write is about, and whether it is a change at all.
//
// Thread safety: free functions.
#pragma once

#include <string_view>

#include "registry/call.h"

namespace kubus::apiserver {

// An object without a version is about whatever is stored, where the kind allows that. kConflict
// when it is about another version, kInvalid when it must name one, kUnknown when what it names is no
// number.
Status settle_version(Message& object, const Object& stored, const Call& call);

// Whether all but metadata and (mostly) status is the same: what a generation counts.
bool same_desire(std::string_view a, std::string_view b, bool with_status = false);
// A custom kind without a status of its own has status as a part like others.
bool counts_status(const ResourceInfo& resource);
// Of some kinds a part of the metadata counts as well; whether that has changed.
bool counts_metadata(const ResourceInfo& resource, const Message& object, const Message& old);

// Whether `json` is what is stored but for the times at which managers wrote: nobody has changed
// anything then.
bool same_but_times(std::string_view json, const Message& object, std::string_view stored,
                    const Message& old);

}  // namespace kubus::apiserver
