// RuntimeSession: our end of the socket on which the runtime serves one exec or attach
// (runtime.proto, SessionResponse).
//
// Thread safety: all members on the thread of the executor only. One read() and one write() may be
// under way at the same time.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "kubus/runtime.h"
#include "kubus/status.h"

namespace kubus::kubelet {

class RuntimeSession {
 public:
  struct Frame {
    runtime::Frame type;
    std::string payload;
  };
  explicit RuntimeSession(const boost::asio::any_io_executor& executor) : socket_(executor) {}

  boost::asio::awaitable<Status> connect(std::string path);
  // Nothing when the runtime has closed, sent what is no frame, or close() was called.
  boost::asio::awaitable<std::optional<Frame>> read();
  // False when the runtime no longer listens.
  boost::asio::awaitable<bool> write(runtime::Frame type, std::string_view payload);
  // Detaches; the process of an exec is sent HUP.
  void close();

 private:
  boost::asio::local::stream_protocol::socket socket_;
};

}  // namespace kubus::kubelet
