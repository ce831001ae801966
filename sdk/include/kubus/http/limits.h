// The limits that keep one client from using up the server.
#pragma once

#include <chrono>
#include <cstddef>

namespace kubus::http {

struct Limits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 3 * 1024 * 1024;
  // What may wait for one streaming client before it is cut off.
  std::size_t stream_bytes = 8 * 1024 * 1024;
  // Bodies from this size on are compressed for clients that accept it.
  std::size_t gzip_from = 128 * 1024;
  std::size_t connections = 20'000;
  std::chrono::seconds handshake{10};
  std::chrono::seconds request{32};  // from its first byte to its last
  std::chrono::seconds idle{180};
  std::chrono::seconds write{60};
  std::chrono::seconds stream_idle{4 * 60 * 60};  // of a connection taken over
};

}  // namespace kubus::http
