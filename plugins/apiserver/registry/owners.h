// Who owns the fields of stored objects: metadata.managedFields on every way of writing.
//
// Thread safety: free functions, from any thread.
#pragma once

#include <boost/json/value.hpp>
#include <string_view>

#include "apply/field_manager.h"
#include "registry/body.h"
#include "registry/call.h"

namespace kubus::apiserver {

// The FieldManager of a kind, for what is written through one of its subresources or (empty) the
// object itself. Lives as long as the process.
const FieldManager& field_manager_of(const ResourceInfo& resource, std::string_view subresource);

// Settles the managedFields of `object`, which a client has changed or created: what is there is
// what the client sent. Whatever is changed later is the server's doing and has no owner. `stored`
// is null for a creation, `old` is its metadata. A call whose `conversions` miss something then is
// to be tried again.
void record_owners(const Call& call, const Object* stored, const meta_v1::ObjectMeta& old,
                   Message& object);

// Whether an object has a list of managers with nobody in it, which is no list for custom kinds.
bool clears_managers(const boost::json::value& object);

// The manager's name out of a User-Agent header: what stands before the version.
std::string manager_of_user_agent(std::string_view user_agent);

}  // namespace kubus::apiserver
