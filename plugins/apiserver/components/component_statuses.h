// ComponentStatuses: nothing of them is stored; each is asked for when somebody reads it.
//
// Thread safety: set up before the first call; what is added is called from any thread.
#pragma once

#include "registry/api.h"

namespace kubus::apiserver::components {

// Their verbs, get and list. The context outlives the API.
void add_component_statuses(Api& api, Context& context);

}  // namespace kubus::apiserver::components
