// The header blocks of SPDY/3.1: name and value pairs, deflated with a dictionary of the
// protocol's. All blocks of one direction of a connection share one compression state.
//
// Thread safety: none; one per direction of a connection.
#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

#include "kubus/status.h"
#include "spdy_frame.h"

namespace kubus::kubelet::spdy {

class HeaderInflater {
 public:
  HeaderInflater();
  ~HeaderInflater();
  HeaderInflater(const HeaderInflater&) = delete;
  HeaderInflater& operator=(const HeaderInflater&) = delete;

  // kBadRequest: the compression state is lost, and with it the connection. Unset: only this block
  // is of no use.
  Result<HeaderBlock> inflate(std::string_view block);

 private:
  z_stream zlib_{};
};

class HeaderDeflater {
 public:
  HeaderDeflater();
  ~HeaderDeflater();
  HeaderDeflater(const HeaderDeflater&) = delete;
  HeaderDeflater& operator=(const HeaderDeflater&) = delete;

  std::string deflate(const http::Headers& headers);

 private:
  z_stream zlib_{};
};

// The 1,423 bytes that both sides begin with.
std::string_view dictionary();

}  // namespace kubus::kubelet::spdy
