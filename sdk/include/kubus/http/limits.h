// The limits that keep one client from using up the server.
#pragma once

#include <chrono>
#include <cstddef>

namespace kubus::http {

struct Limits {
  std::size_t header_bytes = 64 * 1024;
  std::size_t body_bytes = 3 * 1024 * 1024;
  // Of all requests under way together: 503.
  std::size_t all_bodies_bytes = 256 * 1024 * 1024;
  // Of requests under way on one connection with HTTP/2.
  unsigned http2_streams = 100;
  // What may wait for one streaming client before it is cut off.
  std::size_t stream_bytes = 8 * 1024 * 1024;
  // Bodies from this size on are compressed for clients that accept it.
  std::size_t gzip_from = 128 * 1024;
  std::size_t connections = 20'000;
  std::chrono::milliseconds handshake{10'000};
  std::chrono::milliseconds request{32'000};  // from its first byte to its last
  std::chrono::milliseconds answer{60'000};   // until the handler answers, or begins a stream
  std::chrono::milliseconds idle{180'000};
  std::chrono::milliseconds write{60'000};
  std::chrono::seconds stream_idle{4 * 60 * 60};  // of a connection taken over
};

}  // namespace kubus::http
