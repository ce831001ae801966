// Compression of response bodies.
//
// Thread safety: free function.
#pragma once

#include <string>
#include <vector>

#include "kubus/bytes.h"

namespace kubus::http {

// The gzip form of the pieces put together; empty if zlib failed. Fast rather than small.
std::string gzip(const std::vector<Bytes>& pieces);

}  // namespace kubus::http
