// Between the bytes of a SPDY/3.1 connection and its frames.
//
// Thread safety: none; one of each per connection.
//
// What a peer can make us hold is bounded: control frames and inflated headers by the limits in
// spdy_frame.h; a data frame of whatever length is handed on in pieces as it comes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "kubus/status.h"
#include "spdy_frame.h"
#include "spdy_headers.h"

namespace kubus::kubelet::spdy {

class FrameReader {
 public:
  // Views of frames taken before end here.
  void feed(std::string_view bytes);
  // The next frame, or nothing until more is fed. Unknown control frames are skipped. kBadRequest
  // when the peer broke the protocol: the connection is of no more use.
  Result<std::optional<Frame>> next();

 private:
  using Decoded = Result<std::optional<Frame>>;

  Decoded data_piece();
  Decoded control(std::uint16_t type, std::uint8_t flags, std::string_view body);
  std::string_view unread() const { return std::string_view(buffer_).substr(taken_); }

  HeaderInflater inflater_;
  std::string buffer_;
  std::size_t taken_ = 0;
  // Of a data frame whose head has been read.
  std::uint32_t data_stream_ = 0;
  std::size_t data_left_ = 0;
  bool data_fin_ = false;
};

class FrameWriter {
 public:
  // The bytes of `frame`. Frames with headers must be sent in the order they were encoded in.
  std::string encode(const Frame& frame);

 private:
  HeaderDeflater deflater_;
};

}  // namespace kubus::kubelet::spdy
