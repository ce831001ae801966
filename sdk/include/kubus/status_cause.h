// The causes in the details of a Status: why exactly the API refused a request.
//
// Thread safety: a pure function.
#pragma once

#include <string_view>

#include "kubus/status.h"

namespace kubus {

// Nothing can be created in the namespace any more: it is on its way out.
inline constexpr std::string_view kNamespaceTerminating = "NamespaceTerminating";

// Whether one of the causes has that reason.
bool has_cause(const Status& status, std::string_view reason);

}  // namespace kubus
