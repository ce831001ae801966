// The text of a response up to its body.
//
// Thread safety: free functions.
#pragma once

#include <string>

#include "kubus/http/message.h"

namespace kubus::http {

// "Sun, 06 Nov 1994 08:49:37 GMT", for now.
std::string http_date();

// Status line and header without the empty line that ends it.
std::string response_head(const Response& response, bool keep_alive);

}  // namespace kubus::http
