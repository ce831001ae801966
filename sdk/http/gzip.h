// Compression of response bodies.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <vector>

#include "kubus/http/message.h"

namespace kubus::http {

// The gzip form of the pieces put together; empty if zlib failed. Fast rather than small.
std::string gzip(const std::vector<Bytes>& pieces);

std::size_t total_size(const std::vector<Bytes>& pieces);

// Compresses the body of `response` if it is large and `request` accepts that.
void compress(const Request& request, Response& response, std::size_t from);

}  // namespace kubus::http
