// Between objects as they are stored and as the client of a call has them, where a webhook converts
// one into the other. For all other kinds these are the same, and nothing here takes time.
//
// Thread safety: free functions. `then` runs before they return where nobody has to be asked, else
// on the plugin's loop.
#pragma once

#include <string>
#include <vector>

#include "cache/event.h"
#include "kubus/function.h"
#include "registry/body.h"
#include "registry/call.h"

namespace kubus::apiserver {

class Conversion;

// What converts the objects of this call; null where nothing does.
Conversion* conversion_of(const Call& call);

// kUnknown, in the words of the reference, where a webhook fails.
void show(const CallPtr& call, ObjectPtr stored, UniqueFunction<void(Result<ObjectPtr>)> then);
void show_all(const CallPtr& call, std::vector<ObjectPtr> stored,
              UniqueFunction<void(Result<std::vector<ObjectPtr>>)> then);
// The text that is stored of an object that a client has written.
void to_storage(const CallPtr& call, Message& object,
                UniqueFunction<void(Result<std::string>)> then);

// The answer to a write that is only tried: `object`, of which `json` would have been stored, as the
// client would read it. `revision` is that of the object as it is, 0 for a creation.
void answer_trial(const CallPtr& call, MessagePtr object, const std::string& json,
                  std::int64_t revision, int code, Done done);

// A list of what `query` asks for, as of `revision`.
void list_shown(const CallPtr& call, const ListQuery& query, std::int64_t revision,
                UniqueFunction<void(Result<ListResult>)> then);

// Of a filter that which holds for an object whatever its version.
Filter stored_part(const Filter& filter);

}  // namespace kubus::apiserver
