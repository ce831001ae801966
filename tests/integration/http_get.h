// One HTTP request over a connection of its own.
//
// Thread safety: pure function.
#pragma once

#include <string>

namespace kubus::integration {

struct HttpAnswer {
  int status = 0;  // 0: no answer, `body` says why
  std::string body;
};

// An IPv4 address; two seconds without progress are a failure.
HttpAnswer http_get(const std::string& address, int port, const std::string& path = "/");

}  // namespace kubus::integration
